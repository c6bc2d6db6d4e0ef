import math

import pytest
from tests.fakes.simulator import a_prediction

from omnigen_local.simulator.lifecycle import (
    FAILED,
    FAILED_AT_START,
    LONGEST_START_S,
    MODERATED,
    is_billed,
    plan_course,
    write_logs,
)
from omnigen_local.simulator.predictions import Status, show_time
from omnigen_local.simulator.table import MODELS, TINY


def test_the_usual_course_ends_after_the_latency() -> None:
    course = plan_course(2, {})
    assert (course.starts_s, course.ends_s, course.end, course.error) == (0.2, 2, Status.SUCCEEDED, None)
    assert course.renders


def test_a_long_latency_does_not_delay_the_start() -> None:
    assert plan_course(30, {}).starts_s == LONGEST_START_S


def test_slow_and_stuck_change_when_it_ends() -> None:
    assert plan_course(2, {"slow": 40}).ends_s == 40
    assert plan_course(2, {"stuck": 0}).ends_s == math.inf


@pytest.mark.parametrize(
    ("fault", "end", "error", "starts"),
    [
        ("failed", Status.FAILED, FAILED, True),
        ("moderated", Status.FAILED, MODERATED, True),
        ("failed_at_start", Status.FAILED, FAILED_AT_START, False),
        ("aborted", Status.ABORTED, None, False),
    ],
)
def test_bad_ends(fault: str, end: Status, error: str | None, starts: bool) -> None:
    course = plan_course(2, {fault: 0})
    assert (course.end, course.error, course.starts_s is not None) == (end, error, starts)
    assert not course.renders


def test_moderation_says_so_in_the_provider_s_words() -> None:
    assert "flagged as sensitive" in MODERATED
    assert "(E005)" in MODERATED


@pytest.mark.parametrize(
    ("status", "has_started", "billed"),
    [
        (Status.SUCCEEDED, True, True),
        (Status.CANCELED, True, True),
        (Status.CANCELED, False, False),
        (Status.FAILED, True, False),
        (Status.FAILED, False, False),
        (Status.ABORTED, False, False),
    ],
)
def test_what_is_billed(status: Status, has_started: bool, billed: bool) -> None:
    prediction = a_prediction(status=status, started_at=1_001.0 if has_started else None)
    assert is_billed(prediction) is billed


def test_four_statuses_are_final() -> None:
    assert [status.value for status in Status if status.is_final] == ["succeeded", "failed", "canceled", "aborted"]


def test_listing_is_late_or_never_by_fault() -> None:
    assert a_prediction().listed_at == 1_000
    assert a_prediction(faults={"listed_late": 90}).listed_at == 1_090
    assert a_prediction(faults={"never_listed": 0}).listed_at is None


def test_logs_name_the_seed_of_a_clip() -> None:
    assert "Using seed: 7" in write_logs(TINY, a_prediction(input={"prompt": "a lake", "seed": 7}))
    assert "seed" not in write_logs(MODELS["openai/gpt-4o-mini"], a_prediction())


def test_times_are_shown_as_rfc_3339_with_milliseconds() -> None:
    assert show_time(1_795_550_455.2084) == "2026-11-24T20:00:55.208Z"
    assert show_time(None) is None
