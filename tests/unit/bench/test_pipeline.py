"""What the bench of the pipeline counts."""

from datetime import UTC, datetime, timedelta

import pytest
from bench.pipeline import RENDER, Span, Timings, covered_s

from omnigen_shared.contracts.catalogue import DEFAULT_VIDEO_MODEL, PLANNER_MODEL

START = datetime(2026, 11, 27, tzinfo=UTC)


def at(second: float) -> datetime:
    return START + timedelta(seconds=second)


def span(what: str, began: float, ended: float) -> Span:
    return Span(what, at(began), at(ended))


@pytest.mark.parametrize(
    ("spans", "expected_s"),
    [
        ([], 0),
        ([(0, 2), (5, 6)], 3),
        ([(1, 4), (0, 2)], 4),
        ([(0, 9), (2, 3)], 9),
        ([(5, 3), (0, 1)], 1),
    ],
)
def test_what_is_done_side_by_side_counts_once(spans: list[tuple[float, float]], expected_s: float) -> None:
    assert covered_s((at(began), at(ended)) for began, ended in spans) == expected_s


def test_only_what_is_left_after_the_last_clip_is_the_composers() -> None:
    timings = Timings(
        wall=span("job", 0, 41),
        calls=[
            span(PLANNER_MODEL.name, 1, 2),
            span(DEFAULT_VIDEO_MODEL, 3, 23),
            span(DEFAULT_VIDEO_MODEL, 4, 34),
            span("music", 3, 9),
        ],
        works=[
            span("BodyRequest", 24, 30),
            span("BodyRequest", 33, 36),
            span("BodyRequest", 35, 38),
            span(RENDER, 39, 40),
        ],
    )
    assert (timings.planner_s, timings.slowest_clip_s) == (1, 30)
    assert (timings.segments_s, timings.render_s) == (4, 1)
    assert timings.least_s == 36
    assert timings.in_turn_s == 1 + 20 + 30 + 6 + 6 + 3 + 3 + 1
