"""What the bench of the pipeline counts."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from bench.pipeline import APART, LATENCIES_S, ORDERS, Timings
from bench.timeline import RENDER, Span, covered_s, read_events, read_steps, read_works

from omnigen_local.simulator.faults import find_markers
from omnigen_shared.contracts.catalogue import DEFAULT_VIDEO_MODEL, PLANNER_MODEL

START = datetime(2026, 11, 27, tzinfo=UTC)


def at(second: float) -> datetime:
    return START + timedelta(seconds=second)


def span(what: str, began: float, ended: float) -> Span:
    return Span("somebody", what, at(began), at(ended))


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
            span("SoundtrackRequest", 36, 38.5),
            span(RENDER, 39, 40),
        ],
    )
    assert (timings.planner_s, timings.slowest_clip_s) == (1, 30)
    assert (timings.last_segment_s, timings.segments_s, timings.render_s) == (3, 4, 1)
    assert (timings.least_s, timings.least_here_s) == (35, 36)
    assert (timings.over_least, timings.over_least_here) == (1.1714, 1.1389)
    assert timings.in_turn_s == 1 + 20 + 30 + 6 + 6 + 3 + 3 + 2.5 + 1


def test_of_a_last_segment_only_what_comes_after_the_last_clip_counts() -> None:
    timings = Timings(
        wall=span("job", 0, 41),
        calls=[span(DEFAULT_VIDEO_MODEL, 4, 34)],
        works=[span("BodyRequest", 30, 33), span("TransitionRequest", 33, 37)],
    )
    assert (timings.last_segment_s, timings.segments_s) == (3, 3)


def test_logs_are_read_as_spans(tmp_path: Path) -> None:
    work = b'{"event":"work_done","kind":"BodyRequest","own_ms":1500,"queued_ms":9,"timestamp":"2026-11-27T00:00:10Z"}'
    (tmp_path / "composer.log").write_bytes(b"warming up\n" + work + b'\n{"event":"video_made"}\n')
    step = (
        b'"step":"scene","scene":2,"outcome":"waiting","wait_s":2,"duration_ms":80,"timestamp":"2026-11-27T00:00:05Z"'
    )
    (tmp_path / "generator.log").write_bytes(b'{"event":"step_taken",' + step + b"}\n")
    assert read_works(tmp_path) == [Span("composer", "BodyRequest", at(8.5), at(10))]
    assert read_steps(tmp_path) == [Span("generator", "scene 2: waiting, again after 2 s", at(4.92), at(5))]


def test_the_clips_that_end_one_by_one_are_all_there_and_the_last_is_no_faster() -> None:
    assert APART == "slow=20@1, slow=22@2, slow=24@3, slow=26@4, slow=28@5, slow=30@6"
    assert [marker.value for marker in find_markers(str(ORDERS["one_by_one"]["prompt"]))] == list(LATENCIES_S)


def test_events_are_moments() -> None:
    told: list[dict[str, Any]] = [
        {"type": "job.created", "at": "2026-11-27T00:00:01Z"},
        {"type": "scene.changed", "at": "2026-11-27T00:00:02Z", "number": 3, "state": "prepared"},
    ]
    created, changed = read_events(told)
    assert (created.what, created.began, created.took_s) == ("job.created", at(1), 0)
    assert changed.what == "scene.changed: 3 prepared"
