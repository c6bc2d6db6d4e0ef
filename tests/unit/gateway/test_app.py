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


async def test_https_is_not_promised_where_there_is_none() -> None:
    async with open_gateway(public_base_url="http://localhost:8080") as bench:
        answer = await bench.ask("GET", "/health", {})
    assert answer.header("strict-transport-security") is None


async def test_nothing_is_documented_that_is_not_answered() -> None:
    async with open_gateway() as bench:
        for path in ("/docs", "/redoc", "/openapi.json"):
            assert (await bench.ask("GET", path, {})).status == 404
