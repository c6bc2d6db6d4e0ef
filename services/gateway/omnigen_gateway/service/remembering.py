"""What was looked up is remembered for a moment; who asks for the same thing meanwhile waits for the same look."""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from typing import Final, Generic, TypeVar

from omnigen_gateway.domain.breaker import Breaker
from omnigen_shared.errors import DependencyUnavailableError

V = TypeVar("V")
CAPACITY: Final = 10_000
AHEAD_S: Final = 10.0
"""What is asked for in the last seconds of its age is looked up anew beside the request: nobody waits for it."""
PATIENCE_S: Final = 1.0
"""How long a look is waited for where an older value would do."""
PAUSE_S: Final = 5.0
"""After a look in vain, an older value does for so long without another one."""


class Memory(Generic[V]):
    """Values by name, none older than `max_age_s`; at most `capacity`, the least recently used leaving first.

    While `look` raises DependencyUnavailableError or keeps silent, a value is given for `stale_s` longer: of a name
    whose look was in vain a moment ago, and of every name while no look succeeds. None is never remembered.
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
        self._breaker = Breaker()
        self._paused_until_s: dict[str, float] = {}
        """By name; of names that are remembered."""
        self._entries: OrderedDict[str, tuple[float, V]] = OrderedDict()
        self._looking: dict[str, asyncio.Task[V | None]] = {}
        self._under_way: set[asyncio.Task[V | None]] = set()
        """With those that were forgotten meanwhile."""

    def __len__(self) -> int:
        return len(self._entries)

    def find(self, name: str) -> V | None:
        """What is remembered; None when `get` has to look."""
        entry = self._entries.get(name)
        if entry is None:
            return None
        left_s = entry[0] + self._max_age_s - self._monotonic()
        if left_s <= 0:
            return None
        if left_s <= AHEAD_S and name not in self._looking and self._may_look(name):
            self._begin(name)
        self._entries.move_to_end(name)
        return entry[1]

    async def get(self, name: str) -> V | None:
        """What is remembered, or what a look finds. A caller that leaves does not stop the look for others."""
        found = self.find(name)
        if found is not None:
            return found
        older = self._find_older(name)
        if older is None:
            return await asyncio.shield(self._begin(name))
        if name not in self._looking and not self._may_look(name):
            return older
        try:
            async with asyncio.timeout(PATIENCE_S):
                return await asyncio.shield(self._begin(name))
        except (DependencyUnavailableError, TimeoutError):
            self._pause(name)
            return older

    def forget(self, name: str) -> None:
        """The next one who asks has it looked up anew; a look that is under way is not remembered."""
        self._entries.pop(name, None)
        self.overtake(name)

    def overtake(self, name: str) -> None:
        """The next one who asks does not wait for a look that is under way: it may have seen what has changed since."""
        self._looking.pop(name, None)

    async def land(self) -> None:
        """Wait until no look is under way."""
        await asyncio.gather(*self._under_way, return_exceptions=True)

    def _may_look(self, name: str) -> bool:
        now_s = self._monotonic()
        return self._paused_until_s.get(name, now_s) <= now_s and self._breaker.admit(now_s) is None

    def _pause(self, name: str) -> None:
        """A look was in vain, which all who wait for it say; it is one failure."""
        now_s = self._monotonic()
        if name not in self._entries or self._paused_until_s.get(name, now_s) > now_s:
            return
        if len(self._paused_until_s) >= self._capacity:
            self._paused_until_s.clear()
        self._paused_until_s[name] = now_s + PAUSE_S
        self._breaker.record_failure(now_s)

    def _find_older(self, name: str) -> V | None:
        """A value whose age is over, but not by so much that it could not stand in."""
        entry = self._entries.get(name)
        if entry is None or self._monotonic() - entry[0] >= self._max_age_s + self._stale_s:
            return None
        return entry[1]

    def _begin(self, name: str) -> "asyncio.Task[V | None]":
        """The look that is under way, or a new one."""
        looking = self._looking.get(name)
        if looking is None:
            looking = self._looking[name] = asyncio.create_task(self._look_up(name))
            self._under_way.add(looking)
            looking.add_done_callback(lambda task: self._end(name, task))
        return looking

    async def _look_up(self, name: str) -> V | None:
        # Its age counts from before the look: what changes meanwhile is no older than it says.
        now_s = self._monotonic()
        value = await self._look(name)
        self._paused_until_s.pop(name, None)
        self._breaker.record_success()
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
        self._under_way.discard(task)
        if self._looking.get(name) is task:
            del self._looking[name]
        # Whoever asked may be gone, and a look ahead was asked for by nobody: who has to know asks again.
        if not task.cancelled() and isinstance(task.exception(), DependencyUnavailableError):
            self._pause(name)
