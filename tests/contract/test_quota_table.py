"""One suite for both usage tables: the fake that unit tests trust, and DynamoDB's adapter on the emulator."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from tests.fakes.emulated_usage import open_usage_table
from tests.fakes.usage_table import FakeUsageTable

from omnigen_quota.domain.ledger import LedgerRow, RowKind
from omnigen_quota.domain.lending import DeploymentRules, announce, apply_transfer, begin_deployment, begin_loan
from omnigen_quota.domain.loans import DeploymentMonth, Loan, Transfer
from omnigen_quota.domain.updates import Add, AtLeast, AtMost, Condition, Equals, Missing, Put, Remove, Update
from omnigen_quota.ports import UsageTable
from omnigen_quota.store.usage import DynamoUsageTable
from omnigen_shared.testing.clock import FrozenClock

USER, MONTH = "user-1", "2026-11"
JOB = {
    "state": "open",
    "max": 900,
    "videos": 1,
    "remaining": 900,
    "spent": 0,
    "returned": 0,
    "reserved_at": "2026-11-24T12:00:00.000000Z",
    "closed_at": "",
    "intents": {},
}
BEGUN = Update(
    (Missing(("reservations",)),),
    (
        Put(("plan",), "free"),
        Put(("videos",), 1),
        Put(("storyboards",), 0),
        Put(("open_jobs",), 1),
        Put(("spend_microusd",), 900),
        Put(("settled_microusd",), 0),
        Put(("reservations",), {"job_1": JOB}),
    ),
)
ROW = LedgerRow("job_1", MONTH, "reserved", RowKind.RESERVED, "2026-11-24T12:00:00.000000Z", 900, "", 1, 900)


@pytest.fixture(params=["fake", "dynamodb"])
def endpoint(request: pytest.FixtureRequest) -> str | None:
    return None if request.param == "fake" else request.getfixturevalue("emulator_url")


@pytest.fixture
async def table(endpoint: str | None) -> AsyncIterator[UsageTable]:
    if endpoint is None:
        yield FakeUsageTable()
        return
    async with open_usage_table(endpoint) as (client, name):
        yield DynamoUsageTable(client, name, FrozenClock())


async def test_a_month_that_nobody_began_is_none(table: UsageTable) -> None:
    assert await table.find_month(USER, MONTH) is None
    await table.check()


async def test_a_month_is_begun_once_and_then_shows_what_stands(table: UsageTable) -> None:
    begun = await table.apply(USER, MONTH, BEGUN)
    again = await table.apply(USER, MONTH, Update(BEGUN.conditions, (Put(("reservations",), {}),)))
    assert begun is not None
    assert begun.bookings["job_1"].to_map() == JOB
    assert again == begun == await table.find_month(USER, MONTH)


async def test_nothing_is_created_when_a_condition_needs_what_is_not_there(table: UsageTable) -> None:
    assert await table.apply(USER, MONTH, Update((AtMost(("videos",), 5),), (Put(("videos",), 1),))) is None
    assert await table.find_month(USER, MONTH) is None


@pytest.mark.parametrize(
    ("condition", "holds"),
    [
        (AtMost(("videos",), 1), True),
        (AtMost(("videos",), 0), False),
        (AtMost(("nothing",), 9), False),
        (AtLeast(("reservations", "job_1", "remaining"), 900), True),
        (AtLeast(("reservations", "job_1", "remaining"), 901), False),
        (AtLeast(("reservations", "job_2", "remaining"), 0), False),
        (Missing(("reservations", "job_2")), True),
        (Missing(("reservations", "job_1")), False),
        (Missing(("reservations", "job_1", "intents", "scene-01.1")), True),
        (Equals(("reservations", "job_1", "state"), "open"), True),
        (Equals(("reservations", "job_1", "state"), "released"), False),
        (Equals(("reservations", "job_2", "state"), "open"), False),
        (Equals(("reservations", "job_1"), JOB), True),
        (Equals(("reservations", "job_1"), {**JOB, "remaining": 899}), False),
    ],
)
async def test_conditions(table: UsageTable, condition: Condition, holds: bool) -> None:
    await table.apply(USER, MONTH, BEGUN)
    after = await table.apply(USER, MONTH, Update((condition,), (Add(("videos",), 1),)))
    assert after is not None
    assert after.videos == 1 + holds


async def test_all_conditions_must_hold_and_all_actions_happen_together(table: UsageTable) -> None:
    await table.apply(USER, MONTH, BEGUN)
    intent = ("reservations", "job_1", "intents", "scene-01.1")
    held = {"amount": 300, "state": "held"}
    actions = (Put(intent, held), Add(("reservations", "job_1", "remaining"), -300), Put(("plan",), "pro"))
    one_fails = Update((Missing(intent), AtLeast(("reservations", "job_1", "remaining"), 1000)), actions)
    refused = await table.apply(USER, MONTH, one_fails)
    made = await table.apply(USER, MONTH, Update((Missing(intent),), actions))
    assert refused is not None
    assert made is not None
    assert refused.bookings["job_1"].to_map() == JOB
    assert made.bookings["job_1"].to_map() == {**JOB, "remaining": 600, "intents": {"scene-01.1": held}}


async def test_entries_are_removed_and_removing_nothing_is_no_error(table: UsageTable) -> None:
    await table.apply(USER, MONTH, BEGUN)
    removal = Update(
        (AtLeast(("videos",), 0),),
        (Remove(("reservations", "job_1")), Remove(("reservations", "job_9")), Add(("open_jobs",), -1)),
    )
    after = await table.apply(USER, MONTH, removal)
    assert after is not None
    assert (after.bookings, after.open_jobs) == ({}, 0)


async def test_months_and_users_are_apart(table: UsageTable) -> None:
    await table.apply(USER, MONTH, BEGUN)
    assert await table.find_month("user-2", MONTH) is None
    assert await table.find_month(USER, "2026-12") is None


async def test_the_first_row_in_a_slot_stays(table: UsageTable) -> None:
    assert await table.record(USER, ROW) == ROW
    assert await table.record(USER, replace(ROW, amount_microusd=1)) == ROW
    assert await table.list_rows(USER, "job_1") == [ROW]


async def test_rows_are_listed_by_job_and_user(table: UsageTable) -> None:
    held = replace(ROW, slot="held#scene-01.1", kind=RowKind.HELD, intent_id="scene-01.1", videos=0, spend_microusd=0)
    for row in (ROW, held, replace(ROW, job_id="job_12")):
        await table.record(USER, row)
    await table.record("user-2", ROW)
    assert {row.slot for row in await table.list_rows(USER, "job_1")} == {"reserved", "held#scene-01.1"}
    assert await table.list_rows(USER, "job_3") == []


async def test_the_rules_of_the_deployment(table: UsageTable) -> None:
    assert await table.find_rules() == DeploymentRules()
    await table.set_caps(None, 900)
    await table.pause(True)
    assert await table.find_rules() == DeploymentRules(True, None, 900)
    await table.set_caps(7, None)
    assert await table.find_rules() == DeploymentRules(True, 7, None)
    await table.pause(False)
    await table.set_caps(None, None)
    assert await table.find_rules() == DeploymentRules()


async def test_a_deployments_month_stands_beside_the_users(table: UsageTable) -> None:
    assert await table.find_deployment(MONTH) is None
    assert await table.apply_deployment(MONTH, begin_deployment()) == DeploymentMonth()
    await table.apply(USER, MONTH, BEGUN)
    transfer = Transfer("t1", 1, 5, "2026-11-24", 3, "2026-11-24T12:00:00.000000Z")
    rules = DeploymentRules(False, 3, 5)
    after = await table.apply_deployment(MONTH, announce(DeploymentMonth(), USER, transfer, rules))
    assert after == DeploymentMonth(5, {"2026-11-24": 3}, {USER: transfer})
    other = await table.apply_deployment(MONTH, announce(after, "user-2", transfer, rules))
    assert other == after
    assert await table.find_deployment(MONTH) == after
    assert await table.list_users() == [USER]


async def test_the_list_of_a_months_users(table: UsageTable) -> None:
    assert await table.list_enrolled(MONTH) == []
    for user_id in ("user-2", USER, USER):
        await table.enrol(user_id, MONTH)
    await table.enrol("user-3", "2026-12")
    assert await table.list_enrolled(MONTH) == [USER, "user-2"]


async def test_a_turn_is_taken_by_one(table: UsageTable) -> None:
    now = datetime(2026, 11, 24, tzinfo=UTC)
    later = now + timedelta(minutes=5)
    assert await table.take_turn(now, later)
    assert not await table.take_turn(now + timedelta(minutes=4), later + timedelta(minutes=4))
    assert await table.take_turn(later, later + timedelta(minutes=5))


async def test_a_loan_moves_to_a_users_month(table: UsageTable) -> None:
    await table.apply(USER, MONTH, BEGUN)
    counted = await table.apply(USER, MONTH, begin_loan(900))
    assert counted is not None
    assert counted.loan == Loan(left=-900)
    transfer = Transfer("t1", 1, 905, "2026-11-24", 5, "2026-11-24T12:00:00.000000Z")
    update = apply_transfer(counted.loan, transfer)
    assert update is not None
    for _ in range(2):
        after = await table.apply(USER, MONTH, update)
        assert after is not None
        assert after.loan == Loan(5, "2026-11-24", 5, 1, "t1", 905, 5, transfer.at)


async def test_rows_are_paged_job_by_job(table: UsageTable) -> None:
    for job_id in ("job_2", "job_1", "job_10"):
        for slot in ("reserved", "closed"):
            await table.record(USER, replace(ROW, job_id=job_id, slot=slot))
    await table.record("user-2", ROW)
    await table.apply(USER, MONTH, BEGUN)
    pages, after = [], ""
    while page := await table.page_rows(USER, after, 4):
        pages.append([row.place for row in page])
        after = page[-1].place
    assert pages == [
        ["job_1#closed", "job_1#reserved", "job_10#closed", "job_10#reserved"],
        ["job_2#closed", "job_2#reserved"],
    ]
