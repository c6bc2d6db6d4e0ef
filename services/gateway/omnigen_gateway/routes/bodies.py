"""A request's body on its way through."""

import asyncio
from collections.abc import AsyncIterator

from starlette.types import Receive

from omnigen_shared.errors import PayloadTooLargeError


class ClientLeftError(Exception):
    """The client hung up in the middle of its request."""


class RequestBody:
    """A body, counted as it is read. `fault` is why it broke off; `finished` is set when nothing more comes."""

    def __init__(self, receive: Receive, max_bytes: int) -> None:
        self.fault: Exception | None = None
        self.finished = asyncio.Event()
        self._receive = receive
        self._max_bytes = max_bytes
        self._size = 0
        self._first = b""

    async def read_first(self) -> bytes:
        """The first part, which a stream repeats; a small body is finished by it."""
        self._first = await self._read()
        return self._first

    async def __aiter__(self) -> AsyncIterator[bytes]:
        yield self._first
        while not self.finished.is_set():
            yield await self._read()

    async def _read(self) -> bytes:
        message = await self._receive()
        chunk: bytes = message.get("body", b"")
        self._size += len(chunk)
        if message["type"] == "http.disconnect":
            self.fault = ClientLeftError()
        elif self._size > self._max_bytes:
            self.fault = too_large(self._max_bytes)
        if self.fault is not None or not message.get("more_body", False):
            self.finished.set()
        if self.fault is not None:
            raise self.fault
        return chunk


def too_large(max_bytes: int) -> PayloadTooLargeError:
    """The problem of a body that is larger than that."""
    return PayloadTooLargeError(f"A body may have up to {max_bytes} bytes.", details={"limit_bytes": max_bytes})
