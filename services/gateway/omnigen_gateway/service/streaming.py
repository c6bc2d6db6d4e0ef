"""How many streams a user may hold open here: each takes two of the process's descriptors for as long as it lasts."""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from omnigen_gateway.domain.problems import TooManyStreamsError
from omnigen_shared.contracts.base import UserId


class OpenStreams:
    """Counts them, for one gateway. 0 sets no limit. Once `is_stopping` they are ended, and go on elsewhere."""

    def __init__(self, limit: int, is_stopping: Callable[[], bool] = lambda: False) -> None:
        self._limit = limit
        self._is_stopping = is_stopping
        self._open: Counter[UserId] = Counter()
        self._ends: set[Callable[[], None]] = set()

    @contextmanager
    def hold(self, user_id: UserId) -> Iterator[None]:
        """Of the user's streams this is one until the block ends. TooManyStreamsError when there are enough."""
        if 0 < self._limit <= self._open[user_id]:
            raise TooManyStreamsError(self._limit)
        self._open[user_id] += 1
        try:
            yield
        finally:
            self._open[user_id] -= 1
            if not self._open[user_id]:
                del self._open[user_id]

    @contextmanager
    def ended_by(self, end: Callable[[], None]) -> Iterator[None]:
        """This ends the stream that the block relays."""
        self._ends.add(end)
        try:
            yield
        finally:
            self._ends.discard(end)

    async def look(self) -> None:
        """End all of them when it is time to: they would go on for as long as open requests are waited for."""
        if self._is_stopping():
            for end in tuple(self._ends):
                end()
