"""Lists of one's jobs by status, category and time: the fake and the table give the same pages."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from tests.fakes.emulated_jobs import TableStore, open_jobs_table
from tests.fakes.job_store import FakeJobStore
from tests.fakes.jobs_bench import USER, make_job, make_request

from omnigen_jobs.domain.changes import change_job
from omnigen_jobs.domain.cursors import JobFilter, PageMark
from omnigen_jobs.store.listing import LOOKED_AT, READS
from omnigen_shared.contracts.base import JobId, UserId
from omnigen_shared.contracts.job import JobStatus
from omnigen_shared.contracts.storyboard import Category
from omnigen_shared.testing.clock import FrozenClock

CLOCK = FrozenClock()
NOW = CLOCK.now()
SECOND = timedelta(seconds=1)


@pytest.fixture(params=["fake", "dynamodb"])
def endpoint(request: pytest.FixtureRequest) -> str | None:
    return None if request.param == "fake" else request.getfixturevalue("emulator_url")


@pytest.fixture
async def store(endpoint: str | None) -> AsyncIterator[Any]:
    if endpoint is None:
        yield FakeJobStore()
        return
    async with open_jobs_table(endpoint) as access:
        yield TableStore(access)


async def fill(store: Any, count: int) -> None:
    """A job a second; each third is completed, each fifth a music video."""
    for number in range(count):
        job = make_job(
            CLOCK,
            version=0,
            job_id=JobId(f"job_{number:032x}"),
            created_at=NOW + number * SECOND,
            status=JobStatus.PENDING if number % 3 else JobStatus.COMPLETED,
            request=make_request(category=Category.EXPLAINER if number % 5 else Category.MUSIC_VIDEO),
        )
        await store.commit(change_job(job))


async def list_all(store: Any, limit: int, **wanted: Any) -> list[int]:
    """The numbers of those in all pages; every page but the last leads on."""
    found: list[int] = []
    mark: PageMark | None = None
    while True:
        page = await store.list_jobs(USER, mark, limit, JobFilter(**wanted))
        assert len(page.jobs) <= limit
        found += [int(job.job_id.removeprefix("job_"), 16) for job in page.jobs]
        mark = page.following
        if mark is None:
            return found


@pytest.mark.parametrize("limit", [1, 2, 7, 100])
async def test_pages_hold_what_is_wanted_once_and_in_order(store: Any, limit: int) -> None:
    await fill(store, 16)
    assert await list_all(store, limit) == list(range(15, -1, -1))
    assert await list_all(store, limit, status=JobStatus.COMPLETED) == [15, 12, 9, 6, 3, 0]
    assert await list_all(store, limit, category=Category.MUSIC_VIDEO) == [15, 10, 5, 0]
    both = {"status": JobStatus.COMPLETED, "category": Category.MUSIC_VIDEO}
    assert await list_all(store, limit, **both) == [15, 0]
    assert await list_all(store, limit, status=JobStatus.FAILED) == []


async def test_a_time_begins_with_since_and_ends_before_until(store: Any) -> None:
    await fill(store, 8)
    since, until = NOW + 3 * SECOND, NOW + 6 * SECOND
    assert await list_all(store, 3, since=since) == [7, 6, 5, 4, 3]
    assert await list_all(store, 3, until=until) == [5, 4, 3, 2, 1, 0]
    assert await list_all(store, 2, since=since, until=until) == [5, 4, 3]
    assert await list_all(store, 2, since=since, until=until, status=JobStatus.COMPLETED) == [3]
    assert await list_all(store, 2, since=until, until=since) == []
    assert await list_all(store, 2, since=since, until=since) == []


async def test_nobody_lists_anothers(store: Any) -> None:
    await fill(store, 3)
    page = await store.list_jobs(UserId("somebody"), None, 10, JobFilter(status=JobStatus.COMPLETED))
    assert (page.jobs, page.following) == ((), None)


async def test_what_is_rare_among_many_costs_a_bounded_number_of_reads(emulator_url: str) -> None:
    async with open_jobs_table(emulator_url) as access:
        store = TableStore(access)
        await fill(store, 2 * LOOKED_AT)
        asked: list[dict[str, Any]] = []
        whole = access.query_page

        async def count(request: dict[str, Any]) -> Any:
            asked.append(request)
            return await whole(request)

        access.query_page = count  # type: ignore[method-assign]
        assert (await store.list_jobs(USER, None, 20, JobFilter(status=JobStatus.FAILED))).jobs == ()
        assert len(asked) <= READS
        asked.clear()
        assert len((await store.list_jobs(USER, None, 20)).jobs) == 20
        assert [request["Limit"] for request in asked] == [20]
