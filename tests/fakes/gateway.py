"""A gateway in memory: the real app around fake services and a fake identity provider."""

import asyncio
import base64
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

from starlette.types import ASGIApp, Message
from tests.fakes.identity import FakeIdentity
from tests.fakes.leases import FakeLeases
from tests.fakes.tokens import CLIENT_ID, ISSUER, FakeKeys, claims, provider_key
from tests.fakes.upstreams import FakeUpstream
from tests.fakes.visitors import Answer, Visitor

from omnigen_gateway.app import Adapters, create_app
from omnigen_gateway.clients.sealing import AesGcmSealer
from omnigen_gateway.ports import Upstream
from omnigen_gateway.settings import GatewaySettings
from omnigen_shared.testing.identities import new_key_pair

PRIVATE_KEY, PUBLIC_KEY = new_key_pair()
SESSION_KEY = base64.b64encode(bytes(range(32))).decode()


def gateway_settings(**changes: Any) -> GatewaySettings:
    """Settings of a gateway on this machine."""
    values = {
        "cognito_issuer": ISSUER,
        "cognito_client_id": CLIENT_ID,
        "cognito_jwks_url": "http://127.0.0.1:9/jwks.json",
        "cognito_user_pool_id": "us-east-1_test",
        "cognito_public_url": "http://localhost:9",
        "cognito_oauth_url": "http://127.0.0.1:9",
        "identity_table": "identity",
        "session_keys": [SESSION_KEY],
        "sign_up_mode": "open",
        "stranger_requests_per_min": 0,
        "jobs_url": "http://127.0.0.1:9",
        "quota_url": "http://127.0.0.1:9",
        "public_base_url": "http://localhost:8080",
        "identity_private_key": PRIVATE_KEY,
        "max_body_bytes": 1000,
        **changes,
    }
    return GatewaySettings.model_validate(values)


def bearer(**changes: Any) -> dict[str, str]:
    """The Authorization header of a good token, its claims changed like this."""
    return {"Authorization": f"Bearer {provider_key().sign(claims(**changes))}"}


class GatewayBench:
    """A started gateway and the fakes around it."""

    def __init__(
        self,
        app: ASGIApp,
        state: Mapping[str, Any],
        jobs: FakeUpstream,
        quota: FakeUpstream,
        leases: FakeLeases,
        identity: FakeIdentity,
    ) -> None:
        self.app = app
        self.state = state
        self.jobs = jobs
        self.quota = quota
        self.leases = leases
        self.identity = identity

    async def ask(
        self,
        method: str,
        target: str,
        headers: Mapping[str, str] | Sequence[tuple[str, str]] | None = None,
        body: Sequence[bytes] = (),
    ) -> Answer:
        """One request, with a good token unless headers are given."""
        return await self.visitor(method, target, headers, body).call(self.app)

    def visitor(
        self,
        method: str,
        target: str,
        headers: Mapping[str, str] | Sequence[tuple[str, str]] | None = None,
        body: Sequence[bytes] = (),
    ) -> Visitor:
        """A client that has not called yet."""
        return Visitor(method, target, bearer() if headers is None else headers, body, self.state)


@asynccontextmanager
async def open_gateway(is_stopping: Callable[[], bool] = lambda: False, **changes: Any) -> AsyncIterator[GatewayBench]:
    """A gateway between its start and its end, as its lifespan says."""
    jobs, quota, leases, identity = FakeUpstream(), FakeUpstream(), FakeLeases(), FakeIdentity()
    outside = fake_adapters({"jobs": jobs, "quota": quota}, leases, identity)
    app = create_app(gateway_settings(**changes), outside, is_stopping)
    async with lifespan_of(app) as state:
        yield GatewayBench(app, state, jobs, quota, leases, identity)


def fake_adapters(upstreams: Mapping[str, Upstream], leases: FakeLeases, identity: FakeIdentity) -> Adapters:
    """The outside in memory."""
    return Adapters(
        signing_keys=FakeKeys(),
        upstreams=upstreams,
        leases=leases,
        provider=identity.provider,
        directory=identity.directory,
        accounts=identity.accounts,
        records=identity.records,
        session_table=identity.sessions,
        key_table=identity.keys,
        sealer=AesGcmSealer([base64.b64decode(SESSION_KEY)]),
    )


@asynccontextmanager
async def lifespan_of(app: ASGIApp) -> AsyncIterator[Mapping[str, Any]]:
    """Start an ASGI app as a server would, and stop it; yields the state for requests."""
    incoming: asyncio.Queue[Message] = asyncio.Queue()
    outgoing: asyncio.Queue[Message] = asyncio.Queue()
    state: dict[str, Any] = {}
    scope = {"type": "lifespan", "asgi": {"version": "3.0"}, "state": state}
    running = asyncio.ensure_future(app(scope, incoming.get, outgoing.put))
    incoming.put_nowait({"type": "lifespan.startup"})
    started = await outgoing.get()
    assert started["type"] == "lifespan.startup.complete", started
    try:
        yield state
    finally:
        incoming.put_nowait({"type": "lifespan.shutdown"})
        await running
