"""What was looked up is remembered for a moment; who asks for the same thing meanwhile waits for the same look."""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from typing import Final, Generic, TypeVar

from omnigen_shared.errors import DependencyUnavailableError

V = TypeVar("V")
CAPACITY: Final = 10_000


class Memory(Generic[V]):
    """Values by name, none older than `max_age_s`; at most `capacity`, the least recently used leaving first.

    While `look` raises DependencyUnavailableError, a value is given for `stale_s` longer. None is never remembered.
    """

    def __init__(
        self,
        look: Callable[[str], Awaitable[V | None]],
        max_age_s: float,
        *,
        stale_s: float = 0.0,
        capacity: int = CAPACITY,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._look = look
        self._max_age_s = max_age_s
        self._stale_s = stale_s
        self._capacity = capacity
        self._monotonic = monotonic
        self._entries: OrderedDict[str, tuple[float, V]] = OrderedDict()
        self._looking: dict[str, asyncio.Task[V | None]] = {}

    def __len__(self) -> int:
        return len(self._entries)

    def find(self, name: str) -> V | None:
        """What is remembered; None when `get` has to look."""
        entry = self._entries.get(name)
        if entry is None or self._monotonic() - entry[0] >= self._max_age_s:
            return None
        self._entries.move_to_end(name)
        return entry[1]

    async def get(self, name: str) -> V | None:
        """What is remembered, or what a look finds. A caller that leaves does not stop the look for others."""
        found = self.find(name)
        if found is not None:
            return found
        looking = self._looking.get(name)
        if looking is None:
            looking = self._looking[name] = asyncio.create_task(self._look_up(name))
            looking.add_done_callback(lambda task: self._end(name, task))
        return await asyncio.shield(looking)

    def forget(self, name: str) -> None:
        """The next one who asks has it looked up anew; a look that is under way is not remembered."""
        self._entries.pop(name, None)
        self._looking.pop(name, None)

    async def _look_up(self, name: str) -> V | None:
        # Its age counts from before the look: what changes meanwhile is no older than it says.
        now_s = self._monotonic()
        try:
            value = await self._look(name)
        except DependencyUnavailableError:
            entry = self._entries.get(name)
            if entry is None or now_s - entry[0] >= self._max_age_s + self._stale_s:
                raise
            return entry[1]
        if self._looking.get(name) is asyncio.current_task():
            self._keep(name, now_s, value)
        return value

    def _keep(self, name: str, now_s: float, value: V | None) -> None:
        if value is None:
            self._entries.pop(name, None)
            return
        self._entries[name] = (now_s, value)
        self._entries.move_to_end(name)
        if len(self._entries) > self._capacity:
            self._entries.popitem(last=False)

    def _end(self, name: str, task: "asyncio.Task[V | None]") -> None:
        if self._looking.get(name) is task:
            del self._looking[name]
        # Whoever asked may be gone: nobody else is told what went wrong.
        if not task.cancelled():
            task.exception()
