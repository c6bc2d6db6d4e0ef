"""Puts the gateway together."""

import secrets
from base64 import b64decode
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Final, TypedDict

from fastapi import FastAPI
from starlette.middleware.gzip import GZipMiddleware
from starlette.types import ASGIApp

from omnigen_gateway.clients.accounts import CognitoAccounts
from omnigen_gateway.clients.emulated import EmulatedAccounts
from omnigen_gateway.clients.keys import CognitoKeys
from omnigen_gateway.clients.leases import TIMEOUT_S, QuotaLeases
from omnigen_gateway.clients.provider import CognitoOAuth
from omnigen_gateway.clients.records import JobRecords
from omnigen_gateway.clients.sealing import AesGcmSealer
from omnigen_gateway.clients.session import open_session
from omnigen_gateway.clients.upstream import HttpUpstream
from omnigen_gateway.clients.user_pool import CognitoUserPool
from omnigen_gateway.domain.addresses import AddressLimit
from omnigen_gateway.domain.claims import Expected
from omnigen_gateway.domain.cors import Cors
from omnigen_gateway.domain.origins import Origin
from omnigen_gateway.domain.policies import studio_policy
from omnigen_gateway.domain.registration import Registration
from omnigen_gateway.domain.routing import JOBS, QUOTA
from omnigen_gateway.domain.sign_in import HostedPages
from omnigen_gateway.ports import (
    Accounts,
    IdentityProvider,
    KeySource,
    KeyTable,
    LeaseSource,
    Records,
    Sealer,
    SessionTable,
    Upstream,
    UserDirectory,
)
from omnigen_gateway.routes import accounts, api_keys, auth
from omnigen_gateway.routes.documents import documents_router
from omnigen_gateway.routes.door import Door
from omnigen_gateway.routes.entrance import Entrance, security_headers
from omnigen_gateway.routes.lobby import Lobby
from omnigen_gateway.routes.studio import Studio
from omnigen_gateway.routes.tracing import Tracing
from omnigen_gateway.service.api_keys import ApiKeys
from omnigen_gateway.service.callers import Authenticator, Signatures
from omnigen_gateway.service.desk import Desk
from omnigen_gateway.service.forwarding import Forwarder
from omnigen_gateway.service.glancing import Glance
from omnigen_gateway.service.leaving import Leaving
from omnigen_gateway.service.limiting import RateLimiter
from omnigen_gateway.service.reception import Reception
from omnigen_gateway.service.registering import Registering
from omnigen_gateway.service.sessions import Sessions
from omnigen_gateway.service.signing_in import SigningIn
from omnigen_gateway.service.standings import Standings
from omnigen_gateway.service.streaming import OpenStreams
from omnigen_gateway.settings import GatewaySettings
from omnigen_gateway.store.api_keys import DynamoKeyTable
from omnigen_gateway.store.sessions import DynamoSessionTable
from omnigen_shared.aws.clients import open_client
from omnigen_shared.client import InternalClient
from omnigen_shared.http.app import Lifespan, create_service_app
from omnigen_shared.http.health import Check, health_router
from omnigen_shared.identity import IdentitySigner
from omnigen_shared.repeating import repeating

LOOK_EVERY_S: Final = 0.25
"""How often it is looked whether streams have to end."""
PUBLIC_PREFIX: Final = "/api/v1"
"""Health and readiness answer below it for everybody, and without it for the load balancer."""


@dataclass(frozen=True, slots=True)
class Adapters:
    """The outside: the services by name, rate leases, the identity provider and the gateway's own table."""

    signing_keys: KeySource
    upstreams: Mapping[str, Upstream]
    leases: LeaseSource
    provider: IdentityProvider
    directory: UserDirectory
    accounts: Accounts
    records: Records
    session_table: SessionTable
    key_table: KeyTable
    sealer: Sealer


class GatewayState(TypedDict):
    """What the lifespan hands to every request."""

    door: Door
    desk: Desk
    readiness: Mapping[str, Check]


def create_app(
    settings: GatewaySettings, adapters: Adapters | None = None, is_stopping: Callable[[], bool] = lambda: False
) -> ASGIApp:
    """The gateway: a FastAPI app for its own routes, and around it the proxy, which no framework layer slows down.

    Streams are ended once `is_stopping` says so; their readers go on with another gateway.
    """

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[GatewayState]:
        async with AsyncExitStack() as stack:
            provided = adapters or await open_adapters(settings, stack)
            limiter = await stack.enter_async_context(_build_limiter(settings, provided))
            signatures = Signatures(provided.signing_keys)
            desk = _build_desk(settings, provided, signatures)
            stack.push_async_callback(desk.sessions.land)
            tokens = Authenticator(signatures, _expected_of(settings))
            reception = Reception(tokens, desk.sessions, desk.api_keys, desk.standings, settings.public_base_url)
            streams = OpenStreams(settings.streams_per_user, is_stopping)
            await stack.enter_async_context(repeating(streams.look, LOOK_EVERY_S))
            door = _build_door(settings, provided, limiter, reception, streams, app)
            yield {"door": door, "desk": desk, "readiness": _checks_of(provided)}

    own_routes = create_own_routes(settings, lifespan)
    return Entrance(Lobby(own_routes), security_headers(settings.public_base_url), Cors(settings.cors_origins))


