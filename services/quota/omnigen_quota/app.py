"""Builds the app and, in its lifespan, everything that holds a connection."""

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any

from fastapi import FastAPI

from omnigen_quota.ports import RateTable, UsageTable
from omnigen_quota.routes import router
from omnigen_quota.service.accounts import QuotaService
from omnigen_quota.service.agreements import Agreements
from omnigen_quota.service.leasing import RateService
from omnigen_quota.service.patrol import Patrol
from omnigen_quota.service.switch import LOOK_EVERY_S, Switch
from omnigen_quota.settings import QuotaSettings
from omnigen_quota.store.leases import DynamoRateTable
from omnigen_quota.store.usage import DynamoUsageTable
from omnigen_shared.aws.clients import open_client
from omnigen_shared.clock import Clock, SystemClock
from omnigen_shared.http.app import create_service_app
from omnigen_shared.identity import IdentityVerifier
from omnigen_shared.repeating import repeating


@dataclass(frozen=True, slots=True)
class Adapters:
    """What the service reaches the outside by."""

    table: UsageTable
    rates: RateTable
    clock: Clock


def create_app(settings: QuotaSettings, adapters: Adapters | None = None) -> FastAPI:
    """The service; a test hands in adapters of its own."""

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[Mapping[str, Any]]:
        async with AsyncExitStack() as stack:
            present = adapters or await _open_adapters(settings, stack)
            switch, patrol = (
                Switch(present.table, present.clock),
                Patrol(present.table, present.clock, settings.sweep_interval_s),
            )
            await stack.enter_async_context(repeating(switch.look, LOOK_EVERY_S))
            await stack.enter_async_context(repeating(patrol.take_turn, settings.sweep_interval_s))
            yield {
                "quota": QuotaService(present.table, present.clock, switch),
                "rates": RateService(present.rates, Agreements(present.table, present.clock), present.clock),
                "identity_verifier": IdentityVerifier("quota", settings.identity_public_keys),
                "readiness": {"usage_table": present.table.check},
            }

    app = create_service_app("OmniGen quota", settings, lifespan)
    app.include_router(router)
    return app


async def _open_adapters(settings: QuotaSettings, stack: AsyncExitStack) -> Adapters:
    clock = SystemClock()
    client = await stack.enter_async_context(open_client("dynamodb", settings))
    return Adapters(
        DynamoUsageTable(client, settings.usage_table, clock), DynamoRateTable(client, settings.usage_table), clock
    )
