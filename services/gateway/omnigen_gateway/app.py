"""Puts the gateway together."""

from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from typing import TypedDict

from fastapi import FastAPI
from starlette.types import ASGIApp

from omnigen_gateway.clients.keys import CognitoKeys
from omnigen_gateway.clients.session import open_session
from omnigen_gateway.clients.upstream import HttpUpstream
from omnigen_gateway.domain.claims import Expected
from omnigen_gateway.domain.routing import JOBS, QUOTA
from omnigen_gateway.ports import KeySource, Upstream
from omnigen_gateway.routes.door import Door
from omnigen_gateway.routes.entrance import Entrance, security_headers
from omnigen_gateway.routes.tracing import Tracing
from omnigen_gateway.service.callers import Authenticator
from omnigen_gateway.service.forwarding import Forwarder
from omnigen_gateway.settings import GatewaySettings
from omnigen_shared.http.app import create_service_app
from omnigen_shared.http.health import Check
from omnigen_shared.identity import IdentitySigner


@dataclass(frozen=True, slots=True)
class Adapters:
    """The outside: the identity provider's keys, and the services by name."""

    keys: KeySource
    upstreams: Mapping[str, Upstream]


class GatewayState(TypedDict):
    """What the lifespan hands to every request."""

    door: Door
    readiness: Mapping[str, Check]


def create_app(settings: GatewaySettings, adapters: Adapters | None = None) -> ASGIApp:
    """The gateway: a FastAPI app for its own routes, and around it the proxy, which no framework layer slows down."""

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[GatewayState]:
        async with _provide(settings, adapters) as provided:
            yield {"door": _build_door(settings, provided), "readiness": _checks_of(provided)}

    own_routes = create_service_app("OmniGen gateway", settings, lifespan)
    return Entrance(own_routes, security_headers(settings.public_base_url))


def _provide(settings: GatewaySettings, adapters: Adapters | None) -> AbstractAsyncContextManager[Adapters]:
    @asynccontextmanager
    async def given(adapters: Adapters) -> AsyncIterator[Adapters]:
        yield adapters

    return _open_adapters(settings) if adapters is None else given(adapters)


@asynccontextmanager
async def _open_adapters(settings: GatewaySettings) -> AsyncIterator[Adapters]:
    """The keys' fetch ends before the session that it uses."""
    async with open_session() as session, CognitoKeys(session, settings.cognito_jwks_url) as keys:
        upstreams = {JOBS: HttpUpstream(session, settings.jobs_url), QUOTA: HttpUpstream(session, settings.quota_url)}
        yield Adapters(keys, upstreams)


def _build_door(settings: GatewaySettings, adapters: Adapters) -> Door:
    expected = Expected(settings.cognito_issuer, settings.cognito_client_id)
    signer = IdentitySigner("gateway", settings.identity_private_key.get_secret_value())
    # Without a collector nothing is recorded; the ids travel all the same.
    ratio = settings.trace_sample_ratio if settings.otlp_endpoint else 0.0
    return Door(
        Authenticator(adapters.keys, expected),
        Forwarder(adapters.upstreams, signer),
        Tracing(ratio),
        settings.max_body_bytes,
    )


def _checks_of(adapters: Adapters) -> dict[str, Check]:
    return {**{name: upstream.check for name, upstream in adapters.upstreams.items()}, "jwks": adapters.keys.check}
