"""What its user has deleted is out of sight at once; its files go, but for what another video uses; the books stay."""

import httpx
import pytest
from tests.fakes.job_store import seed
from tests.fakes.jobs_bench import JOB, OTHER_JOB, USER, JobsBench, make_job, open_http
from tests.unit.jobs.test_retaining import CLIP_KEY, FILES, finish, lay

from omnigen_jobs.domain.records import Money
from omnigen_jobs.domain.retaining import EXPORTS_KEPT
from omnigen_shared.contracts.job import JobStatus

EXPORT = f"u/{USER}/exports/a.webm"
PATH = f"/api/v1/jobs/{JOB}"


@pytest.fixture
def bench() -> JobsBench:
    return JobsBench()


async def tidy(bench: JobsBench) -> None:
    bench.clock.advance(1)
    await bench.tidier.sweep()


async def ask_everything(http: httpx.AsyncClient) -> set[int]:
    reads = [await http.get(f"{PATH}{rest}") for rest in ("", "/events", "/receipt", "/video", "/thumbnail", "/shares")]
    writes = [await http.post(f"{PATH}{rest}") for rest in ("/cancel", "/resume", "/scenes/1/regenerate", "/shares")]
    return {answer.status_code for answer in (*reads, *writes)}


async def test_it_is_out_of_sight_at_once_and_gone_soon(bench: JobsBench) -> None:
    await finish(bench)
    lay(bench)
    async with open_http(bench) as http:
        link = (await http.post(f"{PATH}/shares")).json()
        answer = await http.delete(PATH)
        assert (answer.status_code, answer.content) == (204, b"")
        assert (await http.get("/api/v1/jobs")).json()["jobs"] == []
        assert await ask_everything(http) == {404}
        assert (await http.get(f"/api/v1/share/{link['token']}")).status_code == 404
        assert (await http.delete(PATH)).status_code == 404
    await tidy(bench)
    assert set(bench.box.objects) == {EXPORT}
    bench.clock.advance(EXPORTS_KEPT.total_seconds())
    await tidy(bench)
    assert bench.box.objects == {}
    job = (await bench.read()).job
    assert job.media_until is None
    assert job.media_removed_at is not None
    assert job.spent_microusd == 150_000


async def test_what_another_video_uses_stays(bench: JobsBench) -> None:
    await finish(bench)
    bench.clock.advance(1)
    await finish(bench, OTHER_JOB)
    lay(bench)
    await bench.uses.deleting.delete(USER, JOB)
    await tidy(bench)
    assert set(bench.box.objects) == set(FILES)
    await bench.uses.deleting.delete(USER, OTHER_JOB)
    await tidy(bench)
    assert CLIP_KEY not in bench.box.objects


@pytest.mark.parametrize("status", [JobStatus.PENDING, JobStatus.GENERATING, JobStatus.COMPOSING])
async def test_what_is_at_work_is_not_deleted(bench: JobsBench, status: JobStatus) -> None:
    seed(bench.store, make_job(bench.clock, status=status))
    async with open_http(bench) as http:
        answer = await http.delete(PATH)
        assert (answer.status_code, answer.json()["code"]) == (409, "job_running")
        assert (await http.get(PATH)).status_code == 200


async def test_its_money_is_closed_first(bench: JobsBench) -> None:
    seed(bench.store, make_job(bench.clock, status=JobStatus.CANCELED, money=Money.RESERVED))
    await bench.uses.deleting.delete(USER, JOB)
    assert (await bench.read()).job.money is Money.CLOSED
