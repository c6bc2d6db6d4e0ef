"""What a gateway's process needs around it, but for the services that it leads to."""

import logging
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

import structlog
from starlette.applications import Starlette
from starlette.responses import JSONResponse
from starlette.routing import Route
from tests.fakes.lenient_cloud import LENIENT_CLOUD, lenient_settings
from tests.fakes.loopback import serve_app
from tests.fakes.rate_table import FakeRateTable
from tests.fakes.tokens import CLIENT_ID, ISSUER, claims, provider_key
from tests.fakes.usage_table import FakeUsageTable

from omnigen_local.environments import Environment
from omnigen_local.identities import Identities
from omnigen_quota.app import Adapters, create_app
from omnigen_quota.settings import QuotaSettings
from omnigen_shared.clock import SystemClock
from omnigen_shared.contracts.spending import PlanName


@dataclass(frozen=True)
class Surroundings:
    """`settings` are a gateway's, but for PORT and JOBS_URL; `rates` is what quota has counted.

    `public_keys` are what a service behind it knows its callers by.
    """

    settings: Environment
    rates: FakeRateTable
    public_keys: Mapping[str, Sequence[str]]


@asynccontextmanager
async def serve_surroundings() -> AsyncIterator[Surroundings]:
    """The key set, AWS's answers, and a quota that counts for real: only its table is in memory."""
    # Quota runs in this process; what it logs of each call is not looked at.
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.INFO))
    identities, rates = Identities.create(), FakeRateTable()
    quota = create_app(
        QuotaSettings(usage_table="usage", identity_public_keys=identities.public_keys()),
        Adapters(FakeUsageTable(), rates, SystemClock()),
    )
    keys = Route("/jwks.json", lambda _request: JSONResponse({"keys": [provider_key().jwk()]}))
    async with (
        serve_app(Starlette(routes=[LENIENT_CLOUD, keys])) as cloud_url,
        serve_app(quota) as quota_url,
    ):
        settings = {
            **lenient_settings(cloud_url),
            "IDENTITY_PRIVATE_KEY": identities.private_key("gateway"),
            "COGNITO_ISSUER": ISSUER,
            "COGNITO_CLIENT_ID": CLIENT_ID,
            "COGNITO_JWKS_URL": f"{cloud_url}/jwks.json",
            "QUOTA_URL": quota_url,
            "PUBLIC_BASE_URL": "http://localhost:8080",
            "RATE_LIMIT_FAILS": "closed",
            # All come from one address: it is counted, and never too often.
            "ADDRESS_REQUESTS_PER_MIN": "100000000",
        }
        yield Surroundings(settings, rates, identities.public_keys())


def sign_tokens(plan: PlanName, count: int) -> Sequence[str]:
    """Good tokens of so many users of a plan."""
    users = (claims(sub=f"{plan}-{number}", **{"cognito:groups": [plan]}) for number in range(count))
    return [provider_key().sign(user) for user in users]
