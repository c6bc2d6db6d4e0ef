"""Anybody may ask whether we are ready: what stands behind is not asked each time."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Final

HOLDS_S: Final = 1.0


class Glance:
    """A check that all who ask at once share, and that is not made again for HOLDS_S once it has held."""

    def __init__(self, check: Callable[[], Awaitable[object]], monotonic: Callable[[], float] = time.monotonic) -> None:
        self._check = check
        self._monotonic = monotonic
        self._held_at_s = float("-inf")
        self._checking: asyncio.Task[None] | None = None

    async def __call__(self) -> None:
        """Raises what the check raises."""
        if self._monotonic() - self._held_at_s < HOLDS_S:
            return
        if self._checking is None or self._checking.done():
            self._checking = asyncio.create_task(self._look())
        await asyncio.shield(self._checking)

    async def _look(self) -> None:
        await self._check()
        self._held_at_s = self._monotonic()
