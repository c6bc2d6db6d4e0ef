import io
import os
from contextlib import suppress
from itertools import count

import pytest
from rich.console import Console

from omnigen_local.demo.events import ServerEvent
from omnigen_local.demo.progress import Progress
from omnigen_local.demo.view import LiveView, NobodyReadsError, PlainView, open_view


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def planned_progress() -> Progress:
    progress = Progress()
    scenes = [{"number": 1, "prompt": "[red]a ridge[/red] " + "x" * 80}, {"number": 2, "prompt": "a cup"}]
    progress.apply(ServerEvent("1", "job.planned", {"title": "Dawn", "planned_by": "model", "scenes": scenes}))
    progress.apply(ServerEvent("2", "job.stage_changed", {"status": "generating"}))
    changed = {"at": "2026-11-24T12:00:00Z", "number": 2, "state": "prepared"}
    progress.apply(ServerEvent("3", "scene.changed", changed))
    progress.apply(ServerEvent("4", "cost.changed", {"spent_usd": "0.25"}))
    return progress


def test_a_plain_line_has_the_seconds_in_front() -> None:
    stream, ticks = io.StringIO(), count(100, 2)
    view = PlainView(stream, lambda: float(next(ticks)))
    view.tell("planning")
    view.tell("generating")
    assert stream.getvalue() == "   2.0s  planning\n   4.0s  generating\n"


def test_a_reader_who_has_left_is_told_of_as_such() -> None:
    reader, writer = os.pipe()
    os.close(reader)
    stream = os.fdopen(writer, "w")
    with pytest.raises(NobodyReadsError):
        PlainView(stream, lambda: 0.0).tell("planning")
    with suppress(BrokenPipeError):
        stream.close()


def test_no_terminal_gets_no_control_codes() -> None:
    stream = io.StringIO()
    with open_view(planned_progress(), lambda: 0.0, stream) as view:
        view.tell("planning")
    assert stream.getvalue() == "   0.0s  planning\n"


def test_a_dumb_terminal_gets_plain_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "dumb")
    with open_view(Progress(), lambda: 0.0, Terminal()) as view:
        assert isinstance(view, PlainView)


def test_a_terminal_is_redrawn_in_place(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    stream = Terminal()
    with open_view(planned_progress(), lambda: 0.0, stream) as view:
        view.tell("scene 2/2 prepared")
    assert "\x1b[" in stream.getvalue()


def test_the_live_picture_shows_stage_bar_scenes_elapsed_and_cost() -> None:
    view = LiveView(planned_progress(), lambda: 12.5, started=10.0)
    view.tell("scene 2/2 prepared")
    console = Console(file=io.StringIO(), width=100, force_terminal=False)
    with console.capture() as capture:
        console.print(view)
    picture = capture.get()
    title, head, bar, first, second = picture.splitlines()
    assert title.strip() == "“Dawn”"
    assert head.split() == ["generating", "45%", "2.5", "s", "$0.25", "spent", "scene", "2/2", "prepared"]
    assert "━" in bar
    assert first.split()[:4] == ["·", "scene", "1", "queued"]
    assert "[red]a ridge[/red]" in first
    assert first.rstrip().endswith("…")
    assert second.split() == ["✓", "scene", "2", "prepared", "a", "cup"]
