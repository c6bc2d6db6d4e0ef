"""What is no route: held to the same form, sizes, origin and time as what is one."""

import pytest
from tests.fakes.gateway import open_gateway

from omnigen_gateway.domain.framing import MAX_HEAD_BYTES, MAX_TARGET_BYTES
from omnigen_gateway.domain.headers import inner_headers

EVERYWHERE = ["/health", "/ready", "/api/v1/health", "/api/v1/openapi.json", "/api/v1/nope", "/"]
SECRET = "o" * 32


def code_of(answer: object) -> tuple[int, str]:
    return answer.status, answer.json["code"]  # type: ignore[attr-defined]


@pytest.mark.parametrize("path", EVERYWHERE)
async def test_heads_are_as_small_as_anywhere(path: str) -> None:
    async with open_gateway() as bench:
        large = await bench.ask("GET", path, {"X": "x" * MAX_HEAD_BYTES})
        assert code_of(large) == (431, "headers_too_large")
        assert code_of(await bench.ask("GET", f"{path}?q={'x' * MAX_TARGET_BYTES}")) == (414, "uri_too_long")


@pytest.mark.parametrize("path", EVERYWHERE)
async def test_requests_have_the_form_that_they_have_anywhere(path: str) -> None:
    async with open_gateway() as bench:
        answer = await bench.ask("GET", path, [("Cookie", "a=1"), ("Cookie", "b=2")])
        assert code_of(answer) == (400, "malformed_request")
        assert answer.header("connection") == "close"


@pytest.mark.parametrize("path", EVERYWHERE[2:])
async def test_a_way_around_cloudfront_leads_nowhere(path: str) -> None:
    async with open_gateway(origin_secrets=[SECRET]) as bench:
        assert code_of(await bench.ask("GET", path, {})) == (403, "origin_not_verified")
        assert (await bench.ask("GET", path, {"X-Origin-Verify": SECRET})).status in {200, 404}


async def test_the_load_balancer_comes_another_way() -> None:
    async with open_gateway(origin_secrets=[SECRET]) as bench:
        for path in ("/health", "/ready"):
            assert (await bench.ask("GET", path, {})).status == 200


def test_whether_a_trace_is_kept_is_not_a_strangers_to_say() -> None:
    given = [(b"traceparent", b"00-1-1-01"), (b"accept", b"*/*")]
    assert inner_headers(given, {}) == [(b"accept", b"*/*")]
    assert inner_headers(given, {"traceparent": "ours"}) == [(b"accept", b"*/*"), (b"traceparent", b"ours")]
