"""The gateway's own routes, and what every answer carries."""

import pytest
from tests.fakes.gateway import open_gateway

from omnigen_gateway.service import glancing


@pytest.mark.parametrize("prefix", ["", "/api/v1"])
async def test_health_needs_nobody(prefix: str) -> None:
    async with open_gateway() as bench:
        answer = await bench.ask("GET", f"{prefix}/health", {})
    assert (answer.status, answer.json) == (200, {"status": "ok"})


@pytest.mark.parametrize("prefix", ["", "/api/v1"])
async def test_ready_names_each_dependency(prefix: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(glancing, "HOLDS_S", 0)
    async with open_gateway() as bench:
        ready = await bench.ask("GET", f"{prefix}/ready", {})
        bench.quota.is_healthy = False
        unready = await bench.ask("GET", f"{prefix}/ready", {})
    names = {"jobs", "quota", "jwks", "identity_table"}
    assert (ready.status, ready.json["dependencies"]) == (200, dict.fromkeys(names, "ok"))
    assert unready.status == 503
    assert unready.json["dependencies"] == {**dict.fromkeys(names, "ok"), "quota": "ConnectionRefusedError"}


@pytest.mark.parametrize(("path", "status"), [("/api/v1/usage", 401), ("/health", 200), ("/nothing", 404)])
async def test_every_answer_is_secured(path: str, status: int) -> None:
    async with open_gateway(public_base_url="https://omnigen.example") as bench:
        answer = await bench.ask("GET", path, {})
    assert answer.status == status
    assert answer.header("x-content-type-options") == "nosniff"
    assert answer.header("referrer-policy") == "no-referrer"
    assert answer.header("content-security-policy") == "default-src 'none'; frame-ancestors 'none'"
    assert answer.header("strict-transport-security") == "max-age=31536000; includeSubDomains"
    assert answer.header("x-request-id")


async def test_whoever_asks_for_what_is_no_route_is_limited_by_address_and_the_load_balancer_is_not() -> None:
    async with open_gateway(address_requests_per_min=6) as bench:
        answers = [await bench.ask("GET", path, {}) for path in ("/api/v1/docs", "/nothing", "/api/v1/health")]
        health = [(await bench.ask("GET", path, {})).status for path in ("/health", "/ready", "/health")]
    assert [answer.status for answer in answers] == [200, 429, 429]
    assert answers[1].json["code"] == "rate_limited"
    assert answers[1].header("retry-after")
    assert health == [200, 200, 200]


async def test_what_is_said_inside_only_is_not_believed_of_anybody() -> None:
    async with open_gateway() as bench:
        answer = await bench.ask("GET", "/api/v1/ready", {"X-OmniGen-Timeout-S": "0"})
    assert answer.status == 200


async def test_https_is_not_promised_where_there_is_none() -> None:
    async with open_gateway(public_base_url="http://localhost:8080") as bench:
        answer = await bench.ask("GET", "/health", {})
    assert answer.header("strict-transport-security") is None


async def test_nothing_is_documented_that_is_not_answered() -> None:
    async with open_gateway() as bench:
        for path in ("/docs", "/redoc", "/openapi.json"):
            assert (await bench.ask("GET", path, {})).status == 404
