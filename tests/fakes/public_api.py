"""The whole public API without a socket: the real gateway before the real jobs and quota, each over its fakes."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any

import orjson
from fastapi import FastAPI
from pydantic import SecretStr
from tests.fakes.gateway import PUBLIC_KEY, bearer, fake_adapters, gateway_settings, lifespan_of
from tests.fakes.identity import FakeIdentity
from tests.fakes.jobs_bench import JobsBench, make_settings
from tests.fakes.leases import FakeLeases
from tests.fakes.rate_table import FakeRateTable
from tests.fakes.tokens import USER_ID
from tests.fakes.upstreams import FakeAnswer
from tests.fakes.usage_table import FakeUsageTable
from tests.fakes.visitors import Answer, Visitor

from omnigen_gateway.app import create_app, create_own_routes
from omnigen_gateway.ports import UpstreamAnswer, UpstreamError, UpstreamRequest
from omnigen_jobs.app import create_app as create_jobs
from omnigen_quota.app import Adapters as QuotaAdapters
from omnigen_quota.app import create_app as create_quota
from omnigen_quota.settings import QuotaSettings
from omnigen_shared.contracts.base import UserId
from omnigen_shared.testing.clock import FrozenClock

HEALTH = ("/api/v1/health", "/api/v1/ready")
USER = UserId(USER_ID)
OTHER = UserId("99999999-2222-3333-4444-555555555555")


class AppUpstream:
    """Implements ports.Upstream on an app in this process; `error` is raised instead while there is one."""

    def __init__(self, app: FastAPI, state: Mapping[str, Any]) -> None:
        self.error: UpstreamError | None = None
        self._app = app
        self._state = state

    async def open(self, request: UpstreamRequest) -> UpstreamAnswer:
        if self.error is not None:
            raise self.error
        sent = request.body
        body = (sent or b"") if isinstance(sent, bytes | None) else b"".join([part async for part in sent])
        visitor = Visitor(request.method, request.target, request.headers, [body], self._state)
        answer = await visitor.call(self._app)
        # A server leaves the body of an answer to HEAD away.
        parts = () if request.method == "HEAD" else answer.parts
        headers = [(name.encode(), value.encode()) for name, value in answer.headers]
        return FakeAnswer(*filter(None, parts), status=answer.status, headers=headers)

    async def check(self) -> None:
        return


@dataclass
class PublicApi:
    """The door, and what stands behind it."""

    app: Any
    state: Mapping[str, Any]
    jobs: JobsBench
    leases: FakeLeases
    upstreams: Mapping[str, AppUpstream]
    identity: FakeIdentity

    async def ask(
        self,
        method: str,
        target: str,
        body: Any = None,
        headers: Mapping[str, str] | Sequence[tuple[str, str]] | None = None,
        user_id: str = USER,
    ) -> Answer:
        """One request; JSON, or bytes as they are. With `headers` nothing is added to them."""
        parts = [body if isinstance(body, bytes) else orjson.dumps(body)] if body is not None else []
        sent = bearer(sub=user_id) if headers is None else headers
        pairs = list(sent.items() if isinstance(sent, Mapping) else sent)
        if headers is None and parts:
            pairs.append(("Content-Type", "application/json"))
        if parts:
            pairs.append(("Content-Length", str(len(parts[0]))))
        answer = await Visitor(method, target, pairs, parts, self.state).call(self.app)
        if method == "HEAD":  # a server leaves its body away
            answer.parts.clear()
        return answer


def create_services(bench: JobsBench) -> dict[str, FastAPI]:
    """What stands behind the door, by name."""
    settings = QuotaSettings(usage_table="usage", identity_public_keys={"gateway": [PUBLIC_KEY]})
    adapters = QuotaAdapters(FakeUsageTable(), FakeRateTable(), FrozenClock())
    return {"jobs": create_jobs(bench.settings, bench.adapters), "quota": create_quota(settings, adapters)}


@cache
def list_operations() -> frozenset[tuple[str, str]]:
    """Method and path of every public operation but health's, as the services' own documents have them."""
    apps = [*create_services(JobsBench()).values(), create_own_routes(gateway_settings(), _no_lifespan)]
    paths = [app.openapi()["paths"] for app in apps]
    return frozenset(
        (method.upper(), path)
        for found in paths
        for path, methods in found.items()
        for method in methods
        if path.startswith("/api/") and path not in HEALTH
    )


@asynccontextmanager
async def _no_lifespan(_app: FastAPI) -> AsyncIterator[Mapping[str, Any]]:
    """Nothing is asked, so nothing is held."""
    yield {}


@asynccontextmanager
async def open_public_api(webhook_secret: str | None = None, **gateway: Any) -> AsyncIterator[PublicApi]:
    """All three between their start and their end; `gateway` changes the gateway's settings."""
    secret = None if webhook_secret is None else SecretStr(webhook_secret)
    keys = {"gateway": [PUBLIC_KEY]}
    settings = make_settings(identity_public_keys=keys, replicate_webhook_secret=secret, storyboard_hold_s=0.01)
    bench = JobsBench(settings=settings)
    apps = create_services(bench)
    async with AsyncExitStack() as stack:
        upstreams = {
            name: AppUpstream(app, await stack.enter_async_context(lifespan_of(app))) for name, app in apps.items()
        }
        leases, identity = FakeLeases(), FakeIdentity()
        door = create_app(gateway_settings(**gateway), fake_adapters(upstreams, leases, identity))
        state = await stack.enter_async_context(lifespan_of(door))
        yield PublicApi(door, state, bench, leases, upstreams, identity)
