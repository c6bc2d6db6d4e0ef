"""Stops asking an upstream that does not answer, and asks again now and then."""

import math
from typing import Final

FAILURES_TO_OPEN: Final = 5
OPEN_S: Final = 5.0


class Breaker:
    """Closed until FAILURES_TO_OPEN failures in a row; then one probe every OPEN_S until one succeeds.

    Letting a probe through moves the next one on at once, so a probe that never reports holds nothing up.
    """

    def __init__(self) -> None:
        self._failures = 0
        self._next_probe_s = 0.0

    @property
    def is_open(self) -> bool:
        return self._failures >= FAILURES_TO_OPEN

    def admit(self, now_s: float) -> int | None:
        """None when the call may be made, else the seconds after which to try again."""
        if not self.is_open:
            return None
        if now_s >= self._next_probe_s:
            self._next_probe_s = now_s + OPEN_S
            return None
        return math.ceil(self._next_probe_s - now_s)

    def record_success(self) -> None:
        self._failures = 0

    def record_failure(self, now_s: float) -> None:
        self._failures += 1
        if self._failures == FAILURES_TO_OPEN:
            self._next_probe_s = now_s + OPEN_S
