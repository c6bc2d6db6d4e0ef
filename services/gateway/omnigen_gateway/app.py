"""Puts the gateway together."""

import secrets
from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from typing import Final, TypedDict

from fastapi import FastAPI
from starlette.types import ASGIApp

from omnigen_gateway.clients.keys import CognitoKeys
from omnigen_gateway.clients.leases import TIMEOUT_S, QuotaLeases
from omnigen_gateway.clients.session import open_session
from omnigen_gateway.clients.upstream import HttpUpstream
from omnigen_gateway.domain.addresses import AddressLimit
from omnigen_gateway.domain.claims import Expected
from omnigen_gateway.domain.origins import Origin
from omnigen_gateway.domain.routing import JOBS, QUOTA
from omnigen_gateway.ports import KeySource, LeaseSource, Upstream
from omnigen_gateway.routes.documents import documents_router
from omnigen_gateway.routes.door import Door
from omnigen_gateway.routes.entrance import Entrance, security_headers
from omnigen_gateway.routes.tracing import Tracing
from omnigen_gateway.service.callers import Authenticator
from omnigen_gateway.service.forwarding import Forwarder
from omnigen_gateway.service.limiting import RateLimiter
from omnigen_gateway.settings import GatewaySettings
from omnigen_shared.client import InternalClient
from omnigen_shared.http.app import Lifespan, create_service_app
from omnigen_shared.http.health import Check, health_router
from omnigen_shared.identity import IdentitySigner

PUBLIC_PREFIX: Final = "/api/v1"
"""Health and readiness answer below it for everybody, and without it for the load balancer."""


@dataclass(frozen=True, slots=True)
class Adapters:
    """The outside: the identity provider's keys, the services by name, and rate leases."""

    keys: KeySource
    upstreams: Mapping[str, Upstream]
    leases: LeaseSource


class GatewayState(TypedDict):
    """What the lifespan hands to every request."""

    door: Door
    readiness: Mapping[str, Check]


def create_app(settings: GatewaySettings, adapters: Adapters | None = None) -> ASGIApp:
    """The gateway: a FastAPI app for its own routes, and around it the proxy, which no framework layer slows down."""

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[GatewayState]:
        async with _provide(settings, adapters) as provided, _build_limiter(settings, provided) as limiter:
            yield {"door": _build_door(settings, provided, limiter), "readiness": _checks_of(provided)}

    return Entrance(create_own_routes(settings, lifespan), security_headers(settings.public_base_url))


def create_own_routes(settings: GatewaySettings, lifespan: Lifespan) -> FastAPI:
    """What the gateway answers itself."""
    app = create_service_app("OmniGen gateway", settings, lifespan)
    for router in (health_router, documents_router):
        app.include_router(router, prefix=PUBLIC_PREFIX)
    return app


def _provide(settings: GatewaySettings, adapters: Adapters | None) -> AbstractAsyncContextManager[Adapters]:
    @asynccontextmanager
    async def given(adapters: Adapters) -> AsyncIterator[Adapters]:
        yield adapters

    return _open_adapters(settings) if adapters is None else given(adapters)


@asynccontextmanager
async def _open_adapters(settings: GatewaySettings) -> AsyncIterator[Adapters]:
    """The keys' fetch ends before the session that it uses."""
    async with (
        open_session() as session,
        CognitoKeys(session, settings.cognito_jwks_url) as keys,
        InternalClient(QUOTA, settings.quota_url, _build_signer(settings), timeout_s=TIMEOUT_S) as quota,
    ):
        upstreams = {JOBS: HttpUpstream(session, settings.jobs_url), QUOTA: HttpUpstream(session, settings.quota_url)}
        yield Adapters(keys, upstreams, QuotaLeases(quota))


def _build_signer(settings: GatewaySettings) -> IdentitySigner:
    return IdentitySigner("gateway", settings.identity_private_key.get_secret_value())


def _build_limiter(settings: GatewaySettings, adapters: Adapters) -> RateLimiter:
    addresses, senders = map(_limit_addresses, (settings.address_requests_per_min, settings.webhook_requests_per_min))
    # Named anew at each start, so that the numbers of its leases may begin anew.
    gateway_id = secrets.token_hex(6)
    fails_open = settings.rate_limit_fails == "open"
    return RateLimiter(adapters.leases, addresses, gateway_id, fails_open=fails_open, senders=senders)


def _limit_addresses(per_min: int) -> AddressLimit:
    return AddressLimit(per_min, burst=max(1, per_min // 6))


def _build_door(settings: GatewaySettings, adapters: Adapters, limiter: RateLimiter) -> Door:
    expected = Expected(settings.cognito_issuer, settings.cognito_client_id)
    # Without a collector nothing is recorded; the ids travel all the same.
    ratio = settings.trace_sample_ratio if settings.otlp_endpoint else 0.0
    return Door(
        Origin([secret.get_secret_value() for secret in settings.origin_secrets]),
        Authenticator(adapters.keys, expected),
        limiter,
        Forwarder(adapters.upstreams, _build_signer(settings)),
        Tracing(ratio),
        settings.max_body_bytes,
    )


def _checks_of(adapters: Adapters) -> dict[str, Check]:
    return {**{name: upstream.check for name, upstream in adapters.upstreams.items()}, "jwks": adapters.keys.check}
