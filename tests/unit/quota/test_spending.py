"""Paid calls: held, settled, refunded, in any order and any number of times."""

from collections.abc import Awaitable, Callable

import pytest
from tests.fakes.quota_bench import QuotaBench

from omnigen_shared.contracts.spending import IntentState
from omnigen_shared.errors import ProblemError

Call = Callable[[QuotaBench], Awaitable[object]]


@pytest.fixture
async def bench() -> QuotaBench:
    bench = QuotaBench()
    await bench.reserve("job_1", 1_000_000)
    return bench


async def refused_code(call: Awaitable[object]) -> str:
    with pytest.raises(ProblemError) as refusal:
        await call
    return refusal.value.code


def shown(state: IntentState) -> tuple[str, int, int]:
    return state.state, state.amount_microusd, state.remaining_microusd


async def test_a_price_is_held_out_of_the_job_and_not_out_of_the_month_again(bench: QuotaBench) -> None:
    assert shown(await bench.spend("job_1", "scene-01.1", 300_000)) == ("held", 300_000, 700_000)
    assert bench.state().spend_microusd == 1_000_000


async def test_a_replay_holds_once(bench: QuotaBench) -> None:
    first = await bench.spend("job_1", "scene-01.1", 300_000)
    assert await bench.spend("job_1", "scene-01.1", 300_000) == first
    assert await refused_code(bench.spend("job_1", "scene-01.1", 300_001)) == "amount_mismatch"


async def test_the_last_cent_can_be_spent_and_no_more(bench: QuotaBench) -> None:
    await bench.spend("job_1", "scene-01.1", 1_000_000)
    assert await refused_code(bench.spend("job_1", "music.1", 1)) == "budget_exceeded"
    assert shown(await bench.spend("job_1", "cached.1", 0)) == ("held", 0, 0)


async def test_a_refusal_over_budget_says_what_is_left(bench: QuotaBench) -> None:
    with pytest.raises(ProblemError) as refusal:
        await bench.spend("job_1", "scene-01.1", 1_000_001)
    assert refusal.value.details == {
        "cap": "max_cost_usd",
        "used": "0.00",
        "limit": "1.00",
        "requested": "1.000001",
        "resets_at": None,
    }


async def test_settling_for_less_gives_the_rest_back_to_the_job(bench: QuotaBench) -> None:
    await bench.spend("job_1", "scene-01.1", 300_000)
    assert shown(await bench.settle("job_1", "scene-01.1", 250_000)) == ("settled", 250_000, 750_000)
    assert (bench.state().settled_microusd, bench.state().spend_microusd) == (250_000, 1_000_000)


async def test_settling_for_more_than_was_held_is_refused(bench: QuotaBench) -> None:
    await bench.spend("job_1", "scene-01.1", 300_000)
    assert await refused_code(bench.settle("job_1", "scene-01.1", 300_001)) == "amount_mismatch"
    assert bench.state().settled_microusd == 0


async def test_a_refund_gives_all_back_to_the_job(bench: QuotaBench) -> None:
    await bench.spend("job_1", "scene-01.1", 300_000)
    assert shown(await bench.refund("job_1", "scene-01.1")) == ("refunded", 0, 1_000_000)


@pytest.mark.parametrize(
    ("first", "again", "code"),
    [
        (lambda b: b.settle("job_1", "x", 2), lambda b: b.settle("job_1", "x", 3), "amount_mismatch"),
        (lambda b: b.settle("job_1", "x", 2), lambda b: b.refund("job_1", "x"), "intent_closed"),
        (lambda b: b.refund("job_1", "x"), lambda b: b.settle("job_1", "x", 2), "intent_closed"),
        (lambda b: b.refund("job_1", "x"), lambda b: b.spend("job_1", "x", 5), "intent_closed"),
        (lambda b: b.settle("job_1", "x", 5), lambda b: b.spend("job_1", "x", 5), "intent_closed"),
    ],
)
async def test_an_intent_ends_once(bench: QuotaBench, first: Call, again: Call, code: str) -> None:
    await bench.spend("job_1", "x", 5)
    ended = await first(bench)
    before = bench.state()
    assert await first(bench) == ended
    assert await refused_code(again(bench)) == code
    assert bench.state() == before


@pytest.mark.parametrize(
    "call",
    [
        lambda b: b.spend("job_9", "x", 5),
        lambda b: b.spend("job_1", "x", 5, month="2026-10"),
        lambda b: b.settle("job_1", "x", 5),
        lambda b: b.settle("job_9", "x", 5),
        lambda b: b.refund("job_1", "x"),
        lambda b: b.commit("job_9"),
        lambda b: b.release("job_1", month="2027-01"),
    ],
)
async def test_the_unknown_is_not_found_and_nothing_changes(bench: QuotaBench, call: Call) -> None:
    before = bench.state()
    assert await refused_code(call(bench)) == "not_found"
    assert bench.state() == before
