"""A gateway over real sockets, between a real client and a real service."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from typing import Any

import aiohttp
from starlette.responses import JSONResponse
from starlette.routing import Route
from tests.fakes.gateway import bearer, gateway_settings
from tests.fakes.identity import FakeIdentity
from tests.fakes.loopback import serve_app
from tests.fakes.services import ScriptedService
from tests.fakes.tokens import provider_key

from omnigen_gateway.app import Adapters, create_app, open_adapters
from omnigen_gateway.protocol import BoundedHeadProtocol
from omnigen_gateway.settings import GatewaySettings

JOB = "/api/v1/jobs/job_1"
JSON = {"Content-Type": "application/json"}


class ServedGateway:
    """The gateway's address, the service behind it, and a client in front of it that sends a good token."""

    def __init__(self, url: str, service: ScriptedService, client: aiohttp.ClientSession) -> None:
        self.url = url
        self.service = service
        self.client = client


@asynccontextmanager
async def serve_gateway(
    jobs_url: str | None = None, identity: FakeIdentity | None = None, **changes: Any
) -> AsyncIterator[ServedGateway]:
    """The services behind it are the scripted one, unless other addresses are given; `changes` are of its settings."""
    service = ScriptedService()
    service.app.routes.append(Route("/jwks.json", lambda _request: JSONResponse({"keys": [provider_key().jwk()]})))
    async with serve_app(service.app) as service_url:
        given = {"quota_url": service_url, "max_body_bytes": 200_000, **changes}
        settings = gateway_settings(
            cognito_jwks_url=f"{service_url}/jwks.json", jobs_url=jobs_url or service_url, **given
        )
        async with AsyncExitStack() as stack:
            app = create_app(settings, await _half_real(settings, stack, identity or FakeIdentity()))
            url = await stack.enter_async_context(serve_app(app, http=BoundedHeadProtocol))
            client = await stack.enter_async_context(aiohttp.ClientSession(url, headers=bearer()))
            yield ServedGateway(url, service, client)


async def _half_real(settings: GatewaySettings, stack: AsyncExitStack, identity: FakeIdentity) -> Adapters:
    """Sockets to the services and the key set; there is neither a user pool nor a table."""
    real = await open_adapters(settings, stack)
    return replace(
        real,
        provider=identity.provider,
        directory=identity.directory,
        accounts=identity.accounts,
        session_table=identity.sessions,
        key_table=identity.keys,
    )
