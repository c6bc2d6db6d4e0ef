"""Ends an exchange whose client has left, or which takes too long to be answered."""

import asyncio
from collections.abc import Awaitable, Callable
from types import TracebackType
from typing import Any, Final, Self

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
    """Use as a context manager around the exchange: it raises TimeoutError out of it, from inside.

    `has_left` tells the two reasons apart. It is what asyncio.timeout is, without what that costs an exchange which is
    over before anybody looks.
    """

    __slots__ = (
        "_answer_within_s",
        "_await_disconnect",
        "_cancelling",
        "_is_over",
        "_leashes",
        "_looker",
        "_task",
        "_timer",
        "_watcher",
        "has_left",
    )

    def __init__(self, leashes: Leashes, await_disconnect: AwaitDisconnect, answer_within_s: float) -> None:
        self.has_left = False
        self._leashes = leashes
        self._await_disconnect = await_disconnect
        self._answer_within_s: float | None = answer_within_s
        self._task: asyncio.Task[Any] | None = None
        self._cancelling = 0
        self._is_over = False
        self._timer: asyncio.TimerHandle | None = None
        self._watcher: asyncio.Task[None] | None = None
        self._looker: asyncio.TimerHandle | asyncio.Task[None] | None = None

    def __enter__(self) -> Self:
        self._task = task = asyncio.current_task()
        self._cancelling = task.cancelling() if task is not None else 0
        self._leashes.add(self)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._leashes.discard(self)
        if self._watcher is not None:
            self._watcher.cancel()
        if self._timer is not None:
            self._timer.cancel()
        if self._looker is not None:
            self._looker.cancel()
        task, self._task = self._task, None
        if not self._is_over or task is None:
            return
        is_ours = task.uncancel() <= self._cancelling
        if is_ours and kind is asyncio.CancelledError:
            raise TimeoutError from error

    def lengthen(self) -> None:
        """The answer has begun: from now on it may take as long as it likes."""
        self._answer_within_s = None
        if self._timer is not None:
            self._timer.cancel()

    def end(self) -> None:
        """The exchange is over, wherever it is."""
        if self._task is not None and not self._is_over:
            self._is_over = True
            self._task.cancel()

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
            self._timer = loop.call_later(self._answer_within_s, self.end)
        self._watcher = loop.create_task(self._watch())

    async def _watch(self) -> None:
        await self._await_disconnect()
        self.has_left = True
        self.end()
