"""How long an answer of somebody else is waited for, so that there is one of ours in time."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from omnigen_shared.errors import DependencyUnavailableError

ANSWER_WITHIN_S: Final = 12.0
"""Of a table that keeps silent: a first try and a second one, which finds a table that is back. Below the 25 s that a
service has for its answer, so that there is one, which says when to come again."""


@asynccontextmanager
async def within_reason(who: str, within_s: float = ANSWER_WITHIN_S) -> AsyncIterator[None]:
    """DependencyUnavailableError when the block takes longer."""
    try:
        async with asyncio.timeout(within_s):
            yield
    except TimeoutError as error:
        raise DependencyUnavailableError(f"{who} keeps silent.", retry_after_s=1) from error
