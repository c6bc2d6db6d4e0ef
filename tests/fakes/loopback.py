"""An ASGI app behind a real socket on this machine, in the test's own event loop."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import uvicorn
from starlette.types import ASGIApp


def listen() -> socket.socket:
    """A socket that listens on a free port of 127.0.0.1."""
    return socket.create_server(("127.0.0.1", 0))


def url_of(sock: socket.socket) -> str:
    return f"http://127.0.0.1:{sock.getsockname()[1]}"


@asynccontextmanager
async def serve_app(app: ASGIApp, **options: Any) -> AsyncIterator[str]:
    """Serve until the block ends, as the services are served; yields the base URL."""
    with listen() as sock:
        config = uvicorn.Config(
            app,
            **{"http": "httptools", "log_level": "critical", "server_header": False, **options},
            timeout_graceful_shutdown=1,
        )
        server = uvicorn.Server(config)
        serving = asyncio.create_task(server.serve(sockets=[sock]))
        while not server.started:  # noqa: ASYNC110 - uvicorn has no event for it
            await asyncio.sleep(0.005)
        try:
            yield url_of(sock)
        finally:
            server.should_exit = True
            await serving


@asynccontextmanager
async def serve_raw(answer: bytes | None, times: int = 1_000) -> AsyncIterator[tuple[str, list[bytes]]]:
    """A server that reads a request's head, writes these bytes and hangs up; the list is what it has read.

    None hangs up without a byte. After `times` requests it says 200 with an empty body.
    """
    heads: list[bytes] = []

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heads.append(await reader.readuntil(b"\r\n\r\n"))
        reply = answer if len(heads) <= times else b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
        writer.write(reply or b"")
        writer.close()
        await writer.wait_closed()

    with listen() as sock:
        server = await asyncio.start_server(talk, sock=sock)
        async with server:
            yield url_of(sock), heads


async def talk_raw(base_url: str, request: bytes) -> bytes:
    """Send bytes as they are and read until the server hangs up."""
    host, _, port = base_url.removeprefix("http://").partition(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    try:
        writer.write(request)
        await writer.drain()
        async with asyncio.timeout(10):
            return await reader.read()
    finally:
        writer.close()
