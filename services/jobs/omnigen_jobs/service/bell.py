"""What this process has just committed, for those in it who would otherwise wait for their next look at the table."""

from collections.abc import Callable

from omnigen_jobs.domain.changes import Change

Listener = Callable[[Change], None]


class Bell:
    """Rings for what one process writes: whoever needs all of it reads the table as well."""

    def __init__(self) -> None:
        self._listeners: list[Listener] = []

    def listen(self, listener: Listener) -> None:
        """Called at once with each change from now on; it returns at once."""
        self._listeners.append(listener)

    def ring(self, change: Change) -> None:
        for listener in self._listeners:
            listener(change)
