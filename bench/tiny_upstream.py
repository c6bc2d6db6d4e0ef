"""A service that costs next to nothing: answers every GET with 972 bytes and every POST with rate leases."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final, cast

from omnigen_shared.contracts.rates import MAX_LEASE, RateLease, RateLeaseOutcome, RateLeaseOutcomes

_BODY: Final = b"{" + b" " * 970 + b"}"
_LEASE: Final = RateLease(window=1, remaining_ms=60_000, size=MAX_LEASE, limit=3000, remaining=2000)
_ORDER: Final = b'"user_id"'
"""Each of them is one user's."""


def _lease(orders: int) -> bytes:
    return RateLeaseOutcomes(outcomes=[RateLeaseOutcome(lease=_LEASE)] * orders).model_dump_json().encode()


def _answer(body: bytes) -> bytes:
    return b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body)


class _Tiny(asyncio.Protocol):
    """One connection; a request is as long as its head and its Content-Length say."""

    def __init__(self) -> None:
        self._data = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        self._data += data
        while (end := self._data.find(b"\r\n\r\n")) >= 0:
            head = self._data[:end].lower()
            length = int(head.partition(b"content-length:")[2].partition(b"\r\n")[0] or 0)
            if len(self._data) < end + 4 + length:
                return
            asked, self._data = self._data[end + 4 : end + 4 + length], self._data[end + 4 + length :]
            self._transport.write(_answer(_lease(asked.count(_ORDER)) if head.startswith(b"post") else _BODY))


@asynccontextmanager
async def serve_upstream() -> AsyncIterator[int]:
    """In this process; its port."""
    server = await asyncio.get_running_loop().create_server(_Tiny, "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1]
