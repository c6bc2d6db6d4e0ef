"""The app with the adapters it opens itself, over the emulator: what a deployed quota does first."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
from tests.fakes.emulated_usage import open_usage_table

from omnigen_quota.app import create_app
from omnigen_quota.settings import QuotaSettings
from omnigen_shared.identity import IDENTITY_HEADER, IdentitySigner
from omnigen_shared.testing.identities import new_key_pair

PRIVATE, PUBLIC = new_key_pair()
ORDER = {"max_cost_microusd": 1_000_000, "duration_s": 15, "resolution": "720p"}


@asynccontextmanager
async def serve(emulator_url: str, table: str) -> AsyncIterator[httpx.AsyncClient]:
    settings = QuotaSettings(
        usage_table=table, aws_endpoint_url=emulator_url, identity_public_keys={"jobs": [PUBLIC], "gateway": [PUBLIC]}
    )
    app = create_app(settings)

    async with app.router.lifespan_context(app) as state:

        async def with_state(scope: Any, receive: Any, send: Any) -> None:
            await app({**scope, "state": dict(state or {})}, receive, send)

        async with httpx.AsyncClient(transport=httpx.ASGITransport(app=with_state), base_url="http://quota") as client:
            yield client


async def test_a_reservation_shows_in_usage(emulator_url: str) -> None:
    async with open_usage_table(emulator_url) as (_, name), serve(emulator_url, name) as client:
        assert (await client.get("/ready")).status_code == 200
        signed = {IDENTITY_HEADER: IdentitySigner("jobs", PRIVATE).sign("quota", "user-1", "pro")}
        reserved = await client.put("/internal/v1/reservations/job_1", json=ORDER, headers=signed)
        assert reserved.json()["remaining_microusd"] == 1_000_000
        signed = {IDENTITY_HEADER: IdentitySigner("gateway", PRIVATE).sign("quota", "user-1", "pro")}
        usage = (await client.get("/api/v1/usage", headers=signed)).json()
        assert (usage["videos"]["reserved"], usage["spend"]["reserved_usd"]) == (1, "1.00")


async def test_without_its_table_it_is_not_ready(emulator_url: str) -> None:
    async with serve(emulator_url, "no-such-table") as client:
        answer = await client.get("/ready")
        assert answer.status_code == 503
        assert list(answer.json()["dependencies"]) == ["usage_table"]
