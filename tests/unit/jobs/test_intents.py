"""Paid calls: one conditional step at a time, one sender, one owner of a prediction, one maker of a clip."""

import asyncio
from typing import Any

import pytest
from tests.fakes.job_store import seed
from tests.fakes.jobs_bench import (
    CLIP,
    FINGERPRINT,
    JOB,
    OTHER_JOB,
    USER,
    JobsBench,
    make_job,
    make_plan,
)

from omnigen_jobs.domain.moves import MOVES
from omnigen_jobs.domain.problems import (
    ClipInProgressError,
    ClipUnresolvedError,
    IntentMovedError,
    JobTerminalError,
    PredictionBoundError,
    StaleAttemptError,
)
from omnigen_jobs.domain.records import Binding, ClaimState, Intent
from omnigen_shared.contracts.base import IntentId
from omnigen_shared.contracts.job import CloseSocket, IntentStatus, JobStatus
from omnigen_shared.errors import InvalidRequestError, NotFoundError

OUTPUT = f"u/{USER}/clips/{FINGERPRINT}.mp4"
MUSIC = IntentId("music.1")


@pytest.fixture
def bench() -> JobsBench:
    made = JobsBench()
    seed(made.store, make_job(made.clock))
    seed(made.store, make_job(made.clock, job_id=OTHER_JOB))
    return made


async def close_socket(bench: JobsBench, owner: str = "w1") -> Intent:
    return await bench.uses.spending.close_socket(USER, JOB, 1, CLIP, CloseSocket(owner=owner))


async def test_a_call_goes_all_the_way(bench: JobsBench) -> None:
    planned = await bench.plan()
    assert (planned.status, planned.cached, planned.input) == (IntentStatus.PLANNED, False, {"seed": 1, "scale": 7.0})
    await bench.move("planned", "reserved")
    sending = await bench.move("reserved", "sending", owner="w1")
    assert (sending.owner, sending.sent_at) == ("w1", bench.clock.now())
    created = await bench.move("sending", "created", provider_id="p-1")
    assert created.provider_id == "p-1"
    assert await bench.tell_types() == []
    await bench.move("created", "ingested", output_key=OUTPUT)
    settled = await bench.move("ingested", "settled", actual_microusd=125_000)
    assert (settled.actual_microusd, settled.output_key) == (125_000, OUTPUT)
    assert (await bench.read()).job.spent_microusd == 125_000
    [event] = await bench.store.list_events(JOB, 0, 10)
    assert (event.type, event.data["spent_usd"]) == ("cost.changed", "0.125")


async def test_an_intent_is_planned_once(bench: JobsBench) -> None:
    await bench.plan()
    again = await bench.plan(price_microusd=1)
    assert (again.price_microusd, again.version) == (150_000, 1)


STEPS: list[tuple[str, str, dict[str, Any]]] = [
    ("planned", "reserved", {}),
    ("reserved", "sending", {"owner": "w1"}),
    ("sending", "created", {"provider_id": "p-1"}),
    ("created", "ingested", {"output_key": OUTPUT}),
    ("ingested", "settled", {"actual_microusd": 125_000}),
]


@pytest.mark.parametrize("reached", range(1, len(STEPS) + 1))
async def test_a_step_whose_answer_got_lost_may_be_asked_for_again(bench: JobsBench, reached: int) -> None:
    await bench.plan()
    for before, after, told in STEPS[:reached]:
        await bench.move(before, after, **told)
    told_of = await bench.tell_types()
    before, after, told = STEPS[reached - 1]
    again = await bench.move(before, after, **told)
    assert again.version == reached + 1
    assert await bench.tell_types() == told_of


@pytest.mark.parametrize("reached", range(len(STEPS)))
async def test_a_step_from_elsewhere_is_refused(bench: JobsBench, reached: int) -> None:
    await bench.plan()
    for before, after, told in STEPS[:reached]:
        await bench.move(before, after, **told)
    for number, (before, after, told) in enumerate(STEPS):
        if number in {reached, reached - 1}:
            continue
        with pytest.raises(IntentMovedError) as refused:
            await bench.move(before, after, **told)
        assert refused.value.details["status"] == (["planned"] + [step[1] for step in STEPS])[reached]


