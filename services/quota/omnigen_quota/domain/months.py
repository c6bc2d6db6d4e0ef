"""Days and months in UTC: which one an instant is charged to, when it ends, which neighbours may know a job already."""

from datetime import UTC, datetime, timedelta
from typing import Final

REMEMBERED: Final = timedelta(hours=25)
"""How long a closed job stays in the month's item: longer than an Idempotency-Key may be repeated (24 h)."""
CLOCK_SKEW: Final = timedelta(minutes=1)
"""How far the clocks of two quota processes may lie apart."""


def day_of(instant: datetime) -> str:
    """The day (UTC) of an aware instant, as YYYY-MM-DD."""
    return instant.astimezone(UTC).strftime("%Y-%m-%d")


def month_of(instant: datetime) -> str:
    """The month of an aware instant, as YYYY-MM."""
    return instant.astimezone(UTC).strftime("%Y-%m")


def end_of_month(instant: datetime) -> datetime:
    """The first instant of the next month: when monthly caps start again."""
    day = instant.astimezone(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    return (day + timedelta(days=32)).replace(day=1)


def adjacent_months(now: datetime) -> tuple[str, ...]:
    """The other months in which a job that is reserved now may already stand; none but near a month's border."""
    nearby = (month_of(now - REMEMBERED), month_of(now + CLOCK_SKEW))
    return tuple(month for month in nearby if month != month_of(now))
