"""The audit finds nothing in sound books, and names what does not balance."""

from dataclasses import replace
from typing import Any

import pytest
from tests.fakes.quota_bench import MONTH, USER, QuotaBench

from omnigen_quota.domain.ledger import LedgerRow, RowKind
from omnigen_quota.service.auditing import LOOKS, Audit, Auditor
from omnigen_shared.errors import ConflictError, DependencyUnavailableError


@pytest.fixture
async def bench() -> QuotaBench:
    """job_1 is over and folded, job_2 runs."""
    bench = QuotaBench()
    for job_id in ("job_1", "job_2"):
        await bench.reserve(job_id)
        await bench.spend(job_id, "a", 300_000)
        await bench.settle(job_id, "a", 250_000)
    await bench.commit("job_1")
    return bench


async def audit(bench: QuotaBench) -> Audit:
    return await Auditor(bench.table).audit(USER)


def change_row(bench: QuotaBench, job_id: str, slot: str, **changes: Any) -> None:
    key = (USER, job_id, slot)
    bench.table.rows[key] = replace(bench.table.rows[key], **changes)


async def test_sound_books(bench: QuotaBench) -> None:
    assert await audit(bench) == Audit(USER, rows=7, owed=0, findings=())


async def test_rows_that_are_still_owed_are_counted_and_no_finding(bench: QuotaBench) -> None:
    bench.table.unwritable_rows = 1
    with pytest.raises(DependencyUnavailableError):
        await bench.spend("job_2", "b", 5)
    assert await audit(bench) == Audit(USER, rows=7, owed=1, findings=())


@pytest.mark.parametrize(
    ("counter", "by"),
    [("videos", 1), ("storyboards", 1), ("spend_microusd", -1), ("settled_microusd", 1), ("open_jobs", 1)],
)
async def test_a_counter_that_is_off_is_named(bench: QuotaBench, counter: str, by: int) -> None:
    bench.table.months[(USER, MONTH)][counter] += by
    (finding,) = (await audit(bench)).findings
    assert (finding.month, finding.row) == (MONTH, counter)


@pytest.mark.parametrize("slot", ["reserved", "held#a", "ended#a"])
async def test_a_row_that_says_something_else_than_the_month_is_named(bench: QuotaBench, slot: str) -> None:
    change_row(bench, "job_2", slot, amount_microusd=7)
    assert [finding.row for finding in (await audit(bench)).findings] == [f"job_2#{slot}"]


@pytest.mark.parametrize("slot", ["reserved", "closed"])
async def test_a_row_that_is_gone_after_its_job_was_folded_is_noticed(bench: QuotaBench, slot: str) -> None:
    del bench.table.rows[(USER, "job_1", slot)]
    assert "job_1#closed" in [finding.row for finding in (await audit(bench)).findings]


async def test_a_paid_call_without_an_end_is_noticed(bench: QuotaBench) -> None:
    del bench.table.rows[(USER, "job_1", "ended#a")]
    assert "job_1#ended" in [finding.row for finding in (await audit(bench)).findings]


async def test_a_story_that_does_not_add_up_is_noticed(bench: QuotaBench) -> None:
    change_row(bench, "job_1", "closed", spend_microusd=-1)
    assert [finding.row for finding in (await audit(bench)).findings] == ["job_1#closed", "spend_microusd"]


async def test_a_row_of_a_month_that_does_not_exist_is_named(bench: QuotaBench) -> None:
    stray = LedgerRow("job_9", "2026-01", "reserved", RowKind.RESERVED, "2026-01-01", 5)
    bench.table.rows[(USER, "job_9", "reserved")] = stray
    assert [(finding.month, finding.row) for finding in (await audit(bench)).findings] == [
        ("2026-01", "job_9#reserved")
    ]


async def test_a_second_booking_of_a_job_is_named_until_the_sweep(bench: QuotaBench) -> None:
    month = bench.table.months[(USER, MONTH)]
    month["reservations"]["job_1"] = {**month["reservations"]["job_2"], "reserved_at": "later", "intents": {}}
    assert "job_1#reserved" in [finding.row for finding in (await audit(bench)).findings]


class Restless:
    """A user whose every look shows something new."""

    def __init__(self, bench: QuotaBench) -> None:
        self.bench = bench
        self.looks = 0

    async def list_months(self, user_id: str) -> Any:
        self.looks += 1
        self.bench.table.months[(USER, MONTH)]["videos"] = self.looks
        return await self.bench.table.list_months(user_id)

    async def list_all_rows(self, user_id: str) -> Any:
        return await self.bench.table.list_all_rows(user_id)


async def test_books_that_never_stand_still_are_not_called_sound(bench: QuotaBench) -> None:
    restless: Any = Restless(bench)
    with pytest.raises(ConflictError):
        await Auditor(restless).audit(USER)
    assert restless.looks == LOOKS + 1
