"""`make bench-pipeline`: how much of a video's time nobody works on it.

One job of six clips of 5 s on a local stack whose provider takes 30 s for each clip. Every term is read from what the
system itself writes, none from a clock of the bench:

| term | from |
| --- | --- |
| wall | the job's events, from `job.created` to `job.completed` |
| planner, clip | the provider's `created_at` and `completed_at` of each call |
| composer | `work_done` in its log: the time of the line, and `own_ms` back from it, without what it had to queue |

`wall_over_least` compares the wall time with planner + slowest clip + the composer's own time for the segment that is
ready last, and for the render. All six clips end at the same instant, so the other five bodies count as overhead: with
a slot for each a composer makes them meanwhile, and with less it is not met, whoever waits for whom.
`wall_over_least_here` compares with everything that the composer has to make after the last clip (side by side, each
second once): what is over it is time in which nobody works. Beside them stands what the same calls and works take one
after the other. The pictures are the smallest that the model makes; SIZE=720p shows more of the encoder.

A storyboard is ordered first, so that a worker is awake, as it is wherever something was ordered a few minutes ago;
COLD=1 leaves that out. TIMELINE=1 prints who did what when.
"""

import asyncio
import os
import sys
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from rich.console import Console
from rich.table import Table
from tests.fakes.provider_books import list_calls
from tests.integration.visitors import Watched, visit

from bench.goals import Scoreboard
from bench.timeline import RENDER, Span, covered_s, draw, read_events, read_steps, read_works, to_time
from omnigen_local.addresses import CREDENTIALS
from omnigen_local.environments import forget_accounts
from omnigen_local.stack import LocalStack, StackPlan
from omnigen_shared.contracts.catalogue import PLANNER_MODEL, VIDEO_MODELS

LATENCY_S: Final = 30
ORDER: Final = {
    "prompt": "an ad for a small roastery in the mountains, from the first light to the last cup",
    "model": "pixverse/pixverse-v5.6",
    "aspect_ratio": "16:9",
    "duration_s": 27,
    "resolution": os.environ.get("SIZE", "480p"),
    "seed": 11,
}
"""A model that sells 5, 8 and 10 s: 27 s with half a second of crossfade are six clips of 5 s."""
BEFORE: Final = {**ORDER, "prompt": "an ad for a baker in the valley, from the flour to the crust"}
CLIPS: Final = 6
MOST: Final = 1.05
PICTURES: Final = frozenset({"BodyRequest", "TransitionRequest"})


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
    def last_clip_at(self) -> datetime:
        return max(clip.ended for clip in self.clips)

    @property
    def segments(self) -> list[Span]:
        """Those that were not ready when the last clip had ended."""
        return [work for work in self.works if work.what in PICTURES and work.ended > self.last_clip_at]

    @property
    def last_segment_s(self) -> float:
        """The composer's own time for the one that was ready last."""
        last = max(self.segments, key=lambda work: work.ended)
        return (last.ended - max(last.began, self.last_clip_at)).total_seconds()

    @property
    def segments_s(self) -> float:
        """The composer's time for all of them."""
        return covered_s((max(work.began, self.last_clip_at), work.ended) for work in self.segments)

    @property
    def render_s(self) -> float:
        return sum(work.took_s for work in self.works if work.what == RENDER)

    @property
    def least_s(self) -> float:
        return self.planner_s + self.slowest_clip_s + self.last_segment_s + self.render_s

    @property
    def least_here_s(self) -> float:
        """The same with every segment that this machine has to make after the last clip."""
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
    board.expect_at_most("wall_over_least_here", round(timings.wall.took_s / timings.least_here_s, 4), MOST)
    return board.conclude()


async def _measure(folder: Path) -> Timings:
    overrides = {"simulator": {"SIMULATOR_VIDEO_LATENCY_S": str(LATENCY_S)}}
    async with LocalStack(StackPlan(folder / "state", folder / "logs", overrides=overrides)) as stack:
        visitor = await visit(stack)
        if os.environ.get("COLD") != "1":
            await visitor.call("POST", "/api/v1/storyboards", BEFORE)
        watched = await visitor.watch_job(folder / "video.mp4", **ORDER)
        if watched.job["status"] != "completed":
            raise RuntimeError(f"the job ended {watched.job['status']}: {watched.job.get('problem')}")
        calls = await list_calls(stack)
    timings = _read(watched, calls, folder / "logs")
    if os.environ.get("TIMELINE") == "1":
        told = [{"type": event.type, **event.data} for event in watched.events if "at" in event.data]
        steps = [step for step in read_steps(folder / "logs") if step.began > timings.wall.began]
        Console().print(
            draw([*timings.calls, *timings.works, *steps, *read_events(told)], timings.wall.began), soft_wrap=True
        )
    return timings


def _read(watched: Watched, calls: Iterable[dict[str, Any]], logs: Path) -> Timings:
    [created], [completed] = watched.told("job.created"), watched.told("job.completed")
    wall = Span("jobs", "job", to_time(created["at"]), to_time(completed["at"]))
    ended = [Span.of_call(call) for call in calls if call["completed_at"]]
    return Timings(wall, [call for call in ended if call.began >= wall.began], read_works(logs))


def _print(timings: Timings) -> None:
    table = Table(title=f"{CLIPS} clips of 5 s, {LATENCY_S} s each")
    table.add_column("")
    table.add_column("s", justify="right")
    rows = {
        "planner": timings.planner_s,
        "slowest clip": timings.slowest_clip_s,
        "composer: the last segment": timings.last_segment_s,
        "composer: render": timings.render_s,
        "planner, slowest clip, these two": timings.least_s,
        "wall": timings.wall.took_s,
        "composer: all segments after the last clip": timings.segments_s,
        "all calls and works, one after the other": timings.in_turn_s,
    }
    for name, figure in rows.items():
        table.add_row(name, f"{figure:.2f}")
    Console().print(table)


if __name__ == "__main__":
    sys.exit(main())
