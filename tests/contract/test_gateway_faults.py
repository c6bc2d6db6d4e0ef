"""What a client sees when a service behind the gateway fails."""

import aiohttp
import pytest
from tests.fakes.loopback import serve_raw
from tests.fakes.served_gateway import JOB, JSON, serve_gateway

HOOK = "/api/v1/webhooks/whk_1"


async def test_a_service_that_hangs_up_is_asked_again() -> None:
    async with serve_raw(None, times=2) as (url, heads), serve_gateway(jobs_url=url) as gateway:
        async with gateway.client.get(JOB) as answer:
            assert answer.status == 200
        assert len(heads) == 3


@pytest.mark.parametrize(("method", "path"), [("POST", "/api/v1/jobs"), ("POST", f"{JOB}/cancel"), ("DELETE", HOOK)])
async def test_what_changes_something_is_not_sent_again(method: str, path: str) -> None:
    async with serve_raw(None, times=1) as (url, heads), serve_gateway(jobs_url=url) as gateway:
        async with gateway.client.request(method, path, headers=JSON) as answer:
            assert (answer.status, answer.headers["Retry-After"]) == (503, "2")
        assert len(heads) == 1


async def test_a_service_that_is_down_is_left_alone_for_a_while() -> None:
    async with serve_raw(None) as (url, heads), serve_gateway(jobs_url=url) as gateway:
        codes = []
        for _ in range(8):
            async with gateway.client.delete(HOOK) as answer:
                codes.append((answer.status, (await answer.json())["code"]))
        assert codes == [(503, "dependency_unavailable")] * 8
        assert len(heads) == 5
        async with gateway.client.get("/api/v1/usage") as answer:
            assert answer.status == 200


async def test_an_answer_that_breaks_off_breaks_off_here_too() -> None:
    half = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n"
    async with (
        serve_raw(half) as (url, _),
        serve_gateway(jobs_url=url) as gateway,
        gateway.client.get(JOB) as answer,
    ):
        assert answer.status == 200
        with pytest.raises(aiohttp.ClientPayloadError):
            await answer.read()
