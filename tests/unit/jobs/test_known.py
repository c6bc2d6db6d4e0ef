"""A job is sent again only when something about it is new."""

import httpx
import pytest
from tests.fakes.job_store import seed
from tests.fakes.jobs_bench import JOB, USER, JobsBench, make_job, open_http

from omnigen_shared.contracts.job import BeginStage, JobStatus

PATH = f"/api/v1/jobs/{JOB}"


@pytest.fixture
async def etag(bench: JobsBench, http: httpx.AsyncClient) -> str:
    seed(bench.store, make_job(bench.clock))
    answer = await http.get(PATH)
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "private, no-cache")
    return str(answer.headers["etag"])


async def test_what_is_known_is_not_sent_again(http: httpx.AsyncClient, etag: str) -> None:
    for known in (etag, f"W/{etag}", f'"other", {etag}', "*"):
        answer = await http.get(PATH, headers={"If-None-Match": known})
        assert (answer.status_code, answer.content, answer.headers["etag"]) == (304, b"", etag), known
        head = await http.head(PATH, headers={"If-None-Match": known})
        assert head.status_code == 304


async def test_what_is_new_is_sent(bench: JobsBench, http: httpx.AsyncClient, etag: str) -> None:
    for unknown in ('"other"', etag.strip('"'), ""):
        assert (await http.get(PATH, headers={"If-None-Match": unknown})).status_code == 200
    await bench.uses.attempts.begin_stage(USER, JOB, 1, BeginStage(status=JobStatus.PLANNING))
    answer = await http.get(PATH, headers={"If-None-Match": etag})
    assert (answer.status_code, answer.json()["status"]) == (200, "planning")
    assert answer.headers["etag"] != etag


async def test_the_same_job_has_the_same_name_wherever_it_is_asked_for(bench: JobsBench, etag: str) -> None:
    async with open_http(bench) as other:
        assert (await other.get(PATH)).headers["etag"] == etag


async def test_somebody_elses_is_not_there_whatever_is_known(http: httpx.AsyncClient) -> None:
    answer = await http.get(f"/api/v1/jobs/job_{'0' * 32}", headers={"If-None-Match": "*"})
    assert answer.status_code == 404