@pytest.mark.parametrize(
    ("before", "after"),
    [(before, after) for before in IntentStatus for after in IntentStatus if after not in MOVES[before]],
)
async def test_a_step_that_is_in_no_table_is_refused(
    bench: JobsBench, before: IntentStatus, after: IntentStatus
) -> None:
    await bench.plan()
    with pytest.raises(InvalidRequestError):
        await bench.move(before, after, owner="w1", provider_id="p", output_key=OUTPUT, actual_microusd=1)


@pytest.mark.parametrize(
    ("before", "after", "needed"),
    [
        ("reserved", "sending", "owner"),
        ("sending", "created", "provider_id"),
        ("sending", "reserved", "owner"),
        ("sending", "refunded", "owner"),
        ("created", "ingested", "output_key"),
        ("ingested", "settled", "actual_microusd"),
        ("created", "settled", "actual_microusd"),
    ],
)
async def test_a_step_needs_to_be_told_something(bench: JobsBench, before: str, after: str, needed: str) -> None:
    await bench.plan()
    with pytest.raises(InvalidRequestError) as refused:
        await bench.move(before, after)
    assert refused.value.details["fields"][0]["field"] == needed


async def test_of_two_senders_one_wins(bench: JobsBench) -> None:
    await bench.plan()
    await bench.move("planned", "reserved")
    answers = await asyncio.gather(
        *(bench.move("reserved", "sending", owner=f"w{number}") for number in range(8)), return_exceptions=True
    )
    winners = [answer.owner for answer in answers if isinstance(answer, Intent)]
    assert len(winners) == 1
    assert sum(isinstance(answer, IntentMovedError) for answer in answers) == 7
    assert (await bench.read()).intents[0].owner == winners[0]


async def test_a_late_report_of_one_sender_does_not_take_the_call_from_the_next(bench: JobsBench) -> None:
    """The first was refused and said so; its report is repeated after the second has begun to send."""
    await bench.plan()
    await bench.move("planned", "reserved")
    await bench.move("reserved", "sending", owner="w1")
    refused = await bench.move("sending", "reserved", owner="w1")
    assert (refused.owner, refused.sent_at, refused.closed_at) == (None, None, None)
    await bench.move("reserved", "sending", owner="w2")
    for status in ("reserved", "refunded"):
        with pytest.raises(IntentMovedError):
            await bench.move("sending", status, owner="w1")
    assert (await bench.read()).intents[0].owner == "w2"


async def test_an_unanswered_create_is_bound_by_whoever_finds_it(bench: JobsBench) -> None:
    await bench.plan()
    await bench.move("planned", "reserved")
    await bench.move("reserved", "sending", owner="w1")
    with pytest.raises(IntentMovedError):
        await close_socket(bench, "w2")
    closed_at = (await close_socket(bench)).closed_at
    bench.clock.advance(5)
    assert (await close_socket(bench)).closed_at == closed_at
    await bench.move("sending", "created", provider_id="p-1")
    with pytest.raises(IntentMovedError):
        await close_socket(bench)


async def test_a_call_that_stays_unmatched_may_be_matched_later(bench: JobsBench) -> None:
    await bench.plan()
    await bench.move("planned", "reserved")
    await bench.move("reserved", "sending", owner="w1")
    assert (await bench.move("sending", "unknown")).status is IntentStatus.UNKNOWN
    with pytest.raises(ClipUnresolvedError) as refused:
        await bench.plan(OTHER_JOB)
    assert refused.value.details == {"job_id": JOB, "intent_id": CLIP}
    await bench.move("unknown", "created", provider_id="p-1")
    assert bench.store.bindings["p-1"].intent_id == CLIP
    assert bench.store.claims[(USER, FINGERPRINT)].state is ClaimState.HELD


