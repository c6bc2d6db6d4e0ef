"""A change that is meant for the job as its caller has seen it is made of that job, or not at all."""

import asyncio

import httpx
import pytest
from tests.fakes.job_store import seed
from tests.fakes.jobs_bench import JOB, USER, JobsBench, make_job, make_problem, make_storyboard

from omnigen_jobs.domain.records import Money
from omnigen_shared.contracts.job import BeginStage, JobStatus

PATH = f"/api/v1/jobs/{JOB}"
RESUME, CANCEL = f"{PATH}/resume", f"{PATH}/cancel"
CHANGES = (("POST", RESUME), ("POST", f"{PATH}/scenes/1/regenerate"), ("DELETE", PATH), ("POST", CANCEL))
STALE = '"00000000000000000000000000000000"'
WEAK = "W/"


async def tag_of(http: httpx.AsyncClient) -> str:
    return str((await http.get(PATH)).headers["etag"])


def seed_failed(bench: JobsBench, money: Money = Money.CLOSED) -> None:
    """Resumable."""
    ended = {"status": JobStatus.FAILED, "lease_until": None, "problem": make_problem()}
    seed(bench.store, make_job(bench.clock, money=money, storyboard=make_storyboard(), **ended))
    bench.quota.states[JOB] = "open" if money is Money.RESERVED else "released"


@pytest.mark.parametrize(("method", "path"), CHANGES)
async def test_a_job_that_has_changed_is_left_as_it_is(
    bench: JobsBench, http: httpx.AsyncClient, method: str, path: str
) -> None:
    seed_failed(bench)
    etag, before = await tag_of(http), bench.store.jobs[JOB]
    for unmatched in (STALE, f"{WEAK}{etag}", f"{STALE}, {WEAK}{etag}"):
        refused = await http.request(method, path, headers={"If-Match": unmatched})
        assert (refused.status_code, refused.json()["code"]) == (412, "precondition_failed"), unmatched
        assert refused.json()["details"] == {"etag": etag} == {"etag": refused.headers["etag"]}
    assert (bench.store.jobs[JOB], bench.workflow.started) == (before, [])


@pytest.mark.parametrize("form", ["{}", "*", '"other", {}', '"a,b" ,\t{}'])
@pytest.mark.parametrize(("method", "path"), CHANGES[:3])
async def test_a_job_that_is_as_expected_is_changed(
    bench: JobsBench, http: httpx.AsyncClient, method: str, path: str, form: str
) -> None:
    seed_failed(bench)
    answer = await http.request(method, path, headers={"If-Match": form.format(await tag_of(http))})
    assert answer.status_code in {202, 204}, answer.text
    assert answer.headers.get("etag") == (await tag_of(http) if method == "POST" else None)


@pytest.mark.parametrize("wrong", ["abc", "", "0", '"a', '"a" "b"', '"a",', f'"{"x" * 2000}"'])
async def test_what_is_no_tag_matches_nothing(bench: JobsBench, http: httpx.AsyncClient, wrong: str) -> None:
    seed_failed(bench)
    answer = await http.post(RESUME, headers={"If-Match": wrong})
    assert (answer.status_code, answer.json()["code"]) == (412, "precondition_failed")


async def test_the_answer_to_a_change_names_the_job_for_the_next_one(bench: JobsBench, http: httpx.AsyncClient) -> None:
    seed_failed(bench)
    resumed = await http.post(RESUME, headers={"If-Match": await tag_of(http)})
    canceled = await http.post(CANCEL, headers={"If-Match": resumed.headers["etag"]})
    assert (canceled.status_code, canceled.json()["status"]) == (200, "canceled")
    late = await http.post(CANCEL, headers={"If-Match": resumed.headers["etag"]})
    assert (late.status_code, late.headers["etag"]) == (412, canceled.headers["etag"])


async def test_what_an_execution_has_done_meanwhile_is_a_change(bench: JobsBench, http: httpx.AsyncClient) -> None:
    seed(bench.store, make_job(bench.clock))
    etag = await tag_of(http)
    await bench.uses.attempts.begin_stage(USER, JOB, 1, BeginStage(status=JobStatus.PLANNING))
    assert (await http.post(CANCEL, headers={"If-Match": etag})).status_code == 412
    assert bench.store.jobs[JOB].status is JobStatus.PLANNING


@pytest.mark.parametrize(("method", "path"), CHANGES[:3])
async def test_our_own_accounting_is_no_change(
    bench: JobsBench, http: httpx.AsyncClient, method: str, path: str
) -> None:
    seed_failed(bench, Money.RESERVED)
    answer = await http.request(method, path, headers={"If-Match": await tag_of(http)})
    assert answer.status_code in {202, 204}, answer.text


@pytest.mark.parametrize(("method", "path"), CHANGES[:2])
async def test_of_changes_for_one_state_one_is_made(
    bench: JobsBench, http: httpx.AsyncClient, method: str, path: str
) -> None:
    seed_failed(bench)
    etag = await tag_of(http)
    answers = await asyncio.gather(*(http.request(method, path, headers={"If-Match": etag}) for _ in range(10)))
    codes = sorted(answer.status_code for answer in answers)
    assert codes[0] == 202
    assert set(codes[1:]) <= {409, 412}, "job_running where the round is asked for and not begun yet"
    assert len(bench.workflow.started) == 1


async def test_somebody_elses_is_not_there_whatever_is_expected(http: httpx.AsyncClient) -> None:
    for method, path in CHANGES:
        nobodys = path.replace(JOB, f"job_{'0' * 32}")
        assert (await http.request(method, nobodys, headers={"If-Match": STALE})).status_code == 404
