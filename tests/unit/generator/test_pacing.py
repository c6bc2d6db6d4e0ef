"""Waits and windows."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omnigen_generator.domain.attempts import TimeLimits, Window
from omnigen_generator.domain.pacing import (
    JITTER_S,
    MAX_BACKOFF_S,
    MAX_HINT_S,
    MAX_POLL_S,
    backoff_wait_s,
    poll_wait_s,
    throttle_wait_s,
)

START = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
WINDOW = Window(START, START + timedelta(seconds=200), TimeLimits(execution_budget_s=100, reserve_s=20))


def after(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


@given(st.floats(0, 10_000))
def test_waits_are_whole_seconds_within_their_bounds(elapsed_s: float) -> None:
    assert 1 <= poll_wait_s(elapsed_s) <= MAX_POLL_S
    assert 1 <= backoff_wait_s(elapsed_s) <= MAX_BACKOFF_S
    assert isinstance(poll_wait_s(elapsed_s), int)


def test_a_poll_costs_a_prediction_a_few_hundredths_of_its_time() -> None:
    assert [poll_wait_s(age_s) for age_s in (0, 20, 40, 60, 90, 300)] == [1, 1, 1, 2, 3, 3]


@given(st.one_of(st.none(), st.integers(0, 10_000)), st.text())
def test_a_throttled_call_waits_at_least_as_long_as_it_is_told(hint_s: int | None, salt: str) -> None:
    wait_s = throttle_wait_s(hint_s, salt)
    assert min(max(hint_s or 1, 1), MAX_HINT_S) <= wait_s <= MAX_HINT_S + JITTER_S
    assert wait_s == throttle_wait_s(hint_s, salt)


def test_throttled_scenes_do_not_all_come_back_at_once() -> None:
    assert len({throttle_wait_s(30, f"scene-{number:02}.1") for number in range(1, 20)}) > 1


@pytest.mark.parametrize(("elapsed_s", "is_spent"), [(0, False), (99, False), (100, True), (500, True)])
def test_an_execution_is_spent_after_its_budget(elapsed_s: float, is_spent: bool) -> None:
    assert WINDOW.is_spent(after(elapsed_s)) is is_spent


@pytest.mark.parametrize(
    ("elapsed_s", "wait_s", "is_late"), [(0, 0, False), (179, 0, False), (180, 0, True), (178, 2, True)]
)
def test_the_last_part_of_a_jobs_time_is_kept_for_its_end(elapsed_s: float, wait_s: float, is_late: bool) -> None:
    assert WINDOW.is_late(after(elapsed_s), wait_s) is is_late


def test_the_share_of_time_used() -> None:
    assert WINDOW.share_used(after(50)) == 0.25
    assert Window(START, START, TimeLimits()).share_used(START) == 1


def test_a_clock_that_runs_behind_makes_no_negative_time() -> None:
    assert WINDOW.elapsed_s(after(-5)) == 0