async def test_a_prediction_belongs_to_one_intent(bench: JobsBench) -> None:
    await bench.plan()
    await bench.plan(OTHER_JOB, MUSIC, fingerprint="e" * 64, input={"seed": 2})
    for job_id, intent in ((JOB, CLIP), (OTHER_JOB, MUSIC)):
        await bench.move("planned", "reserved", job_id, intent)
        await bench.move("reserved", "sending", job_id, intent, owner="w1")
    answers = await asyncio.gather(
        bench.move("sending", "created", JOB, CLIP, provider_id="p-1"),
        bench.move("sending", "created", OTHER_JOB, MUSIC, provider_id="p-1"),
        return_exceptions=True,
    )
    assert sorted(type(answer).__name__ for answer in answers) == ["Intent", "PredictionBoundError"]
    assert len(bench.store.bindings) == 1


async def test_a_bound_prediction_is_refused_to_others_and_its_own_may_repeat(bench: JobsBench) -> None:
    await bench.plan()
    await bench.send("p-1")
    await bench.plan(OTHER_JOB, MUSIC, fingerprint="e" * 64)
    with pytest.raises(PredictionBoundError):
        await bench.send("p-1", OTHER_JOB, MUSIC)
    assert bench.store.bindings == {"p-1": Binding(provider_id="p-1", job_id=JOB, intent_id=CLIP)}
    assert await bench.uses.spending.list_unbound(("p-2", "p-1", "p-3", "p-2")) == ("p-2", "p-3")


async def test_a_call_never_costs_more_than_was_held(bench: JobsBench) -> None:
    await bench.plan()
    await bench.send()
    with pytest.raises(InvalidRequestError) as refused:
        await bench.move("created", "settled", actual_microusd=150_001)
    assert refused.value.details["fields"][0]["limits"] == {"le": 150_000}


async def test_a_step_stores_only_what_it_is_for(bench: JobsBench) -> None:
    await bench.plan()
    told: dict[str, Any] = {"provider_id": "p-1", "output_key": OUTPUT, "actual_microusd": 9}
    refunded = await bench.move("planned", "refunded", **told)
    assert (refunded.provider_id, refunded.output_key, refunded.actual_microusd) == (None, None, None)


async def test_an_output_lies_with_its_user(bench: JobsBench) -> None:
    await bench.plan()
    await bench.send()
    with pytest.raises(InvalidRequestError):
        await bench.move("created", "ingested", output_key="u/user-2/clips/a.mp4")


async def test_costs_of_calls_that_settle_side_by_side_add_up(bench: JobsBench) -> None:
    names = [f"scene-{number:02d}.1" for number in range(1, 11)]
    for number, name in enumerate(names):
        await bench.plan(JOB, name, fingerprint=f"{number:064x}")
        await bench.send(f"p-{number}", JOB, name)
        await bench.move("created", "ingested", JOB, name, output_key=f"u/{USER}/clips/{number}.mp4")
    await asyncio.gather(*(bench.move("ingested", "settled", JOB, name, actual_microusd=100_000) for name in names))
    assert (await bench.read()).job.spent_microusd == 1_000_000
    spent = [event.data["spent_usd"] for event in await bench.store.list_events(JOB, 0, 100)]
    assert spent == [f"{number / 10:.2f}" for number in range(1, 11)]


async def test_a_clip_that_another_job_makes_is_waited_for(bench: JobsBench) -> None:
    await bench.plan()
    with pytest.raises(ClipInProgressError) as refused:
        await bench.plan(OTHER_JOB)
    assert refused.value.details == {"job_id": JOB, "intent_id": CLIP}
    assert refused.value.retry_after_s
    assert (await bench.read(OTHER_JOB)).intents == ()


async def test_another_scene_with_the_same_clip_waits_too(bench: JobsBench) -> None:
    await bench.plan()
    with pytest.raises(ClipInProgressError):
        await bench.plan(JOB, "scene-02.1")


async def test_a_call_that_claims_nothing_waits_for_nobody(bench: JobsBench) -> None:
    await bench.plan()
    assert (await bench.plan(OTHER_JOB, claims_clip=False)).status is IntentStatus.PLANNED


async def test_of_many_jobs_that_want_one_clip_one_makes_it(bench: JobsBench) -> None:
    answers = await asyncio.gather(bench.plan(), bench.plan(OTHER_JOB), return_exceptions=True)
    assert sorted(type(answer).__name__ for answer in answers) == ["ClipInProgressError", "Intent"]


