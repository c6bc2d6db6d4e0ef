"""A head that does not come is not waited for: nobody holds connections with a byte now and then."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from starlette.responses import PlainTextResponse
from tests.fakes.loopback import serve_app

from omnigen_gateway import protocol
from omnigen_gateway.protocol import BoundedHeadProtocol

REQUEST = b"GET / HTTP/1.1\r\nHost: gateway\r\n\r\n"


@pytest.fixture
async def port(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[int]:
    monkeypatch.setattr(protocol, "HEAD_WITHIN_S", 0.05)
    # uvicorn's own patience is not what ends these connections.
    served = serve_app(PlainTextResponse("ok"), http=BoundedHeadProtocol, lifespan="off", timeout_keep_alive=60)
    async with served as url:
        yield int(url.rpartition(":")[2])


async def talk(port: int, *parts: bytes) -> bytes:
    """Send the parts, each once the one before it was answered; then read until the server hangs up."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        heard = b""
        for part in parts:
            writer.write(part)
            if part == REQUEST:
                heard += await reader.readuntil(b"ok")
        async with asyncio.timeout(10):
            return heard + await reader.read()
    finally:
        writer.close()


@pytest.mark.parametrize("part", [b"", b"\r\n", b"G", b"GET / HTTP/1.1\r\nHost: gateway\r\n"])
async def test_the_first_head_has_to_end(port: int, part: bytes) -> None:
    assert (await talk(port, part)).startswith(b"HTTP/1.1 408 ")


@pytest.mark.parametrize("part", [b"\r\n", b"G", b"GET / HTTP/1.1\r\nHost: gateway\r\n"])
async def test_so_has_the_next_one(port: int, part: bytes) -> None:
    heard = await talk(port, REQUEST, REQUEST, part)
    assert [answer[:3] for answer in heard.split(b"HTTP/1.1 ")[1:]] == [b"200", b"200", b"408"]
