"""A list by HTTP holds what its query asks for."""

from collections.abc import Set as AbstractSet

import httpx
import pytest
from tests.fakes.job_store import seed
from tests.fakes.jobs_bench import JOB, OTHER_JOB, JobsBench, make_job

from omnigen_shared.contracts.base import JobId
from omnigen_shared.contracts.job import JobStatus


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", {JOB, OTHER_JOB}),
        ("status=failed", {OTHER_JOB}),
        ("category=explainer", set()),
        ("created_since=2026-11-24T12:00:00Z", {JOB, OTHER_JOB}),
        ("created_since=2026-11-24T13:00:00%2B02:00&status=pending", {JOB}),
        ("created_until=2026-11-24T12:00:00Z", set()),
    ],
)
async def test_a_list_holds_what_is_asked_for(
    bench: JobsBench, http: httpx.AsyncClient, query: str, expected: AbstractSet[JobId]
) -> None:
    seed(bench.store, make_job(bench.clock))
    seed(bench.store, make_job(bench.clock, job_id=OTHER_JOB, status=JobStatus.FAILED))
    answer = await http.get(f"/api/v1/jobs?{query}")
    assert answer.status_code == 200
    assert {job["job_id"] for job in answer.json()["jobs"]} == expected
