"""What a file of spans tells."""

from pathlib import Path

import orjson
import pytest

from omnigen_local.traces import read_traces


def line(name: str, span_id: str, parent_id: str | None, begin_s: int, end_s: int, trace_id: str = "t1") -> bytes:
    at = "2026-03-01T00:00:{:02d}.000000Z"
    span = {
        "name": name,
        "context": {"trace_id": trace_id, "span_id": span_id},
        "parent_id": parent_id,
        "start_time": at.format(begin_s),
        "end_time": at.format(end_s),
        "attributes": {"omnigen.scene": 2} if name == "child" else {},
        "resource": {"attributes": {"service.name": "omnigen-jobs"}},
    }
    return orjson.dumps(span) + b"\n"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "trace.jsonl"
    lines = [
        line("child", "s2", "s1", 2, 4),
        line("other", "s9", None, 0, 1, "t2"),
        line("root", "s1", None, 0, 3),
        line("late", "s3", "s2", 8, 10),
        line("lost", "s4", "s5", 9, 10),
    ]
    path.write_bytes(b"".join(lines))
    return path


def test_the_largest_trace_comes_first_in_the_order_of_time(path: Path) -> None:
    large, small = read_traces(path)
    assert [span.name for span in large.spans] == ["root", "child", "late", "lost"]
    assert [span.name for span in small.spans] == ["other"]


def test_spans_without_their_parent_are_named(path: Path) -> None:
    assert [span.name for span in read_traces(path)[0].find_lost()] == ["lost"]


def test_time_that_no_span_accounts_for_is_not_covered(path: Path) -> None:
    trace = read_traces(path)[0]
    begin = trace.spans[0].begin
    assert trace.covered_share(begin, begin + 10) == pytest.approx(0.6)
    assert trace.covered_share(begin, begin + 4) == pytest.approx(1)


def test_the_waterfall_shows_each_span_below_its_parent(path: Path) -> None:
    told = read_traces(path)[0].waterfall()
    assert [text.rpartition("| ")[2] for text in told] == [
        "jobs root",
        "  jobs child (scene=2)",
        "    jobs late",
        "jobs lost",
    ]
    assert told[1].startswith("    2.00    2.00 s |         #########")
