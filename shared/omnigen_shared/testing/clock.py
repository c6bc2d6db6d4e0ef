"""A clock that a test moves by hand."""

from datetime import UTC, datetime, timedelta


class FrozenClock:
    """Stands at an instant until it is advanced."""

    def __init__(self, instant: datetime | None = None) -> None:
        self.instant = instant or datetime(2026, 11, 24, 12, 0, tzinfo=UTC)

    def now(self) -> datetime:
        return self.instant

    def advance(self, seconds: float) -> None:
        self.instant += timedelta(seconds=seconds)