async def test_a_clip_that_was_made_costs_nothing(bench: JobsBench) -> None:
    await bench.plan()
    await bench.send()
    await bench.move("created", "ingested", output_key=OUTPUT)
    cached = await bench.plan(OTHER_JOB)
    assert (cached.status, cached.cached, cached.output_key) == (IntentStatus.SETTLED, True, OUTPUT)
    assert (cached.price_microusd, cached.actual_microusd) == (0, 0)
    assert await bench.tell_types(OTHER_JOB) == []


async def test_a_clip_of_another_user_is_none_of_ours(bench: JobsBench) -> None:
    await bench.plan()
    bench.store.claims = {("user-2", FINGERPRINT): bench.store.claims.pop((USER, FINGERPRINT))}
    assert (await bench.plan(OTHER_JOB)).status is IntentStatus.PLANNED


@pytest.mark.parametrize(
    ("steps", "told"),
    [
        (0, ("planned", "refunded", {})),
        (3, ("created", "refunded", {})),
        (3, ("created", "settled", {"actual_microusd": 9})),
    ],
)
async def test_a_clip_that_came_to_nothing_may_be_made_by_the_next(
    bench: JobsBench, steps: int, told: tuple[str, str, dict[str, Any]]
) -> None:
    await bench.plan()
    for before, after, with_it in STEPS[:steps]:
        await bench.move(before, after, **with_it)
    await bench.move(told[0], told[1], **told[2])
    assert bench.store.claims[(USER, FINGERPRINT)].state is ClaimState.RELEASED
    answers = await asyncio.gather(bench.plan(OTHER_JOB), bench.plan(OTHER_JOB, "scene-02.1"), return_exceptions=True)
    assert sorted(type(answer).__name__ for answer in answers) == ["ClipInProgressError", "Intent"]


async def test_a_claim_that_was_taken_over_is_not_released_by_its_former_owner(bench: JobsBench) -> None:
    """The first call left without an output; another job makes the clip; the first intent's refund comes late."""
    await bench.plan()
    await bench.send()
    taken = bench.store.claims[(USER, FINGERPRINT)]
    await bench.move("created", "unknown")
    bench.store.claims[(USER, FINGERPRINT)] = type(taken)(
        user_id=USER, fingerprint=FINGERPRINT, job_id=OTHER_JOB, intent_id=MUSIC, state=ClaimState.HELD, version=7
    )
    await bench.move("unknown", "refunded")
    assert bench.store.claims[(USER, FINGERPRINT)].version == 7


@pytest.mark.parametrize("attempt", [2, 9])
async def test_only_the_present_attempt_spends(bench: JobsBench, attempt: int) -> None:
    with pytest.raises(StaleAttemptError):
        await bench.uses.spending.plan(USER, JOB, attempt, CLIP, make_plan())
    assert bench.store.intents == {}


async def test_an_ended_job_spends_nothing(bench: JobsBench) -> None:
    await bench.plan()
    await bench.move("planned", "reserved")
    seed(bench.store, make_job(bench.clock, status=JobStatus.FAILED))
    for call in (bench.plan(JOB, MUSIC), bench.move("reserved", "sending", owner="w1"), close_socket(bench)):
        with pytest.raises(JobTerminalError):
            await call


async def test_an_intent_that_nobody_planned_is_none(bench: JobsBench) -> None:
    with pytest.raises(NotFoundError):
        await bench.move("planned", "reserved")
    with pytest.raises(NotFoundError):
        await bench.move("created", "ingested", output_key=OUTPUT)


async def test_a_send_that_races_with_the_jobs_end_is_refused(bench: JobsBench) -> None:
    """The job ends between the send's reading and its write: the fence is checked in the write itself."""
    await bench.plan()
    await bench.move("planned", "reserved")
    commit = bench.store.commit

    async def commit_after_the_end(change: object) -> None:
        bench.store.commit = commit
        seed(bench.store, make_job(bench.clock, status=JobStatus.FAILED))
        await commit(change)

    bench.store.commit = commit_after_the_end
    with pytest.raises(JobTerminalError):
        await bench.move("reserved", "sending", owner="w1")
    assert (await bench.read()).intents[0].status is IntentStatus.RESERVED
