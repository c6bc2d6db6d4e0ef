"""Async things for tests that are not: a loop in a thread of its own."""

import asyncio
import threading
from collections.abc import Coroutine, Iterator
from contextlib import AbstractAsyncContextManager, contextmanager
from typing import Any, TypeVar

T = TypeVar("T")


class LoopThread:
    """Runs coroutines while the test blocks on something else."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()

    def run(self, coroutine: Coroutine[Any, Any, T]) -> T:
        """Its result."""
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(30)

    def close(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()


@contextmanager
def opened(manager: AbstractAsyncContextManager[T]) -> Iterator[T]:
    """An async context manager, open in another thread for the length of a `with`."""
    thread = LoopThread()
    try:
        yield thread.run(manager.__aenter__())
        thread.run(manager.__aexit__(None, None, None))
    finally:
        thread.close()
