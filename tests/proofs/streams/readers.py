"""Clients that hold streams of events: a socket each, and as little else as possible."""

import asyncio
from collections.abc import Sequence
from typing import Final, cast

from tests.proofs.streams.service import HELLO

from omnigen_local.addresses import LOOPBACK

EVENTS: Final = "/api/v1/jobs/job_1/events"
AT_ONCE: Final = 50
OPENS_WITHIN_S: Final = 60.0


class Reader(asyncio.Protocol):
    """Asks for one stream. `opened` comes true with its first event; a slow one takes nothing after that."""

    def __init__(self, path: str, token: str, *, is_slow: bool = False, hello: bytes = HELLO) -> None:
        self.opened: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._request = f"GET {path} HTTP/1.1\r\nHost: proof\r\nAuthorization: Bearer {token}\r\n\r\n".encode()
        self._is_slow = is_slow
        self._hello = hello
        self._seen = b""
        self.is_lost = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)
        self.transport.write(self._request)

    def data_received(self, data: bytes) -> None:
        if self.opened.done():
            return
        self._seen += data
        if self._hello in self._seen:
            self.opened.set_result(None)
            self._seen = b""
            if self._is_slow:
                self.transport.pause_reading()

    def connection_lost(self, _error: Exception | None) -> None:
        self.is_lost = True
        if not self.opened.done():
            self.opened.set_exception(ConnectionError(f"no stream: {self._seen[:500]!r}"))


class Readers:
    """All of them; they come and vanish together."""

    def __init__(self, port: int, tokens: Sequence[str], hello: bytes = HELLO) -> None:
        self._port = port
        self._tokens = tokens
        self._hello = hello
        self.all: list[Reader] = []

    async def open(self, count: int, path: str = EVENTS, *, is_slow: bool = False) -> None:
        """So many more; each has had its first event. `{user}` in the path is the number of the one who asks."""
        work = iter(range(count))

        async def open_some() -> None:
            for number in work:
                user = number % len(self._tokens)
                place, token = path.replace("{user}", f"{user:032x}"), self._tokens[user]
                await self._open_one(Reader(place, token, is_slow=is_slow, hello=self._hello))

        async with asyncio.timeout(OPENS_WITHIN_S + count / 20):
            await asyncio.gather(*(open_some() for _ in range(AT_ONCE)))

    async def _open_one(self, reader: Reader) -> None:
        await asyncio.get_running_loop().create_connection(lambda: reader, LOOPBACK, self._port)
        await reader.opened
        self.all.append(reader)

    def vanish(self) -> None:
        """All at once, without a word: every socket is closed with whatever is on its way."""
        for reader in self.all:
            reader.transport.abort()
        self.all.clear()

    @property
    def lost(self) -> int:
        """Whose stream the gateway has ended."""
        return sum(reader.is_lost for reader in self.all)
