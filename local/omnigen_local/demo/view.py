"""What a person sees while a job runs: a live view in a terminal, one plain line per change anywhere else."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final, Literal, Protocol, TextIO, TypedDict

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.text import Text

from omnigen_local.demo.progress import Progress, SceneLine
from omnigen_shared.contracts.job import SceneState

Clock = Callable[[], float]


class _OneLine(TypedDict):
    no_wrap: bool
    overflow: Literal["ellipsis"]


_MARKS: Final[dict[str, tuple[str, str]]] = {
    SceneState.QUEUED: ("·", "dim"),
    SceneState.THROTTLED: ("…", "yellow"),
    SceneState.GENERATING: ("▸", "cyan"),
    SceneState.INGESTED: ("▸", "blue"),
    SceneState.PREPARED: ("✓", "green"),
    SceneState.FAILED: ("✗", "red"),
}
_BAR_WIDTH: Final = 72
_ONE_LINE: Final[_OneLine] = {"no_wrap": True, "overflow": "ellipsis"}


class NobodyReadsError(Exception):
    """Standard output was closed by whoever read it."""


class View(Protocol):
    """Shows a job's progress."""

    def tell(self, line: str) -> None:
        """A change that is worth a line. NobodyReadsError when it can be told to nobody any more."""
        ...


class PlainView:
    """One line per change, with the seconds since the start in front; no control codes."""

    def __init__(self, stream: TextIO, clock: Clock = time.monotonic) -> None:
        self._stream = stream
        self._clock = clock
        self._started = clock()

    def tell(self, line: str) -> None:
        try:
            print(f"{self._clock() - self._started:6.1f}s  {line}", file=self._stream, flush=True)
        except BrokenPipeError:
            raise NobodyReadsError from None


@dataclass(slots=True)
class LiveView:
    """Redrawn in place: rich asks for a fresh picture several times a second."""

    progress: Progress
    clock: Clock
    started: float
    last_line: str = ""

    def tell(self, line: str) -> None:
        self.last_line = line

    def __rich__(self) -> RenderableType:
        progress = self.progress
        title = [Text(f"“{progress.title}”", style="italic", **_ONE_LINE)] if progress.title else []
        bar = ProgressBar(1.0, progress.fraction, _BAR_WIDTH, complete_style="cyan", finished_style="green")
        scenes = [_scene_text(progress.scenes[number]) for number in sorted(progress.scenes)]
        return Group(*title, self._head(), bar, Text(), *scenes)

    def _head(self) -> Text:
        progress, elapsed_s = self.progress, self.clock() - self.started
        return Text.assemble(
            (f"{progress.stage:<11}", "bold"),
            f"{progress.fraction:5.0%} {elapsed_s:7.1f} s   ${progress.spent_usd} spent   ",
            (self.last_line, "dim"),
            **_ONE_LINE,
        )


def _scene_text(scene: SceneLine) -> Text:
    mark, style = _MARKS.get(scene.state, ("?", ""))
    return Text.assemble(
        (mark, style),
        f" scene {scene.number:<2}  ",
        (f"{scene.state:<11}", style),
        (scene.detail or scene.prompt, "dim"),
        **_ONE_LINE,
    )


@contextmanager
def open_view(progress: Progress, clock: Clock = time.monotonic, stream: TextIO | None = None) -> Iterator[View]:
    """The view that suits standard output (or the given stream)."""
    stream = stream or sys.stdout
    console = Console(file=stream)
    if not stream.isatty() or console.is_dumb_terminal:
        yield PlainView(stream, clock)
        return
    view = LiveView(progress, clock, clock())
    with Live(view, console=console, refresh_per_second=8, redirect_stdout=False, redirect_stderr=False):
        yield view
