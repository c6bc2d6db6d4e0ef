"""Quota's HTTP in a test's hands: signed calls against the fake table."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Final

import httpx
from tests.fakes.rate_table import FakeRateTable
from tests.fakes.usage_table import FakeUsageTable

from omnigen_quota.app import Adapters, create_app
from omnigen_quota.settings import QuotaSettings
from omnigen_shared.identity import IDENTITY_HEADER, IdentitySigner
from omnigen_shared.testing.clock import FrozenClock
from omnigen_shared.testing.identities import new_key_pair

KEYS: Final = {issuer: new_key_pair() for issuer in ("gateway", "jobs", "generator")}
SIGNERS: Final = {issuer: IdentitySigner(issuer, private) for issuer, (private, _) in KEYS.items()}
ORDER: Final = {"videos": 1, "max_cost_microusd": 1_000_000, "duration_s": 15, "resolution": "720p"}
BOOKING: Final = "/internal/v1/reservations/2026-11/job_1"
INTENT: Final = f"{BOOKING}/intents/scene-01.1"


@dataclass
class Api:
    """Calls under a signed identity."""

    client: httpx.AsyncClient
    table: FakeUsageTable
    user: str = "user-1"
    plan: str = "free"
    sent: list[str] = field(default_factory=list)

    async def call(self, issuer: str, method: str, path: str, body: Any = None) -> httpx.Response:
        headers = {IDENTITY_HEADER: SIGNERS[issuer].sign("quota", self.user, self.plan)}
        return await self.client.request(method, path, json=body, headers=headers)

    async def send_raw(self, issuer: str, method: str, path: str, body: bytes) -> httpx.Response:
        headers = {
            IDENTITY_HEADER: SIGNERS[issuer].sign("quota", self.user, self.plan),
            "Content-Type": "application/json",
        }
        return await self.client.request(method, path, content=body, headers=headers)

    async def reserve(self, job_id: str = "job_1", **changes: Any) -> httpx.Response:
        return await self.call("jobs", "PUT", f"/internal/v1/reservations/{job_id}", {**ORDER, **changes})


@asynccontextmanager
async def open_api() -> AsyncIterator[Api]:
    settings = QuotaSettings(
        usage_table="usage", identity_public_keys={issuer: [public] for issuer, (_, public) in KEYS.items()}
    )
    table = FakeUsageTable()
    app = create_app(settings, Adapters(table, FakeRateTable(), FrozenClock()))
    async with app.router.lifespan_context(app) as state:
        transport = httpx.ASGITransport(app=with_state(app, state))
        async with httpx.AsyncClient(transport=transport, base_url="http://quota") as client:
            yield Api(client, table)


def with_state(app: Any, state: Any) -> Any:
    """What a server does: every request gets its own copy of the lifespan's state."""

    async def serve(scope: Any, receive: Any, send: Any) -> None:
        await app({**scope, "state": dict(state)}, receive, send)

    return serve