def create_own_routes(settings: GatewaySettings, lifespan: Lifespan) -> FastAPI:
    """What the gateway answers itself."""
    app = create_service_app("OmniGen gateway", settings, lifespan)
    for router in (health_router, documents_router, auth.router, accounts.router, api_keys.router):
        app.include_router(router, prefix=PUBLIC_PREFIX)
    if settings.studio_dir is not None:
        media_urls = [settings.s3_public_url] if settings.s3_public_url else []
        studio = Studio(settings.studio_dir, studio_policy(settings.cognito_public_url, media_urls))
        app.mount("/", GZipMiddleware(studio))
    return app


async def open_adapters(settings: GatewaySettings, stack: AsyncExitStack) -> Adapters:
    """The keys' fetch ends before the session that it uses."""
    session = await stack.enter_async_context(open_session())
    keys = await stack.enter_async_context(CognitoKeys(session, settings.cognito_jwks_url))
    quota = InternalClient(QUOTA, settings.quota_url, _build_signer(settings), timeout_s=TIMEOUT_S)
    records = InternalClient(JOBS, settings.jobs_url, _build_signer(settings))
    leases = QuotaLeases(await stack.enter_async_context(quota))
    dynamodb = await stack.enter_async_context(open_client("dynamodb", settings))
    cognito = await stack.enter_async_context(open_client("cognito-idp", settings))
    sealer = AesGcmSealer([b64decode(key.get_secret_value()) for key in settings.session_keys])
    accounts_of = EmulatedAccounts if settings.aws_endpoint_url else CognitoAccounts
    registrar = accounts_of(cognito, settings.cognito_user_pool_id, settings.cognito_client_id)
    stack.push_async_callback(registrar.land)
    pool = CognitoUserPool(cognito, settings.cognito_user_pool_id, settings.cognito_client_id)
    return Adapters(
        signing_keys=keys,
        upstreams={JOBS: HttpUpstream(session, settings.jobs_url), QUOTA: HttpUpstream(session, settings.quota_url)},
        leases=leases,
        provider=CognitoOAuth(session, settings.cognito_oauth_url, settings.cognito_client_id, pool.revoke),
        directory=pool,
        accounts=registrar,
        records=JobRecords(await stack.enter_async_context(records)),
        session_table=DynamoSessionTable(dynamodb, settings.identity_table, sealer),
        key_table=DynamoKeyTable(dynamodb, settings.identity_table),
        sealer=sealer,
    )


def _expected_of(settings: GatewaySettings) -> Expected:
    return Expected(settings.cognito_issuer, settings.cognito_client_id)


def _build_signer(settings: GatewaySettings) -> IdentitySigner:
    return IdentitySigner("gateway", settings.identity_private_key.get_secret_value())


def _build_limiter(settings: GatewaySettings, adapters: Adapters) -> RateLimiter:
    addresses, senders = map(_limit_addresses, (settings.address_requests_per_min, settings.webhook_requests_per_min))
    strangers = AddressLimit(settings.stranger_requests_per_min, burst=max(1, settings.stranger_requests_per_min // 3))
    guests = _limit_addresses(settings.guest_requests_per_min)
    # Named anew at each start, so that the numbers of its leases may begin anew.
    gateway_id = secrets.token_hex(6)
    fails_open = settings.rate_limit_fails == "open"
    return RateLimiter(
        adapters.leases,
        addresses,
        gateway_id,
        fails_open=fails_open,
        senders=senders,
        strangers=strangers,
        guests=guests,
    )


def _limit_addresses(per_min: int) -> AddressLimit:
    return AddressLimit(per_min, burst=max(1, per_min // 6))


def _build_desk(settings: GatewaySettings, adapters: Adapters, signatures: Signatures) -> Desk:
    table = adapters.session_table
    sessions = Sessions(table, adapters.provider, signatures, _expected_of(settings))
    pages = HostedPages(settings.cognito_public_url, settings.cognito_client_id, settings.public_base_url)
    registration = Registration(settings.sign_up_mode, settings.sign_up_domains)
    standings = Standings(adapters.directory, table, registration)
    api_keys = ApiKeys(adapters.key_table)
    return Desk(
        signing_in=SigningIn(pages, adapters.sealer, adapters.provider, table, sessions),
        sessions=sessions,
        standings=standings,
        api_keys=api_keys,
        registering=Registering(adapters.accounts, registration, standings),
        leaving=Leaving(adapters.records, api_keys, standings, adapters.directory),
    )


def _build_door(
    settings: GatewaySettings,
    adapters: Adapters,
    limiter: RateLimiter,
    reception: Reception,
    streams: OpenStreams,
    own_routes: ASGIApp,
) -> Door:
    # Without a collector nothing is recorded; the ids travel all the same.
    ratio = settings.trace_sample_ratio if settings.keeps_traces else 0.0
    return Door(
        Origin([secret.get_secret_value() for secret in settings.origin_secrets]),
        reception,
        limiter,
        Forwarder(adapters.upstreams, _build_signer(settings)),
        streams,
        Tracing(ratio, keeps_jobs=settings.keeps_traces),
        own_routes,
        settings.max_body_bytes,
    )


def _checks_of(adapters: Adapters) -> dict[str, Check]:
    services = {name: upstream.check for name, upstream in adapters.upstreams.items()}
    checks = {**services, "jwks": adapters.signing_keys.check, "identity_table": adapters.session_table.check}
    return {name: Glance(check) for name, check in checks.items()}
