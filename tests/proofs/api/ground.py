"""The real gateway, jobs and quota over sockets, their tables in memory, for a user for whom nothing is scarce."""

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from unittest.mock import patch

import structlog
from tests.fakes.assets import FakeBox
from tests.fakes.gateway import PUBLIC_KEY, bearer
from tests.fakes.identity import FakeDirectory, FakeIdentity, FakeSessionTable
from tests.fakes.jobs_bench import PRIVATE, PUBLIC, JobsBench, make_settings
from tests.fakes.loopback import serve_app
from tests.fakes.rate_table import FakeRateTable
from tests.fakes.served_gateway import serve_gateway
from tests.fakes.usage_table import FakeUsageTable
from tests.proofs.api.sprinting import SprintingWorkflow

from omnigen_gateway.domain.standing import Standing
from omnigen_jobs.app import create_app as create_jobs
from omnigen_jobs.clients.quota import QuotaClient
from omnigen_jobs.ports.assets import UploadForm
from omnigen_quota.app import Adapters as QuotaAdapters
from omnigen_quota.app import create_app as create_quota
from omnigen_quota.domain import plans
from omnigen_quota.settings import QuotaSettings
from omnigen_shared.client import InternalClient
from omnigen_shared.clock import SystemClock
from omnigen_shared.contracts.base import UserId
from omnigen_shared.contracts.spending import PlanName
from omnigen_shared.contracts.stills import StillType
from omnigen_shared.identity import IdentitySigner
from omnigen_shared.testing.clock import FrozenClock

WITHOUT_END = 10**9


class RunningClock(FrozenClock):
    """For fakes that are made for a clock that stands."""

    def now(self) -> datetime:
        return datetime.now(UTC)


class FullBox(FakeBox):
    """Whoever asks for a form has sent their picture."""

    async def open_form(self, key: str, media_type: StillType, most_bytes: int, lasts: timedelta) -> UploadForm:
        self.objects[key] = key.encode()
        return await super().open_form(key, media_type, most_bytes, lasts)


class LastingDirectory(FakeDirectory):
    """Who leaves for good comes back at once."""

    async def delete(self, user_id: UserId) -> None:
        del user_id


class LastingSessions(FakeSessionTable):
    """Who signs out everywhere goes on with the same token: else the first such request would be the last one."""

    async def put_cutoff(self, user_id: UserId, at: int) -> None:
        del user_id, at


def sign_in() -> dict[str, str]:
    """The headers of the user."""
    return bearer()


@asynccontextmanager
async def serve_api() -> AsyncIterator[str]:
    """The gateway's address. What the services log is not looked at."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    plenty = replace(
        plans.ENTERPRISE,
        videos_per_month=WITHOUT_END,
        storyboards_per_month=WITHOUT_END,
        requests_per_min=WITHOUT_END,
        concurrent_jobs=WITHOUT_END,
        spend_per_month_microusd=10**15,
    )
    standing = Standing(is_enabled=True, is_verified=True, plan=PlanName.ENTERPRISE)
    identity = FakeIdentity(sessions=LastingSessions(), directory=LastingDirectory(standing))
    with patch.dict(plans.PLANS, {PlanName.ENTERPRISE.value: plenty}):
        async with (
            _serve_quota() as quota_url,
            _serve_jobs(quota_url) as jobs_url,
            serve_gateway(
                jobs_url,
                quota_url=quota_url,
                identity=identity,
                max_body_bytes=200_000,
                address_requests_per_min=0,
                webhook_requests_per_min=0,
                streams_per_user=0,
            ) as gateway,
        ):
            yield gateway.url


@asynccontextmanager
async def _serve_quota() -> AsyncIterator[str]:
    settings = QuotaSettings(usage_table="usage", identity_public_keys={"gateway": [PUBLIC_KEY], "jobs": [PUBLIC]})
    adapters = QuotaAdapters(FakeUsageTable(), FakeRateTable(), SystemClock())
    async with serve_app(create_quota(settings, adapters)) as url:
        yield url


@asynccontextmanager
async def _serve_jobs(quota_url: str) -> AsyncIterator[str]:
    keys = {"gateway": [PUBLIC_KEY], "generator": [PUBLIC]}
    settings = make_settings(identity_public_keys=keys, storyboard_hold_s=0.01)
    async with InternalClient("quota", quota_url, IdentitySigner("jobs", PRIVATE)) as quota:
        workflow = SprintingWorkflow()
        bench = JobsBench(
            quota=QuotaClient(quota), workflow=workflow, box=FullBox(), clock=RunningClock(), settings=settings
        )
        workflow.uses = lambda: bench.uses
        async with serve_app(create_jobs(settings, bench.adapters)) as url:
            yield url
