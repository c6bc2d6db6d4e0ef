"""Work that a service does again and again beside its requests: a reaper, a sweeper."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable

import structlog

_log = structlog.get_logger()


@contextlib.asynccontextmanager
async def repeating(work: Callable[[], Awaitable[object]], interval_s: float) -> AsyncIterator[None]:
    """Does the work at once and again `interval_s` after each end, whatever it raises, until the context is left.

    Leaving cancels what is under way and waits for its end.
    """
    task = asyncio.create_task(_repeat(work, interval_s))
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


async def _repeat(work: Callable[[], Awaitable[object]], interval_s: float) -> None:
    while True:
        try:
            await work()
        except Exception as error:
            _log.exception("repeated_work_failed", work=getattr(work, "__qualname__", type(work).__name__))
            # gather() answers a cancellation with its children's error when one has failed already.
            if _is_cancelled():
                raise asyncio.CancelledError from error
        await asyncio.sleep(interval_s)


def _is_cancelled() -> bool:
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0
