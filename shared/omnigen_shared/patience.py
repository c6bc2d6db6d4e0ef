"""How long an answer of somebody else is waited for, so that there is one of ours in time."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from math import inf
from typing import Final

from omnigen_shared.errors import DependencyUnavailableError

ANSWER_WITHIN_S: Final = 12.0
"""Of a table that keeps silent: a first try and a second one, which finds a table that is back. Below the 25 s that a
service has for its answer, so that there is one, which says when to come again."""
TO_TELL_S: Final = 1.0
"""What is left of a request's time, when a wait has to end, to tell of it."""
TO_TELL_SHARE: Final = 0.1
"""More than this share of a short time is not left for it."""


@dataclass(slots=True)
class _Due:
    """When the waits of the request at work end, on the loop's clock. Tasks that outlive it are not held to it."""

    at_s: float
    is_over: bool = False


_due: ContextVar[_Due | None] = ContextVar("due", default=None)


@contextmanager
def answering_within(seconds: float | None) -> Iterator[None]:
    """What is waited for in the block ends a moment before these are over, in however many waits. None: it may last."""
    due = None if seconds is None else _Due(asyncio.get_running_loop().time() + _time_to_wait(seconds))
    token = _due.set(due)
    try:
        yield
    finally:
        if due is not None:
            due.is_over = True
        _due.reset(token)


@asynccontextmanager
async def within_reason(who: str, within_s: float = ANSWER_WITHIN_S) -> AsyncIterator[None]:
    """DependencyUnavailableError when the block takes longer, or longer than the request at work may take."""
    left_s = min(within_s, _left_s())
    try:
        async with asyncio.timeout(None if left_s == inf else left_s):
            yield
    except TimeoutError as error:
        raise DependencyUnavailableError(f"{who} keeps silent.", retry_after_s=1) from error


def _time_to_wait(seconds: float) -> float:
    return seconds - min(TO_TELL_S, TO_TELL_SHARE * seconds)


def _left_s() -> float:
    due = _due.get()
    if due is None or due.is_over:
        return inf
    return max(0.0, due.at_s - asyncio.get_running_loop().time())
