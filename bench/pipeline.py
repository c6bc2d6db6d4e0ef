"""`make bench-pipeline`: how much of a video's time nobody works on it.

One job of six clips of 5 s on a local stack whose provider takes 30 s for each clip. Every term is read from what the
system itself writes, none from a clock of the bench:

| term | from |
| --- | --- |
| wall | the job's events, from `job.created` to `job.completed` |
| planner, clip | the provider's `created_at` and `completed_at` of each call |
| composer | `work_done` in its log: the time of the line, and `own_ms` back from it, without what it had to queue |

The goal compares the wall time with planner + slowest clip + the composer's own time for what is left when the last
clip has ended: its work on segments after that moment (side by side, so that each second counts once), and the render.
The six clips end together, so that is all their bodies; had they ended one by one, it would be the last one's.
Everything else is overhead: workers that wake up, pauses until somebody looks again, storing, booking, a composer that
nobody asks. Beside it stands what the same calls and works take one after the other.
"""

import asyncio
import os
import sys
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final, Self

import orjson
from rich.console import Console
from rich.table import Table
from tests.fakes.provider_books import list_calls
from tests.integration.visitors import Watched, visit

from bench.goals import Scoreboard
from omnigen_local.addresses import CREDENTIALS
from omnigen_local.environments import forget_accounts
from omnigen_local.stack import LocalStack, StackPlan
from omnigen_shared.contracts.catalogue import PLANNER_MODEL, VIDEO_MODELS

LATENCY_S: Final = 30
ORDER: Final = {
    "prompt": "an ad for a small roastery in the mountains, from the first light to the last cup",
    "model": "pixverse/pixverse-v5.6",
    "duration_s": 27,
    "resolution": "720p",
    "seed": 11,
}
"""A model that sells 5, 8 and 10 s: 27 s with half a second of crossfade are six clips of 5 s."""
CLIPS: Final = 6
MOST: Final = 1.05
RENDER: Final = "RenderRequest"


@dataclass(frozen=True)
class Span:
    """Something that somebody worked on."""

    what: str
    began: datetime
    ended: datetime

    @property
    def took_s(self) -> float:
        return (self.ended - self.began).total_seconds()

    @classmethod
    def of_call(cls, call: dict[str, Any]) -> Self:
        return cls(call["model"], _time(call["created_at"]), _time(call["completed_at"]))

    @classmethod
    def of_work(cls, line: dict[str, Any]) -> Self:
        ended = _time(line["timestamp"])
        return cls(line["kind"], ended - timedelta(milliseconds=line["own_ms"]), ended)


@dataclass(frozen=True)
class Timings:
    """What the system wrote about one job."""

    wall: Span
    calls: Sequence[Span]
    works: Sequence[Span]

    @property
    def planner_s(self) -> float:
        return sum(call.took_s for call in self.calls if call.what == PLANNER_MODEL.name)

    @property
    def clips(self) -> list[Span]:
        return [call for call in self.calls if call.what in VIDEO_MODELS]

    @property
    def slowest_clip_s(self) -> float:
        return max(clip.took_s for clip in self.clips)

    @property
    def segments_s(self) -> float:
        """The composer's time for segments once the last clip has ended."""
        last = max(clip.ended for clip in self.clips)
        return covered_s((max(work.began, last), work.ended) for work in self.works if work.what != RENDER)

    @property
    def render_s(self) -> float:
        return sum(work.took_s for work in self.works if work.what == RENDER)

    @property
    def least_s(self) -> float:
        return self.planner_s + self.slowest_clip_s + self.segments_s + self.render_s

    @property
    def in_turn_s(self) -> float:
        return sum(span.took_s for span in (*self.calls, *self.works))


def main() -> int:
    """Make the video, print where its time went, compare with the goal."""
    forget_accounts(os.environ)
    os.environ.update(CREDENTIALS)
    board = Scoreboard("bench-pipeline")
    with tempfile.TemporaryDirectory(prefix="omnigen-bench-pipeline-") as folder:
        timings = asyncio.run(_measure(Path(folder)))
    _print(timings)
    board.expect_equal("clips", len(timings.clips), CLIPS)
    board.expect_at_most("wall_over_least", round(timings.wall.took_s / timings.least_s, 4), MOST)
    return board.conclude()


def covered_s(spans: Iterable[tuple[datetime, datetime]]) -> float:
    """Seconds in which at least one of them was under way; those that end before they begin count nothing."""
    total, until = timedelta(), datetime.min.replace(tzinfo=UTC)
    for began, ended in sorted(spans):
        total += max(ended - max(began, until), timedelta())
        until = max(until, ended)
    return total.total_seconds()


async def _measure(folder: Path) -> Timings:
    overrides = {"simulator": {"SIMULATOR_VIDEO_LATENCY_S": str(LATENCY_S)}}
    async with LocalStack(StackPlan(folder / "state", folder / "logs", overrides=overrides)) as stack:
        visitor = await visit(stack)
        watched = await visitor.watch_job(folder / "video.mp4", **ORDER)
        if watched.job["status"] != "completed":
            raise RuntimeError(f"the job ended {watched.job['status']}: {watched.job.get('problem')}")
        calls = await list_calls(stack)
    return _read(watched, calls, (folder / "logs" / "composer.log").read_bytes())


def _read(watched: Watched, calls: Iterable[dict[str, Any]], composer_log: bytes) -> Timings:
    [created], [completed] = watched.told("job.created"), watched.told("job.completed")
    lines = [orjson.loads(line) for line in composer_log.splitlines() if line.startswith(b"{")]
    return Timings(
        Span("job", _time(created["at"]), _time(completed["at"])),
        [Span.of_call(call) for call in calls],
        [Span.of_work(line) for line in lines if line["event"] == "work_done"],
    )


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _print(timings: Timings) -> None:
    table = Table(title=f"{CLIPS} clips of 5 s, {LATENCY_S} s each")
    table.add_column("")
    table.add_column("s", justify="right")
    rows = {
        "planner": timings.planner_s,
        "slowest clip": timings.slowest_clip_s,
        "composer: segments after the last clip": timings.segments_s,
        "composer: render": timings.render_s,
        "together": timings.least_s,
        "wall": timings.wall.took_s,
        "all calls and works, one after the other": timings.in_turn_s,
    }
    for name, seconds in rows.items():
        table.add_row(name, f"{seconds:.2f}")
    Console().print(table)


if __name__ == "__main__":
    sys.exit(main())
