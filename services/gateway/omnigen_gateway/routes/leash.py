"""Ends an exchange whose client has left, or which takes too long to be answered."""

import asyncio
from collections.abc import Awaitable, Callable
from types import TracebackType
from typing import Final, Self

WATCH_AFTER_S: Final = 0.05
"""Most exchanges are over by then, and cost neither watching nor a timer of their own."""

LOOK_AGAIN_S: Final = 25.0
"""How often whoever holds a stream is looked at again: with what is remembered of them, less than a minute."""

AwaitDisconnect = Callable[[], Awaitable[None]]
IsWelcome = Callable[[], Awaitable[bool]]


class Leashes:
    """The exchanges under way. A look every WATCH_AFTER_S begins to watch those that the look before has seen, too."""

    def __init__(self) -> None:
        self._new: set[Leash] = set()
        self._seen: set[Leash] = set()
        self._is_looking = False

    def put_on(self, await_disconnect: AwaitDisconnect, answer_within_s: float) -> "Leash":
        """For one exchange; `await_disconnect` returns when its client has hung up."""
        return Leash(self, await_disconnect, answer_within_s)

    def add(self, leash: "Leash") -> None:
        """Its exchange begins."""
        self._new.add(leash)
        if not self._is_looking:
            self._look()

    def discard(self, leash: "Leash") -> None:
        """Its exchange is over."""
        self._new.discard(leash)
        self._seen.discard(leash)

    def _look(self) -> None:
        lasting, self._seen, self._new = self._seen, self._new, set()
        self._is_looking = bool(self._seen)
        if self._is_looking:
            asyncio.get_running_loop().call_later(WATCH_AFTER_S, self._look)
        for leash in lasting:
            leash.watch()


class Leash:
    """Use as an async context manager around the exchange: it raises TimeoutError out of it, from inside.

    `has_left` tells the two reasons apart.
    """

    def __init__(self, leashes: Leashes, await_disconnect: AwaitDisconnect, answer_within_s: float) -> None:
        self.has_left = False
        self._leashes = leashes
        self._await_disconnect = await_disconnect
        self._answer_within_s: float | None = answer_within_s
        self._scope = asyncio.timeout(None)
        self._watcher: asyncio.Task[None] | None = None
        self._looker: asyncio.TimerHandle | asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        await self._scope.__aenter__()
        self._leashes.add(self)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._leashes.discard(self)
        if self._watcher is not None:
            self._watcher.cancel()
        if self._looker is not None:
            self._looker.cancel()
        await self._scope.__aexit__(kind, error, trace)

    def lengthen(self) -> None:
        """The answer has begun: from now on it may take as long as it likes."""
        self._answer_within_s = None
        if self._watcher is not None and not self.has_left:
            self._scope.reschedule(None)

    def end(self) -> None:
        """The exchange is over, wherever it is."""
        self._scope.reschedule(asyncio.get_running_loop().time())

    def keep_looking(self, is_welcome: IsWelcome) -> None:
        """End the exchange once whoever asked is not welcome any more."""
        self._looker = asyncio.get_running_loop().call_later(LOOK_AGAIN_S, self._look_soon, is_welcome)

    def _look_soon(self, is_welcome: IsWelcome) -> None:
        self._looker = asyncio.get_running_loop().create_task(self._look(is_welcome))

    async def _look(self, is_welcome: IsWelcome) -> None:
        if await is_welcome():
            self.keep_looking(is_welcome)
        else:
            self.end()

    def watch(self) -> None:
        """End the exchange when its client leaves, or its answer takes too long to begin."""
        loop = asyncio.get_running_loop()
        if self._answer_within_s is not None:
            self._scope.reschedule(loop.time() + self._answer_within_s)
        self._watcher = loop.create_task(self._watch())

    async def _watch(self) -> None:
        await self._await_disconnect()
        self.has_left = True
        self.end()
