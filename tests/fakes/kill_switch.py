"""Kills a worker right after one of its calls has had its effect, or right before it has."""

from dataclasses import dataclass
from typing import Any, TypeVar

T = TypeVar("T")


class Killed(BaseException):
    """No code of ours catches it: like SIGKILL, it runs no handler that matters."""


@dataclass(slots=True)
class KillSwitch:
    """Counts all guarded calls; the one with number `at` (from 1) is the last one that this worker makes."""

    at: int = 0
    is_before: bool = False
    calls: int = 0

    def guard(self, port: T) -> T:
        """The port, counted."""
        return _Guarded(port, self)  # type: ignore[return-value]  # it answers to the same names

    def count(self, *, is_before: bool) -> None:
        if is_before:
            self.calls += 1
        if self.calls == self.at and self.is_before == is_before:
            raise Killed


class _Guarded:
    def __init__(self, port: Any, switch: KillSwitch) -> None:
        self._port = port
        self._switch = switch

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._port, name)

        async def call(*args: Any, **options: Any) -> Any:
            self._switch.count(is_before=True)
            result = await method(*args, **options)
            self._switch.count(is_before=False)
            return result

        return call
