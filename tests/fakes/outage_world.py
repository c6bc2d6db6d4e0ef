"""The whole public API over its real adapters, with a door in front of one thing that it depends on."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, Final

from tests.fakes.gateway import PUBLIC_KEY, fake_adapters, gateway_settings, lifespan_of
from tests.fakes.identity import FakeDirectory, FakeIdentity
from tests.fakes.jobs_bench import PUBLIC, JobsBench, make_settings
from tests.fakes.leases import FakeLeases
from tests.fakes.loopback import serve_app
from tests.fakes.outages import Front, aws_throttles, open_front, s3_throttles, service_throttles
from tests.fakes.public_api import PublicApi
from tests.fakes.rate_table import FakeRateTable
from tests.fakes.scripted_cloud import CLOUD
from tests.fakes.usage_table import FakeUsageTable

from omnigen_gateway.app import Adapters as GatewayAdapters
from omnigen_gateway.app import create_app as create_gateway
from omnigen_gateway.app import open_adapters as open_gateway_adapters
from omnigen_gateway.domain.standing import Standing
from omnigen_jobs.app import Adapters as JobsAdapters
from omnigen_jobs.app import create_app as create_jobs
from omnigen_jobs.app import open_adapters as open_jobs_adapters
from omnigen_quota.app import Adapters as QuotaAdapters
from omnigen_quota.app import _open_adapters as open_quota_adapters
from omnigen_quota.app import create_app as create_quota
from omnigen_quota.settings import QuotaSettings
from omnigen_shared.clock import SystemClock
from omnigen_shared.contracts.spending import PlanName

UsageTable = tuple[str, str]
"""An emulator's address, and the name of an empty table there: only its arithmetic is too much for a script."""


class Dependency(StrEnum):
    """What may be away while everything else is there."""

    IDENTITY_TABLE = "identity_table"
    COGNITO = "cognito"
    JOBS = "jobs"
    JOBS_TABLE = "jobs_table"
    QUOTA = "quota"
    USAGE_TABLE = "usage_table"
    S3 = "s3"
    STEP_FUNCTIONS = "step_functions"
    COMPOSER = "composer"


_THROTTLING: Final = {
    Dependency.IDENTITY_TABLE: aws_throttles("ThrottlingException"),
    Dependency.COGNITO: aws_throttles("TooManyRequestsException"),
    Dependency.JOBS: service_throttles(),
    Dependency.JOBS_TABLE: aws_throttles("ProvisionedThroughputExceededException"),
    Dependency.QUOTA: service_throttles(),
    Dependency.USAGE_TABLE: aws_throttles("ThrottlingException"),
    Dependency.S3: s3_throttles(),
    Dependency.STEP_FUNCTIONS: aws_throttles("ThrottlingException"),
    Dependency.COMPOSER: service_throttles(),
}
_SIGNED: Final = {"gateway": [PUBLIC_KEY], "jobs": [PUBLIC]}


@dataclass
class World:
    """`front` stands before the dependency; `api` is asked."""

    api: PublicApi
    front: Front


