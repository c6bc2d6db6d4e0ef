"""The layers around every service, seen through a small app of their own."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Annotated, Any

import httpx
import pytest
from fastapi import FastAPI
from pydantic import BaseModel, Field

from omnigen_shared.errors import ConflictError
from omnigen_shared.http.app import create_service_app
from omnigen_shared.http.caller import allow
from omnigen_shared.identity import IDENTITY_HEADER, Identity, IdentitySigner, IdentityVerifier
from omnigen_shared.settings import ServiceSettings
from omnigen_shared.testing.identities import new_key_pair

PRIVATE, PUBLIC = new_key_pair()


class Order(BaseModel):
    size: int = Field(ge=1, le=9)


@asynccontextmanager
async def lifespan(_app: FastAPI) -> AsyncIterator[Mapping[str, Any]]:
    async def fail() -> None:
        raise ConnectionError

    yield {
        "identity_verifier": IdentityVerifier("shop", {"gateway": [PUBLIC]}),
        "readiness": {"table": lambda: asyncio.sleep(0), "queue": fail},
    }


def build() -> FastAPI:
    app = create_service_app(
        "shop", ServiceSettings(identity_public_keys={"gateway": [PUBLIC]}, max_body_bytes=1000), lifespan
    )

    @app.post("/orders")
    async def post_order(order: Order) -> dict[str, int]:
        return {"size": order.size}

    @app.get("/conflict")
    async def get_conflict() -> None:
        raise ConflictError("Taken.", remedy="Choose another.", retry_after_s=3, details={"by": "you"})

    @app.get("/bug")
    async def get_bug() -> None:
        raise KeyError("secret detail")

    @app.get("/slow")
    async def get_slow() -> None:
        await asyncio.sleep(30)

    @app.get("/mine")
    async def get_mine(caller: Annotated[Identity, allow("gateway")]) -> dict[str, str]:
        return {"subject": caller.subject}

    return app


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    app = build()
    async with app.router.lifespan_context(app) as state:

        async def with_state(scope: Any, receive: Any, send: Any) -> None:
            await app({**scope, "state": dict(state or {})}, receive, send)

        transport = httpx.ASGITransport(with_state, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://shop") as opened:
            yield opened


def code_of(answer: httpx.Response) -> str:
    assert answer.headers["content-type"] == "application/problem+json"
    body = answer.json()
    assert body["request_id"] == answer.headers["x-request-id"]
    assert body["status"] == answer.status_code
    return str(body["code"])


async def test_a_field_out_of_its_limits_is_named(client: httpx.AsyncClient) -> None:
    answer = await client.post("/orders", json={"size": 12})
    assert (answer.status_code, code_of(answer)) == (422, "invalid_request")
    [field] = answer.json()["details"]["fields"]
    assert field["field"] == "size"
    assert field["limits"] == {"type": "integer", "ge": 1, "le": 9}


@pytest.mark.parametrize(
    ("content", "media_type", "status", "code"),
    [
        (b'{"size": 1', "application/json", 400, "invalid_json"),
        (b'{"size": 1}', "text/plain", 415, "unsupported_media_type"),
        (b'{"size": 1}', "", 415, "unsupported_media_type"),
        (b" " * 1001, "application/json", 413, "payload_too_large"),
        (b"", "application/json", 422, "invalid_request"),
        (b"  ", "application/json", 400, "invalid_json"),
        (b'{"size": 1, "size": 2}', "application/json", 400, "invalid_json"),
        (b'{"size": "\xff"}', "application/json", 400, "invalid_json"),
    ],
)
async def test_a_body_that_cannot_be_read(
    client: httpx.AsyncClient, content: bytes, media_type: str, status: int, code: str
) -> None:
    headers = {"content-type": media_type} if media_type else {}
    answer = await client.post("/orders", content=content, headers=headers)
    assert (answer.status_code, code_of(answer)) == (status, code)


async def test_a_body_without_a_length_is_counted(client: httpx.AsyncClient) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        for _ in range(30):
            yield b" " * 100

    answer = await client.post("/orders", content=chunks(), headers={"content-type": "application/json"})
    assert code_of(answer) == "payload_too_large"


async def test_a_good_body_passes(client: httpx.AsyncClient) -> None:
    answer = await client.post("/orders", json={"size": 2}, headers={"X-Request-Id": "caller-chosen-id"})
    assert answer.json() == {"size": 2}
    assert answer.headers["x-request-id"] == "caller-chosen-id"


async def test_a_problem_carries_everything_it_was_raised_with(client: httpx.AsyncClient) -> None:
    answer = await client.get("/conflict")
    assert (answer.status_code, code_of(answer)) == (409, "conflict")
    assert answer.headers["retry-after"] == "3"
    assert answer.json()["remedy"] == "Choose another."
    assert answer.json()["details"] == {"by": "you"}


async def test_a_bug_tells_nothing_of_its_inside(client: httpx.AsyncClient) -> None:
    answer = await client.get("/bug")
    assert code_of(answer) == "internal_error"
    assert "secret detail" not in answer.text


@pytest.mark.parametrize(
    ("method", "path", "code"), [("GET", "/x", "not_found"), ("PUT", "/bug", "method_not_allowed")]
)
async def test_addresses_that_are_none(client: httpx.AsyncClient, method: str, path: str, code: str) -> None:
    answer = await client.request(method, path)
    assert code_of(answer) == code
    assert answer.headers.get("allow") == ("GET" if method == "PUT" else None)


async def test_the_callers_deadline_ends_a_slow_answer(client: httpx.AsyncClient) -> None:
    answer = await client.get("/slow", headers={"X-OmniGen-Timeout-S": "0.05"})
    assert (answer.status_code, code_of(answer)) == (504, "deadline_exceeded")


async def test_who_calls_is_checked(client: httpx.AsyncClient) -> None:
    token = IdentitySigner("gateway", PRIVATE).sign("shop", "u-1", "free")
    assert code_of(await client.get("/mine")) == "unauthenticated"
    assert (await client.get("/mine", headers={IDENTITY_HEADER: token})).json() == {"subject": "u-1"}


async def test_readiness_names_each_dependency(client: httpx.AsyncClient) -> None:
    assert (await client.get("/health")).json() == {"status": "ok"}
    answer = await client.get("/ready")
    assert answer.status_code == 503
    assert answer.json()["dependencies"] == {"table": "ok", "queue": "ConnectionError"}
