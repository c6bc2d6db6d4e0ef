"""A door in front of anything that speaks HTTP: it lets through, throttles, refuses connections or keeps silent."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from enum import StrEnum
from typing import Final
from urllib.parse import urlsplit

import orjson
from tests.fakes.loopback import listen, url_of

_CHUNK: Final = 1 << 16


class Outage(StrEnum):
    """What a caller meets instead of an answer."""

    THROTTLED = "throttled"
    REFUSED = "refused"
    SILENT = "silent"


def aws_throttles(code: str) -> bytes:
    """As DynamoDB, Step Functions and Cognito say it."""
    return _say("400 Bad Request", "application/x-amz-json-1.1", orjson.dumps({"__type": code, "message": "too often"}))


def s3_throttles() -> bytes:
    """As S3 says it."""
    body = b"<Error><Code>SlowDown</Code><Message>Reduce your request rate.</Message></Error>"
    return _say("503 Slow Down", "application/xml", body)


def service_throttles() -> bytes:
    """As a service of ours says that what it needs does not answer."""
    problem = {"code": "dependency_unavailable", "detail": "The table keeps silent.", "status": 503}
    return _say("503 Service Unavailable", "application/problem+json", orjson.dumps(problem), "Retry-After: 1\r\n")


def _say(status: str, media_type: str, body: bytes, more: str = "") -> bytes:
    head = f"HTTP/1.1 {status}\r\nContent-Type: {media_type}\r\nContent-Length: {len(body)}\r\n{more}"
    return f"{head}Connection: close\r\n\r\n".encode() + body


class Front:
    """`throttling` is the whole answer of whoever is throttled; `met` counts who has come during an outage."""

    def __init__(self, target_url: str, throttling: bytes) -> None:
        target = urlsplit(target_url)
        self.url = ""
        self.met = 0
        self._outage: Outage | None = None
        self._target = (target.hostname or "", target.port or 80)
        self._throttling = throttling
        self._server: asyncio.Server | None = None
        self._talks: set[asyncio.Task[None]] = set()

    async def fall(self, outage: Outage) -> None:
        """From now on nobody gets through; whoever was connected is not any more."""
        self._outage = outage
        if outage is Outage.REFUSED:
            await self.close()
        await self._cut()

    async def rise(self) -> None:
        """All is as it was."""
        was, self._outage = self._outage, None
        if was is Outage.REFUSED:
            await self.open(urlsplit(self.url).port or 0)
        await self._cut()

    async def open(self, port: int = 0) -> None:
        """Listen; on a free port unless one is given."""
        if port:
            self._server = await asyncio.start_server(self._talk, "127.0.0.1", port)
        else:
            sock = listen()
            self._server, self.url = await asyncio.start_server(self._talk, sock=sock), url_of(sock)

    async def close(self) -> None:
        """Whoever connects is refused."""
        if self._server is not None:
            self._server.close()
            self._server = None
        await self._cut()

    async def _cut(self) -> None:
        for talk in self._talks:
            talk.cancel()
        await asyncio.gather(*self._talks, return_exceptions=True)

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._talks.add(task)
        try:
            with suppress(OSError, asyncio.CancelledError, asyncio.IncompleteReadError):
                await self._answer(reader, writer)
        finally:
            self._talks.discard(task)
            writer.close()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._outage is None:
            await self._pass_on(reader, writer)
            return
        await reader.readuntil(b"\r\n\r\n")
        self.met += 1
        if self._outage is Outage.SILENT:
            await reader.read()
            return
        writer.write(self._throttling)
        await writer.drain()

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, here = await asyncio.open_connection(*self._target)
        try:
            async with asyncio.TaskGroup() as both:
                both.create_task(_pump(reader, here))
                both.create_task(_pump(there, writer))
        finally:
            here.close()


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while chunk := await reader.read(_CHUNK):
            writer.write(chunk)
            await writer.drain()
    writer.close()


@asynccontextmanager
async def open_front(target_url: str, throttling: bytes) -> AsyncIterator[Front]:
    """Between its first connection and its last."""
    front = Front(target_url, throttling)
    await front.open()
    try:
        yield front
    finally:
        await front.close()
