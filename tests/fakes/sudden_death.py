"""A process that dies between two calls, or after a call was heard and before its answer came."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any


class KilledError(BaseException):
    """Nothing of ours handles it, as nothing handles SIGKILL."""


@dataclass
class Fate:
    """Death at the `nth` call (from 0) of everything that shares this fate; `is_heard`: the call still happens."""

    nth: int
    is_heard: bool
    calls: int = 0

    @property
    def has_struck(self) -> bool:
        return self.calls > self.nth


class Mortal:
    """A port whose caller may die at any of its calls."""

    def __init__(self, port: Any, fate: Fate) -> None:
        self._port = port
        self._fate = fate

    def __getattr__(self, name: str) -> Any:
        return self._guard(getattr(self._port, name))

    def _guard(self, method: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
        async def call(*args: Any) -> Any:
            number, self._fate.calls = self._fate.calls, self._fate.calls + 1
            if number == self._fate.nth and not self._fate.is_heard:
                raise KilledError
            answer = await method(*args)
            if number == self._fate.nth:
                raise KilledError
            return answer

        return call
