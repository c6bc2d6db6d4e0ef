"""The app with the adapters it opens itself, over the emulator: what a deployed jobs service does first."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import parse_qs, urlsplit

import aiohttp
import httpx
import pytest
from tests.fakes.emulated_jobs import open_jobs_table
from tests.fakes.jobs_bench import BODY, JOB, PUBLIC, USER, identity, make_job, make_output, make_settings
from tests.fakes.loopback import serve_app
from tests.fakes.rate_table import FakeRateTable
from tests.fakes.usage_table import FakeUsageTable

from omnigen_jobs.app import create_app
from omnigen_jobs.clients.media import PresignedLinks
from omnigen_jobs.clients.workflow import StepFunctionsWorkflow
from omnigen_jobs.domain.changes import change_job
from omnigen_jobs.settings import JobsSettings
from omnigen_jobs.store.access import TableAccess
from omnigen_jobs.store.records import RecordTable
from omnigen_local.provisioning import StackOutputs
from omnigen_quota.app import Adapters as QuotaAdapters
from omnigen_quota.app import create_app as create_quota
from omnigen_quota.settings import QuotaSettings
from omnigen_shared.aws.clients import open_client
from omnigen_shared.clock import SystemClock
from omnigen_shared.contracts.base import JobId
from omnigen_shared.contracts.job import JobStatus
from omnigen_shared.errors import DependencyUnavailableError
from omnigen_shared.settings import BaseUnitSettings
from omnigen_shared.testing.clock import FrozenClock

CONTENT = b"not really a video"
ROLE = "arn:aws:iam::000000000000:role/workflow"
PASSING = '{"StartAt":"Pass","States":{"Pass":{"Type":"Pass","End":true}}}'


@pytest.fixture
async def access(emulator_url: str) -> AsyncIterator[TableAccess]:
    async with open_jobs_table(emulator_url) as opened:
        yield opened


@pytest.fixture
async def machine_arn(emulator_url: str) -> str:
    async with open_client("stepfunctions", BaseUnitSettings(aws_endpoint_url=emulator_url)) as client:
        answer = await client.create_state_machine(
            name="jobs-contract", definition=PASSING, roleArn=ROLE, type="EXPRESS"
        )
        return answer["stateMachineArn"]


@asynccontextmanager
async def serve(settings: JobsSettings) -> AsyncIterator[httpx.AsyncClient]:
    app = create_app(settings)
    async with app.router.lifespan_context(app) as state:

        async def with_state(scope: Any, receive: Any, send: Any) -> None:
            await app({**scope, "state": dict(state or {})}, receive, send)

        transport = httpx.ASGITransport(with_state)
        async with httpx.AsyncClient(transport=transport, base_url="http://jobs", headers=identity()) as client:
            yield client


@asynccontextmanager
async def serve_quota() -> AsyncIterator[str]:
    settings = QuotaSettings(usage_table="usage", identity_public_keys={"jobs": [PUBLIC]})
    adapters = QuotaAdapters(FakeUsageTable(), FakeRateTable(), SystemClock())
    async with serve_app(create_quota(settings, adapters)) as url:
        yield url


async def test_an_order_is_stored_reserved_and_started(
    access: TableAccess, machine_arn: str, emulator_url: str
) -> None:
    async with serve_quota() as quota_url:
        settings = make_settings(
            aws_endpoint_url=emulator_url,
            jobs_table=access.table,
            state_machine_arn=machine_arn,
            quota_url=quota_url,
            composer_url="http://127.0.0.1:1",
            reaper_interval_s=0.05,
        )
        async with serve(settings) as client:
            assert (await client.get("/ready")).json() == {"status": "ok", "dependencies": {"table": "ok"}}
            answers = await asyncio.gather(
                *(client.post("/api/v1/jobs", json=BODY, headers={"Idempotency-Key": "k"}) for _ in range(50))
            )
            made = {answer.json()["job_id"] for answer in answers if answer.status_code == 202}
            assert {answer.status_code for answer in answers} <= {202, 409}
            [job] = (await client.get("/api/v1/jobs")).json()["jobs"]
            assert made == {job["job_id"]}
            assert (job["status"], job["attempt"]) == ("pending", 1)
    job_stored = await RecordTable(access).find_job(JobId(job["job_id"]))
    assert job_stored is not None
    assert job_stored.lease_until is not None


async def test_without_its_table_it_is_not_ready(emulator_url: str) -> None:
    async with serve(make_settings(aws_endpoint_url=emulator_url, jobs_table="no-such-table")) as client:
        answer = await client.get("/ready")
        assert (answer.status_code, answer.json()["dependencies"]) == (503, {"table": "ResourceNotFoundException"})


async def test_an_execution_gets_the_jobs_ids_and_a_second_start_is_fine(machine_arn: str, emulator_url: str) -> None:
    async with open_client("stepfunctions", BaseUnitSettings(aws_endpoint_url=emulator_url)) as client:
        started: list[dict[str, Any]] = []

        class Recorder:
            async def start_execution(self, **arguments: Any) -> Any:
                started.append(arguments)
                return await client.start_execution(**arguments)

        workflow = StepFunctionsWorkflow(Recorder(), machine_arn)  # type: ignore[arg-type]
        for _ in range(2):
            await workflow.start(make_job(FrozenClock(), attempt=3))
        assert started[0]["name"] == f"{JOB}-3"
        told = f'{{"job_id":"{JOB}","user_id":"{USER}","plan":"free","attempt":3,"kind":"make","traceparent":null}}'
        assert started[0]["input"] == told
        with pytest.raises(DependencyUnavailableError):
            await StepFunctionsWorkflow(client, machine_arn + "-none").start(make_job(FrozenClock()))


async def test_a_link_brings_the_stored_video(stack_outputs: StackOutputs, emulator_url: str) -> None:
    async with open_client("s3", BaseUnitSettings(aws_endpoint_url=emulator_url)) as client:
        bucket, key = stack_outputs.assets_bucket_name, f"u/{USER}/renders/r/a.mp4"
        await client.put_object(Bucket=bucket, Key=key, Body=CONTENT)
        url = await PresignedLinks(client, bucket, 900).link(key, "omnigen-dawn.mp4", "video/mp4")
    async with aiohttp.ClientSession() as session, session.get(url) as answer:
        assert (answer.status, await answer.read()) == (200, CONTENT)
        assert answer.headers["content-type"] == "video/mp4"
        assert answer.headers["content-disposition"] == 'inline; filename="omnigen-dawn.mp4"'


async def test_the_public_host_is_signed(access: TableAccess, emulator_url: str) -> None:
    """A browser reaches S3 elsewhere than we do: the link is made for there, with the host in its signature."""
    done = make_job(FrozenClock(), version=0, status=JobStatus.COMPLETED, output=make_output(), lease_until=None)
    await RecordTable(access).commit(change_job(done))
    settings = make_settings(
        aws_endpoint_url=emulator_url, s3_public_url="http://localhost:9999", jobs_table=access.table
    )
    async with serve(settings) as client:
        url = urlsplit((await client.get(f"/api/v1/jobs/{JOB}/video")).headers["location"])
    query = parse_qs(url.query)
    assert (url.netloc, url.path) == ("localhost:9999", f"/assets/u/{USER}/renders/r/v.mp4")
    assert query["X-Amz-Algorithm"] == ["AWS4-HMAC-SHA256"]
    assert query["X-Amz-SignedHeaders"] == ["host"]
    assert query["X-Amz-Expires"] == ["900"]
