"""A body that does not come, where nobody wants one."""

import asyncio

import pytest
from tests.fakes.served_gateway import serve_gateway

from omnigen_gateway.routes import lobby


async def test_a_body_that_does_not_come_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lobby, "BODY_WITHIN_S", 0.1)
    async with serve_gateway() as gateway:
        host, _, port = gateway.url.removeprefix("http://").partition(":")
        reader, writer = await asyncio.open_connection(host, int(port))
        head = "POST /api/v1/nope HTTP/1.1\r\nHost: g\r\nContent-Type: application/json\r\nContent-Length: 10\r\n\r\n{"
        writer.write(head.encode())
        async with asyncio.timeout(20):
            assert (await reader.readline()).startswith(b"HTTP/1.1 504 ")
        writer.close()
