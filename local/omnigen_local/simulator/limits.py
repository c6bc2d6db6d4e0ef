"""The provider's rate limits: so many calls in a minute."""

import time
from collections.abc import Callable


class MinuteLimiter:
    """Counts calls in fixed windows of a minute."""

    def __init__(self, per_minute: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._per_minute = per_minute
        self._clock = clock
        self._window = 0.0
        self._count = 0

    def take(self) -> float | None:
        """None if the call is let through, else the seconds until the limit resets."""
        now = self._clock()
        if now - self._window >= 60:  # noqa: PLR2004 - a minute
            self._window, self._count = now, 0
        self._count += 1
        return None if self._count <= self._per_minute else self._window + 60 - now
