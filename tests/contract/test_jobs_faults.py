"""A table that stumbles: what passes is tried again or told, and is never taken for a refusal."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from botocore.exceptions import ClientError
from tests.fakes.emulated_jobs import ScriptedTable, TableStore, canceled, lost_reply, open_jobs_table, refusal
from tests.fakes.jobs_bench import CLIP, JOB, USER, JobsBench, make_job

from omnigen_jobs.domain.changes import change_job
from omnigen_jobs.store.access import TableAccess
from omnigen_shared.contracts.job import BeginStage, IntentStatus, JobStatus
from omnigen_shared.errors import DependencyUnavailableError


@pytest.fixture
async def access(emulator_url: str) -> AsyncIterator[TableAccess]:
    async with open_jobs_table(emulator_url) as opened:
        yield opened


async def begin(access: TableAccess, *errors: Exception) -> JobsBench:
    """A job with a reserved intent; the writes after it fail with these errors first."""
    whole = JobsBench(store=TableStore(access))
    await whole.store.commit(change_job(make_job(whole.clock, version=0)))
    await whole.plan()
    await whole.move("planned", "reserved")
    client: Any = ScriptedTable(access._client, list(errors))
    return JobsBench(store=TableStore(TableAccess(client, access.table)))


@pytest.mark.parametrize(
    "error",
    [
        canceled("TransactionConflict", "None"),
        canceled("None", "TransactionConflict"),
        canceled("ThrottlingError", "ThrottlingError"),
        refusal("TransactionConflictException"),
    ],
    ids=["fence", "event", "throttled", "conflict"],
)
async def test_a_transaction_that_was_in_anothers_way_is_made_again(access: TableAccess, error: Exception) -> None:
    bench = await begin(access, error, error)
    await bench.uses.attempts.begin_stage(USER, JOB, 1, BeginStage(status=JobStatus.PLANNING))
    assert [event.seq for event in await bench.store.list_events(JOB, 0, 10)] == [1]


@pytest.mark.parametrize(
    "error",
    [refusal("ThrottlingException"), refusal("InternalServerError"), refusal("502", status=502), lost_reply()],
    ids=["throttled", "broken", "wordless", "lost"],
)
async def test_a_table_that_does_not_answer_is_told(access: TableAccess, error: Exception) -> None:
    bench = await begin(access, error)
    with pytest.raises(DependencyUnavailableError):
        await bench.move("reserved", "sending", owner="w1")
    assert (await bench.read()).intents[0].status is IntentStatus.RESERVED


async def test_a_request_that_aws_calls_wrong_is_our_bug(access: TableAccess) -> None:
    bench = await begin(access, refusal("ValidationException"))
    with pytest.raises(ClientError):
        await bench.move("reserved", "sending", owner="w1")


async def test_a_send_whose_answer_was_lost_is_the_same_senders_when_it_asks_again(access: TableAccess) -> None:
    """The write was made; the client never heard of it; its second try finds itself the winner."""
    bench = await begin(access)
    await bench.move("reserved", "sending", owner="w1")
    again = await bench.move("reserved", "sending", owner="w1")
    assert (again.owner, again.intent_id, again.status) == ("w1", CLIP, IntentStatus.SENDING)


async def test_races_that_never_end_are_told(access: TableAccess, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("omnigen_jobs.service.writing.TRIES", 3)
    bench = await begin(access, *[canceled("TransactionConflict", "None")] * 3)
    with pytest.raises(DependencyUnavailableError):
        await bench.move("reserved", "sending", owner="w1")


async def test_readiness_asks_the_table(access: TableAccess) -> None:
    await access.check()
    with pytest.raises(ClientError):
        await TableAccess(access._client, "no-such-table").check()