@dataclass
class _Builder:
    """Real adapters for whatever leads to the dependency, fakes for the rest."""

    away: Dependency
    stack: AsyncExitStack
    cloud_url: str
    usage: UsageTable
    front: Front | None = None

    async def stand_before(self, name: Dependency, url: str) -> str:
        """The address that `name` is reached by."""
        if name is not self.away:
            return url
        self.front = await self.stack.enter_async_context(open_front(url, _THROTTLING[name]))
        return self.front.url

    async def serve_quota(self) -> str:
        cloud = await self.stand_before(Dependency.USAGE_TABLE, self.usage[0])
        settings = QuotaSettings(usage_table=self.usage[1], identity_public_keys=_SIGNED, aws_endpoint_url=cloud)
        if self.away is Dependency.USAGE_TABLE:
            adapters = await open_quota_adapters(settings, self.stack)
        else:
            adapters = QuotaAdapters(FakeUsageTable(), FakeRateTable(), SystemClock())
        url = await self.stack.enter_async_context(serve_app(create_quota(settings, adapters)))
        return await self.stand_before(Dependency.QUOTA, url)

    async def serve_jobs(self, quota_url: str) -> tuple[JobsBench, str]:
        settings = make_settings(
            identity_public_keys={"gateway": [PUBLIC_KEY]},
            quota_url=quota_url,
            composer_url=await self.stand_before(Dependency.COMPOSER, self.cloud_url),
            storyboard_hold_s=0.01,
        )
        bench = JobsBench(settings=settings)
        adapters = replace(bench.adapters, **await self._real_parts(settings))
        url = await self.stack.enter_async_context(serve_app(create_jobs(settings, adapters)))
        return bench, await self.stand_before(Dependency.JOBS, url)

    async def _real_parts(self, settings: Any) -> dict[str, Any]:
        """Of jobs: those that lead to what is away."""
        parts: dict[Dependency, tuple[str, ...]] = {
            Dependency.JOBS_TABLE: ("store", "keys", "post", "uploads", "shares", "erasures", "batches", "chores"),
            Dependency.QUOTA: ("quota",),
            Dependency.USAGE_TABLE: ("quota",),
            Dependency.S3: ("box",),
            Dependency.STEP_FUNCTIONS: ("workflow",),
            Dependency.COMPOSER: ("exporter", "studio"),
        }
        named = parts.get(self.away, ())
        url = self.cloud_url
        if self.away in {Dependency.JOBS_TABLE, Dependency.S3, Dependency.STEP_FUNCTIONS}:
            url = await self.stand_before(self.away, url)
        real: JobsAdapters = await open_jobs_adapters(settings.model_copy(update={"aws_endpoint_url": url}), self.stack)
        return {name: getattr(real, name) for name in named}

    async def open_gateway(self, jobs_url: str, quota_url: str, identity: FakeIdentity) -> tuple[Any, Any]:
        cloud = self.cloud_url
        if self.away in {Dependency.IDENTITY_TABLE, Dependency.COGNITO}:
            cloud = await self.stand_before(self.away, cloud)
        settings = gateway_settings(
            jobs_url=jobs_url,
            quota_url=quota_url,
            aws_endpoint_url=cloud,
            cognito_oauth_url=cloud,
            cognito_jwks_url=f"{self.cloud_url}/jwks.json",
            address_requests_per_min=0,
            guest_requests_per_min=0,
        )
        real = await open_gateway_adapters(settings, self.stack)
        app = create_gateway(settings, self._mix(real, identity))
        return app, await self.stack.enter_async_context(lifespan_of(app))

    def _mix(self, real: GatewayAdapters, identity: FakeIdentity) -> GatewayAdapters:
        fake = fake_adapters(real.upstreams, FakeLeases(), identity)
        mixed = replace(fake, signing_keys=real.signing_keys, records=real.records)
        if self.away in {Dependency.QUOTA, Dependency.USAGE_TABLE}:
            return replace(mixed, leases=real.leases)
        if self.away is Dependency.IDENTITY_TABLE:
            return replace(mixed, session_table=real.session_table, key_table=real.key_table)
        if self.away is Dependency.COGNITO:
            return replace(mixed, directory=real.directory, accounts=real.accounts, provider=real.provider)
        return mixed


@asynccontextmanager
async def open_world(away: Dependency, usage: UsageTable) -> AsyncIterator[World]:
    """Everything there, and ready to fall."""
    async with AsyncExitStack() as stack:
        builder = _Builder(away, stack, await stack.enter_async_context(serve_app(CLOUD)), usage)
        quota_url = await builder.serve_quota()
        bench, jobs_url = await builder.serve_jobs(quota_url)
        everything = Standing(is_enabled=True, is_verified=True, plan=PlanName.ENTERPRISE)
        identity = FakeIdentity(directory=FakeDirectory(everything))
        app, state = await builder.open_gateway(jobs_url, quota_url, identity)
        assert builder.front is not None
        yield World(PublicApi(app, state, bench, FakeLeases(), {}, identity), builder.front)
