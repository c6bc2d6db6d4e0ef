"""Every route of every service, and who may call it. A route that is not in the table fails the first test."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from functools import cache
from typing import Any, Final

import httpx
import pytest
from fastapi import FastAPI
from tests.fakes.gateway import lifespan_of
from tests.fakes.jobs_bench import JobsBench, make_settings
from tests.fakes.object_store import MemoryStore
from tests.fakes.rate_table import FakeRateTable
from tests.fakes.usage_table import FakeUsageTable
from tests.fakes.workshop import FakeWorkshop

from omnigen_composer.app import Adapters as ComposerAdapters
from omnigen_composer.app import create_app as create_composer
from omnigen_composer.settings import ComposerSettings
from omnigen_jobs.app import create_app as create_jobs
from omnigen_quota.app import Adapters as QuotaAdapters
from omnigen_quota.app import create_app as create_quota
from omnigen_quota.settings import QuotaSettings
from omnigen_shared.identity import IDENTITY_HEADER, IdentitySigner
from omnigen_shared.testing.clock import FrozenClock
from omnigen_shared.testing.identities import new_key_pair

KEYS: Final = {issuer: new_key_pair() for issuer in ("gateway", "jobs", "generator")}
PUBLIC: Final = {issuer: [public] for issuer, (_, public) in KEYS.items()}
GATEWAY, JOBS, GENERATOR = frozenset({"gateway"}), frozenset({"jobs"}), frozenset({"generator"})
ATTEMPT: Final = "/internal/v1/jobs/{job_id}/attempts/{attempt}"
BOOKING: Final = "/internal/v1/reservations/{month}/{job_id}"
CALLERS: Final[Mapping[str, Mapping[str, frozenset[str]]]] = {
    "jobs": {
        "POST /api/v1/jobs": GATEWAY,
        "GET /api/v1/jobs": GATEWAY,
        "GET /api/v1/jobs/{job_id}": GATEWAY,
        "DELETE /api/v1/jobs/{job_id}": GATEWAY,
        "GET /api/v1/jobs/{job_id}/events": GATEWAY,
        "GET /api/v1/jobs/{job_id}/receipt": GATEWAY,
        "GET /api/v1/jobs/{job_id}/video": GATEWAY,
        "GET /api/v1/jobs/{job_id}/thumbnail": GATEWAY,
        "GET /api/v1/jobs/{job_id}/captions": GATEWAY,
        "GET /api/v1/jobs/{job_id}/preview": GATEWAY,
        "POST /api/v1/jobs/{job_id}/exports": GATEWAY,
        "GET /api/v1/jobs/{job_id}/exports/{export_id}": GATEWAY,
        "GET /api/v1/jobs/{job_id}/exports/{export_id}/file": GATEWAY,
        "POST /api/v1/storyboards": GATEWAY,
        "GET /api/v1/storyboards/{storyboard_id}": GATEWAY,
        "POST /api/v1/jobs/{job_id}/cancel": GATEWAY,
        "POST /api/v1/jobs/{job_id}/resume": GATEWAY,
        "POST /api/v1/jobs/{job_id}/scenes/{number}/regenerate": GATEWAY,
        "POST /api/v1/jobs/{job_id}/scenes/{number}/choose": GATEWAY,
        "GET /api/v1/jobs/{job_id}/scenes/{number}/takes/{take}": GATEWAY,
        "POST /api/v1/webhooks/replicate": GATEWAY,
        "GET /api/v1/webhooks": GATEWAY,
        "POST /api/v1/webhooks": GATEWAY,
        "GET /api/v1/webhooks/{webhook_id}": GATEWAY,
        "DELETE /api/v1/webhooks/{webhook_id}": GATEWAY,
        "POST /api/v1/webhooks/{webhook_id}/test": GATEWAY,
        "POST /api/v1/webhooks/{webhook_id}/rotate": GATEWAY,
        "POST /api/v1/webhooks/{webhook_id}/enable": GATEWAY,
        "GET /api/v1/webhooks/{webhook_id}/deliveries": GATEWAY,
        "POST /api/v1/webhooks/{webhook_id}/deliveries/{delivery_id}/resend": GATEWAY,
        "POST /api/v1/estimates": GATEWAY,
        "GET /api/v1/models": GATEWAY,
        "GET /api/v1/receipts/keys": GATEWAY,
        "POST /api/v1/batches": GATEWAY,
        "GET /api/v1/batches": GATEWAY,
        "GET /api/v1/batches/{batch_id}": GATEWAY,
        "POST /api/v1/batches/{batch_id}/cancel": GATEWAY,
        "GET /api/v1/jobs/{job_id}/shares": GATEWAY,
        "POST /api/v1/jobs/{job_id}/shares": GATEWAY,
        "DELETE /api/v1/jobs/{job_id}/shares/{share_id}": GATEWAY,
        "GET /api/v1/share/{token}": GATEWAY,
        "GET /api/v1/uploads": GATEWAY,
        "POST /api/v1/uploads": GATEWAY,
        "GET /api/v1/uploads/{upload_id}": GATEWAY,
        "DELETE /api/v1/uploads/{upload_id}": GATEWAY,
        "POST /api/v1/uploads/{upload_id}/complete": GATEWAY,
        "PUT /internal/v1/erasure": GATEWAY,
        f"POST {ATTEMPT}/heartbeat": GENERATOR,
        f"POST {ATTEMPT}/status": GENERATOR,
        f"PUT {ATTEMPT}/storyboard": GENERATOR,
        f"PUT {ATTEMPT}/scenes/{{number}}": GENERATOR,
        f"PUT {ATTEMPT}/music": GENERATOR,
        f"PUT {ATTEMPT}/progress": GENERATOR,
        f"POST {ATTEMPT}/complete": GENERATOR,
        f"POST {ATTEMPT}/fail": GENERATOR,
        f"POST {ATTEMPT}/continue": GENERATOR,
        f"PUT {ATTEMPT}/intents/{{intent_id}}": GENERATOR,
        f"POST {ATTEMPT}/intents/{{intent_id}}/moves": GENERATOR,
        f"POST {ATTEMPT}/intents/{{intent_id}}/closed": GENERATOR,
        f"POST {ATTEMPT}/intents/{{intent_id}}/spoiled": GENERATOR,
        "POST /internal/v1/predictions/unbound": GENERATOR,
    },
    "quota": {
        "GET /api/v1/usage": GATEWAY,
        "GET /api/v1/usage/ledger": GATEWAY,
        "POST /internal/v1/rate-leases": GATEWAY,
        "PUT /internal/v1/reservations/{job_id}": JOBS,
        f"PUT {BOOKING}/intents/{{intent_id}}": GENERATOR,
        f"POST {BOOKING}/intents/{{intent_id}}/settle": GENERATOR | JOBS,
        f"POST {BOOKING}/intents/{{intent_id}}/refund": GENERATOR | JOBS,
        f"POST {BOOKING}/commit": JOBS,
        f"POST {BOOKING}/release": JOBS,
    },
    "composer": {
        "GET /v1/recipe": GENERATOR,
        "PUT /v1/segments/{key}": GENERATOR,
        "DELETE /v1/segments/{key}": GENERATOR,
        "PUT /v1/renders/{key}": GENERATOR,
        "DELETE /v1/renders/{key}": GENERATOR,
        "PUT /v1/exports/{key}": JOBS,
        "PUT /v1/stills/{key}": JOBS,
        "DELETE /v1/exports/{key}": JOBS,
    },
}
SAMPLES: Final = {
    "job_id": "job_" + "a" * 32,
    "storyboard_id": "plan_" + "a" * 32,
    "attempt": "1",
    "number": "1",
    "take": "1",
    "intent_id": "scene-01.1",
    "month": "2026-11",
    "export_id": "mp4_same_720p_blur",
    "batch_id": "bat_" + "a" * 32,
    "share_id": "shr_" + "a" * 32,
    "token": "a" * 43,
    "upload_id": "upl_" + "a" * 32,
    "webhook_id": "whk_" + "a" * 32,
    "delivery_id": "msg_" + "a" * 32,
    "key": "u/user-1/segments/r/x.mp4",
}


def create_all() -> dict[str, FastAPI]:
    """The three services that the network inside knows, over fakes."""
    bench = JobsBench(settings=make_settings(identity_public_keys=PUBLIC))
    quota = QuotaSettings(usage_table="usage", identity_public_keys=PUBLIC)
    composer = ComposerSettings(
        assets_bucket="assets", identity_public_keys=PUBLIC, signing_key="pem", signing_certificates="pem"
    )
    store = MemoryStore()
    return {
        "jobs": create_jobs(bench.settings, bench.adapters),
        "quota": create_quota(quota, QuotaAdapters(FakeUsageTable(), FakeRateTable(), FrozenClock())),
        "composer": create_composer(composer, ComposerAdapters(store, FakeWorkshop(store))),
    }


@cache
def list_routes(unit: str) -> frozenset[str]:
    paths = create_all()[unit].openapi()["paths"]
    return frozenset(f"{method.upper()} {path}" for path, methods in paths.items() for method in methods)


@asynccontextmanager
async def open_unit(unit: str) -> AsyncIterator[httpx.AsyncClient]:
    app = create_all()[unit]
    async with lifespan_of(app) as state:

        async def with_state(scope: Any, receive: Any, send: Any) -> None:
            await app({**scope, "state": dict(state)}, receive, send)

        async with httpx.AsyncClient(transport=httpx.ASGITransport(with_state), base_url=f"http://{unit}") as client:
            yield client


def sign(issuer: str, audience: str) -> dict[str, str]:
    return {IDENTITY_HEADER: IdentitySigner(issuer, KEYS[issuer][0]).sign(audience, "user-1", "free")}


async def ask(client: httpx.AsyncClient, route: str, headers: Mapping[str, str]) -> tuple[int, str]:
    """Status and code of a request whose body is an empty object where there may be one."""
    method, path = route.split(" ")
    body: Any = {} if method in {"POST", "PUT"} else None
    answer = await client.request(method, path.format(**SAMPLES), json=body, headers=headers)
    problem = answer.json() if answer.headers.get("content-type") == "application/problem+json" else {}
    return answer.status_code, problem.get("code", "")


@pytest.mark.parametrize("unit", CALLERS)
def test_every_route_is_in_the_table(unit: str) -> None:
    assert set(CALLERS[unit]) == list_routes(unit)


@pytest.mark.parametrize("unit", CALLERS)
async def test_nobody_calls_without_an_identity_of_their_own_for_this_unit(unit: str) -> None:
    others = next(other for other in CALLERS if other != unit)
    async with open_unit(unit) as client:
        for route, issuers in CALLERS[unit].items():
            issuer = min(issuers)
            stranger = IdentitySigner(issuer, new_key_pair()[0]).sign(unit, "user-1", "free")
            for headers in ({}, {IDENTITY_HEADER: "nonsense"}, {IDENTITY_HEADER: stranger}, sign(issuer, others)):
                assert await ask(client, route, headers) == (401, "unauthenticated"), (route, headers)


@pytest.mark.parametrize("unit", CALLERS)
async def test_only_who_may_call_it_does(unit: str) -> None:
    async with open_unit(unit) as client:
        for route, issuers in CALLERS[unit].items():
            for issuer in set(KEYS) - issuers:
                assert await ask(client, route, sign(issuer, unit)) == (403, "forbidden"), (route, issuer)
            for issuer in issuers:
                status, code = await ask(client, route, sign(issuer, unit))
                assert code not in {"unauthenticated", "forbidden", "method_not_allowed"}, (route, issuer)
                assert status < 500, (route, issuer, status, code)


@pytest.mark.parametrize("unit", CALLERS)
async def test_health_and_readiness_need_nobody(unit: str) -> None:
    async with open_unit(unit) as client:
        for path in ("/health", "/ready"):
            assert (await client.get(path)).status_code == 200
            assert (await client.head(path)).status_code == 200
