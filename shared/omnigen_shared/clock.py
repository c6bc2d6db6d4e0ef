"""Time as an argument: services ask a clock, tests hand them one that stands still."""

from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """Where a service gets the time from."""

    def now(self) -> datetime:
        """The present instant, aware, in UTC."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)


def to_rfc3339(instant: datetime) -> str:
    """An aware instant as text that sorts by time: 2026-11-24T18:08:23.000000Z."""
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def from_rfc3339(text: str) -> datetime:
    """The inverse of to_rfc3339; ValueError for anything else that is no RFC 3339 time."""
    return datetime.fromisoformat(text)
