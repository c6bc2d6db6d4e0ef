"""What a user's list, one of their jobs and the reaper cost the table: the same for 100 jobs as for 10,000."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final

from tests.fakes.emulated_jobs import TYPES, TableStore, open_jobs_table
from tests.fakes.jobs_bench import USER, JobsBench, make_job

from omnigen_jobs.domain.changes import change_job
from omnigen_jobs.domain.cursors import JobFilter, PageMark
from omnigen_jobs.domain.records import Money
from omnigen_jobs.store.access import TableAccess
from omnigen_jobs.store.keys import job_key
from omnigen_jobs.store.writes import Writes
from omnigen_shared.clock import to_rfc3339
from omnigen_shared.contracts.base import JobId
from omnigen_shared.contracts.job import JobStatus
from omnigen_shared.testing.clock import FrozenClock

FEW: Final = 100
MANY: Final = 10_000
DUE: Final = 3
PER_WRITE: Final = 25
AT_ONCE: Final = 8
CLOCK: Final = FrozenClock()
SECOND: Final = timedelta(seconds=1)
ENDED: Final = {"status": JobStatus.COMPLETED, "lease_until": None, "money": Money.CLOSED}


@dataclass
class CountingClient:
    """DynamoDB's; `calls` are what it was asked, `looked_at` how many items each answer was made of."""

    client: Any
    calls: list[str] = field(default_factory=list)
    looked_at: int = 0

    def __getattr__(self, name: str) -> Callable[..., Awaitable[Any]]:
        method = getattr(self.client, name)

        async def call(**arguments: Any) -> Any:
            answer = await method(**arguments)
            self.calls.append(name)
            self.looked_at += answer.get("ScannedCount", 1)
            return answer

        return call

    def forget(self) -> tuple[list[str], int]:
        """What it has counted since it was asked last."""
        counted, self.calls, self.looked_at = (sorted(self.calls), self.looked_at), [], 0
        return counted


async def fill(client: Any, table: str, numbers: range) -> None:
    """Ended jobs, a second apart, past all conditions: nobody else is there. Of those that nobody reads, the keys."""

    [first_of_all] = Writes(table).of_change(change_job(make_job(CLOCK, job_id=job_of(0), version=0, **ENDED)))

    def item_of(number: int) -> dict[str, Any]:
        job_id, at = job_of(number), to_rfc3339(CLOCK.now() + number * SECOND)
        own = {"pk": job_key(job_id).pk, "job_id": job_id, "created_at": at}
        whole = first_of_all["Put"]["Item"] | {name: {"S": value} for name, value in own.items()}
        return whole if number < FEW or number >= MANY - FEW else {name: whole[name] for name in TYPES if name in whole}

    async def put(first: int) -> None:
        items = [item_of(number) for number in numbers[first : first + PER_WRITE]]
        await client.batch_write_item(RequestItems={table: [{"PutRequest": {"Item": item}} for item in items]})

    for start in range(0, len(numbers), PER_WRITE * AT_ONCE):
        rest = range(start, min(len(numbers), start + PER_WRITE * AT_ONCE), PER_WRITE)
        await asyncio.gather(*map(put, rest))


def job_of(number: int) -> JobId:
    return JobId(f"job_{number:032x}")


async def measure(bench: JobsBench, client: CountingClient) -> dict[str, tuple[list[str], int]]:
    """Calls and items of each thing that is done; the list's last page is the one of the oldest jobs."""
    store, costs = bench.store, {}
    client.forget()
    middle = PageMark(to_rfc3339(CLOCK.now() + 50 * SECOND), job_of(50))
    asked: dict[str, Callable[[], Awaitable[Any]]] = {
        "the newest": lambda: store.list_jobs(USER, None, 20),
        "older ones": lambda: store.list_jobs(USER, middle, 20),
        "what is rare": lambda: store.list_jobs(USER, middle, 20, JobFilter(status=JobStatus.FAILED)),
        "of a time": lambda: store.list_jobs(USER, None, 20, JobFilter(until=CLOCK.now() + 50 * SECOND)),
        "one": lambda: store.find_record(job_of(7)),
        "its events": lambda: store.list_events(job_of(7), 0, 100),
        "the reaper": bench.reaper.sweep,
    }
    for what, ask in asked.items():
        await ask()
        costs[what] = client.forget()
    return costs


async def test_ten_thousand_jobs_cost_what_a_hundred_do(emulator_url: str) -> None:
    async with open_jobs_table(emulator_url) as access:
        client = CountingClient(access._client)
        bench = JobsBench(store=TableStore(TableAccess(client, access.table)))  # type: ignore[arg-type]
        for number in range(DUE):
            job_id = JobId(f"job_f{number:031x}")
            await bench.store.commit(change_job(make_job(bench.clock, job_id=job_id, version=0)))
            bench.quota.states[job_id] = "open"
        await fill(access._client, access.table, range(FEW))
        bench.clock.advance(60)
        few = await measure(bench, client)
        assert few["the reaper"][0].count("transact_write_items") == 2 * DUE
        assert few["the newest"] == (["query"], 20)
        await fill(access._client, access.table, range(FEW, MANY))
        bench.clock.advance(60)
        assert await measure(bench, client) == few
        page = await bench.store.list_jobs(USER, None, 1)
        assert [job.job_id for job in page.jobs] == [job_of(MANY - 1)]
