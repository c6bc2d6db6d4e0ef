"""What the end of a prediction means."""

from datetime import UTC, datetime
from typing import Any

import pytest

from omnigen_generator.domain.predictions import MAX_DETAIL, Prediction, PredictionStatus, is_moderated, judge_end
from omnigen_shared.contracts.failure import FailureCode

NOW = datetime(2026, 11, 24, tzinfo=UTC)


def a_prediction(status: PredictionStatus, **news: Any) -> Prediction:
    return Prediction(id="p1", model="a/video", status=status, created_at=NOW, **news)


@pytest.mark.parametrize("text", ["starting", "processing", "succeeded", "failed", "canceled", "aborted"])
def test_documented_statuses_are_read(text: str) -> None:
    assert PredictionStatus.parse(text).value == text


@pytest.mark.parametrize("text", ["", "queued", "SUCCEEDED", "paused"])
def test_an_unknown_status_is_still_running(text: str) -> None:
    assert PredictionStatus.parse(text).is_running


@pytest.mark.parametrize("status", [PredictionStatus.STARTING, PredictionStatus.PROCESSING])
def test_a_running_one_has_not_ended(status: PredictionStatus) -> None:
    assert judge_end(a_prediction(status)) is None


def test_an_output_is_good_news() -> None:
    assert judge_end(a_prediction(PredictionStatus.SUCCEEDED, outputs=("https://x/1.mp4",))) is None


@pytest.mark.parametrize(
    ("status", "code", "is_charged"),
    [
        (PredictionStatus.FAILED, FailureCode.GENERATION_FAILED, False),
        (PredictionStatus.ABORTED, FailureCode.GENERATION_FAILED, False),
        (PredictionStatus.CANCELED, FailureCode.GENERATION_CANCELED, True),
        (PredictionStatus.SUCCEEDED, FailureCode.OUTPUT_UNAVAILABLE, True),
    ],
)
def test_endings_are_told_apart(status: PredictionStatus, code: FailureCode, is_charged: bool) -> None:
    ended = judge_end(a_prediction(status))
    assert ended is not None
    assert (ended.reason.code, ended.is_charged, ended.reason.provider_id) == (code, is_charged, "p1")
    assert ended.reason.code.remedy


@pytest.mark.parametrize(
    ("error", "is_about_content"),
    [
        ("The input or output was flagged as sensitive. Please try again with different inputs. (E005)", True),
        ("NSFW content detected", True),
        ("Prompt violates our usage policy", True),
        ("CUDA out of memory", False),
        ("", False),
    ],
)
def test_moderation_is_recognised(error: str, is_about_content: bool) -> None:
    assert is_moderated(error) is is_about_content
    ended = judge_end(a_prediction(PredictionStatus.FAILED, error=error))
    assert ended is not None
    assert (ended.reason.code is FailureCode.CONTENT_MODERATED) is is_about_content


def test_a_long_error_is_cut() -> None:
    ended = judge_end(a_prediction(PredictionStatus.FAILED, error="x" * 10_000))
    assert ended is not None
    assert len(ended.reason.detail) < MAX_DETAIL + 100
