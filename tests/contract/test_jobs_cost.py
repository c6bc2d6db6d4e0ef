"""What a user's list, one of their jobs and the reaper cost the table: the same for 100 jobs as for 10,000."""

from collections.abc import Awaitable, Callable
from typing import Any, Final

from tests.fakes.emulated_jobs import TableStore, open_jobs_table
from tests.fakes.job_history import CLOCK, SECOND, CallCounter, fill, job_of
from tests.fakes.jobs_bench import USER, JobsBench, make_job

from omnigen_jobs.domain.changes import change_job
from omnigen_jobs.domain.cursors import JobFilter, PageMark
from omnigen_shared.clock import to_rfc3339
from omnigen_shared.contracts.base import JobId
from omnigen_shared.contracts.job import JobStatus

FEW: Final = 100
MANY: Final = 10_000
DUE: Final = 3


def is_read(number: int) -> bool:
    return number < FEW or number >= MANY - FEW


async def measure(bench: JobsBench, counter: CallCounter) -> dict[str, tuple[list[str], int]]:
    """Calls and items of each thing that is done; the list's last page is the one of the oldest jobs."""
    store, costs = bench.store, {}
    counter.forget()
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
        costs[what] = counter.forget()
    return costs


async def test_ten_thousand_jobs_cost_what_a_hundred_do(emulator_url: str) -> None:
    async with open_jobs_table(emulator_url) as access:
        counter = CallCounter()
        counter.watch(access._client)
        bench = JobsBench(store=TableStore(access))
        for number in range(DUE):
            job_id = JobId(f"job_f{number:031x}")
            await bench.store.commit(change_job(make_job(bench.clock, job_id=job_id, version=0)))
            bench.quota.states[job_id] = "open"
        await fill(access._client, access.table, range(FEW), is_read)
        bench.clock.advance(60)
        few = await measure(bench, counter)
        assert few["the reaper"][0].count("TransactWriteItems") == 2 * DUE
        assert few["the newest"] == (["Query"], 20)
        await fill(access._client, access.table, range(FEW, MANY), is_read)
        bench.clock.advance(60)
        assert await measure(bench, counter) == few
        page = await bench.store.list_jobs(USER, None, 1)
        assert [job.job_id for job in page.jobs] == [job_of(MANY - 1)]
