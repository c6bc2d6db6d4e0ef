"""How many streams a user may hold open here: each takes two of the process's descriptors for as long as it lasts."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from omnigen_gateway.domain.problems import TooManyStreamsError
from omnigen_shared.contracts.base import UserId


class OpenStreams:
    """Counts them, for one gateway. 0 sets no limit."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._open: Counter[UserId] = Counter()

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
