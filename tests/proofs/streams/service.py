"""A service whose streams of events stay open, as cheap as can be: thousands of them are in one process."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final, cast

from tests.fakes.loopback import listen, url_of

HEARTBEAT_EVERY_S: Final = 10.0
"""The gateway ends a stream that keeps silent for 30 s."""
FLOOD: Final = "/api/v1/jobs/job_flood/events"
"""What it sends there never ends, and comes as fast as it is taken."""
_CHUNK_BYTES: Final = 65_536
_OPENING: Final = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"


def _chunk(data: bytes) -> bytes:
    return b"%x\r\n%s\r\n" % (len(data), data)


HELLO: Final = b"id: 1\nevent: hello\n\n"
_HEARTBEAT: Final = _chunk(b": heartbeat\n\n")
_MUCH: Final = _chunk(b"data: " + b"x" * (_CHUNK_BYTES - 8) + b"\n\n")


class StreamService:
    """`streams` are those that are open, `flooded_bytes` what was sent to whom reads slowly."""

    def __init__(self) -> None:
        self.streams: set[Connection] = set()
        self.flooded_bytes = 0
        self.url = ""

    async def beat(self) -> None:
        """Let all streams be heard of, until cancelled."""
        while True:
            await asyncio.sleep(HEARTBEAT_EVERY_S)
            for connection in self.streams:
                connection.transport.write(_HEARTBEAT)


class Connection(asyncio.Protocol):
    """One of the gateway's; it asks once."""

    def __init__(self, service: StreamService) -> None:
        self._service = service
        self._head = b""
        self._may_write = True

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        self._head += data
        if not self._head.endswith(b"\r\n\r\n"):
            return
        is_flood = FLOOD.encode() in self._head
        self._head = b""
        self.transport.write(_OPENING + _chunk(HELLO))
        self._service.streams.add(self)
        if is_flood:
            self._service.streams.discard(self)
            self._flood()

    def connection_lost(self, _error: Exception | None) -> None:
        self._service.streams.discard(self)

    def pause_writing(self) -> None:
        self._may_write = False

    def resume_writing(self) -> None:
        self._may_write = True
        # Later: asyncio's transport does not expect to be written to, and to fail, in the midst of this call.
        asyncio.get_running_loop().call_soon(self._flood)

    def _flood(self) -> None:
        while self._may_write and not self.transport.is_closing():
            self.transport.write(_MUCH)
            self._service.flooded_bytes += _CHUNK_BYTES


@asynccontextmanager
async def serve_streams() -> AsyncIterator[StreamService]:
    """At `url`, in this process."""
    service = StreamService()
    with listen() as sock:
        service.url = url_of(sock)
        server = await asyncio.get_running_loop().create_server(lambda: Connection(service), sock=sock, backlog=1024)
        beating = asyncio.create_task(service.beat())
        async with server:
            try:
                yield service
            finally:
                beating.cancel()
                for connection in list(service.streams):
                    connection.transport.abort()
