"""Bytes that no honest client sends: request smuggling, path tricks, heads without an end."""

import json
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from tests.fakes.gateway import bearer
from tests.fakes.loopback import talk_raw
from tests.fakes.served_gateway import JOB, ServedGateway, serve_gateway

from omnigen_gateway.protocol import MAX_UNFINISHED_HEAD_BYTES

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def gateway() -> AsyncIterator[ServedGateway]:
    """One for all attacks: none of them may harm it."""
    async with serve_gateway() as served:
        yield served


def raw(lines: str, body: bytes = b"", *, is_last: bool = True) -> bytes:
    """A request as bytes, with a good token."""
    end = "Connection: close\r\n\r\n" if is_last else "\r\n"
    return f"{lines}\r\nHost: gateway\r\nAuthorization: {bearer()['Authorization']}\r\n{end}".encode("latin-1") + body


@pytest.mark.parametrize(
    "lines",
    [
        "POST /api/v1/jobs HTTP/1.1\r\nContent-Length: 5\r\nTransfer-Encoding: chunked",
        "POST /api/v1/jobs HTTP/1.1\r\nContent-Length: 5\r\nContent-Length: 6\r\nContent-Type: application/json",
        "POST /api/v1/jobs HTTP/1.1\r\nContent-Length: -1\r\nContent-Type: application/json",
        "POST /api/v1/jobs HTTP/1.1\r\nContent-Length: 99999999999999999999\r\nContent-Type: application/json",
        "POST /api/v1/jobs HTTP/1.1\r\nTransfer-Encoding: chunked, gzip\r\nContent-Type: application/json",
        "GET /api/v1/jobs/job_1 HTTP/1.1\r\nX-Bad : 1",
        "GET /api/v1/jobs/job_1 HTTP/1.1\r\n folded: 1",
        "GET /api/v1/jobs/job_1\x00 HTTP/1.1\r\nX: 1",
        "GET /api/v1/jobs/\xe4 HTTP/1.1\r\nX: 1",
        "GET /api/v1/jobs/../../internal/v1/predictions/unbound HTTP/1.1\r\nX: 1",
        "GET /api/v1/jobs/%2e%2e/%2e%2e/internal HTTP/1.1\r\nX: 1",
        "GET //internal/v1/predictions/unbound HTTP/1.1\r\nX: 1",
        "GET http://127.0.0.1/internal/v1/predictions/unbound HTTP/1.1\r\nX: 1",
        "CONNECT 127.0.0.1:80 HTTP/1.1\r\nX: 1",
    ],
)
async def test_smuggling_and_path_tricks_end_at_the_door(gateway: ServedGateway, lines: str) -> None:
    answer = await talk_raw(gateway.url, raw(lines, b"0\r\n\r\nGET /internal HTTP/1.1\r\n\r\n"))
    assert answer.split(b" ", 2)[1] in {b"400", b"404", b"405"}, answer
    assert (gateway.service.calls, gateway.service.parts) == (0, [])


async def test_a_head_that_does_not_end_is_hung_up_on(gateway: ServedGateway) -> None:
    filler = b"X: " + b"x" * MAX_UNFINISHED_HEAD_BYTES
    answer = await talk_raw(gateway.url, b"GET /health HTTP/1.1\r\n" + filler)
    assert answer.startswith(b"HTTP/1.1 431 ")


async def test_several_requests_share_a_connection(gateway: ServedGateway) -> None:
    first = raw(f"GET {JOB} HTTP/1.1", is_last=False)
    answer = await talk_raw(gateway.url, first + raw("GET /api/v1/usage HTTP/1.1"))
    bodies = [json.loads(part.partition(b"\r\n\r\n")[2]) for part in answer.split(b"HTTP/1.1 200 OK")[1:]]
    assert [body["path"] for body in bodies] == [JOB, "/api/v1/usage"]
