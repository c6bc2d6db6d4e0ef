from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omnigen_shared.clock import SystemClock, from_rfc3339, to_rfc3339

instants = st.datetimes(min_value=datetime(2000, 1, 1), max_value=datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


@given(instants)
def test_a_time_comes_back_as_it_went(instant: datetime) -> None:
    assert from_rfc3339(to_rfc3339(instant)) == instant


@given(instants, instants)
def test_text_sorts_as_time_does(one: datetime, other: datetime) -> None:
    assert (to_rfc3339(one) < to_rfc3339(other)) == (one < other)


def test_other_zones_are_told_in_utc() -> None:
    here = datetime(2026, 11, 24, 19, 0, tzinfo=timezone(timedelta(hours=1)))
    assert to_rfc3339(here) == "2026-11-24T18:00:00.000000Z"


def test_what_is_no_time_is_refused() -> None:
    with pytest.raises(ValueError, match="Invalid isoformat"):
        from_rfc3339("yesterday")


def test_the_system_clock_is_aware() -> None:
    assert SystemClock().now().tzinfo is UTC
