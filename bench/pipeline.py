"""`make bench-pipeline`: how much of a video's time nobody works on it.

Two jobs of six clips of 5 s, one after the other, on a local stack whose provider takes 30 s for a clip. Every term is
read from what the system itself writes, none from a clock of the bench:

| term | from |
| --- | --- |
| wall | the job's events, from `job.created` to `job.completed` |
| planner, clip | the provider's `created_at` and `completed_at` of each call |
| composer | `work_done` in its log: the time of the line, and `own_ms` back from it, without what it had to queue |

| goal | compares the wall time with planner + slowest clip + render + the composer's own time for |
| --- | --- |
| `one_by_one` | the segment that is ready last: the clips end two seconds after one another, the last after 30 s |
| `all_at_once` | all segments, each second once: the clips end at the same instant, everything is left to be made |

How long the latter takes is a question of the composer's cores, not of who waits for whom. What is over it is time in
which nobody works. The table has both comparisons for both jobs, and what the same calls and works take one after the
other. The pictures are the smallest that the model makes; SIZE=720p shows more of the encoder.

A storyboard is ordered first, so that a worker is awake, as it is wherever something was ordered a few minutes ago;
COLD=1 leaves that out. TIMELINE=1 prints who did what when.
"""

import asyncio
import os
import sys
import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
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
LATENCIES_S: Final = range(LATENCY_S - 2 * (CLIPS - 1), LATENCY_S + 1, 2)
APART: Final = ", ".join(f"slow={latency_s}@{number}" for number, latency_s in enumerate(LATENCIES_S, start=1))
ORDERS: Final = {
    "all_at_once": ORDER,
    "one_by_one": {**ORDER, "prompt": f"{ORDER['prompt']} [[sim:{APART}]]"},
}
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
    def over_least(self) -> float:
        return round(self.wall.took_s / self.least_s, 4)

    @property
    def over_least_here(self) -> float:
        return round(self.wall.took_s / self.least_here_s, 4)

    @property
    def in_turn_s(self) -> float:
        return sum(span.took_s for span in (*self.calls, *self.works))


def main() -> int:
    """Make the videos, print where their time went, compare with the goals."""
    forget_accounts(os.environ)
    os.environ.update(CREDENTIALS)
    board = Scoreboard("bench-pipeline")
    with tempfile.TemporaryDirectory(prefix="omnigen-bench-pipeline-") as folder:
        timings = asyncio.run(_measure(Path(folder)))
    _print(timings)
    for name, job in timings.items():
        board.expect_equal(f"{name}_clips", len(job.clips), CLIPS)
    board.expect_at_most("one_by_one", timings["one_by_one"].over_least, MOST)
    board.expect_at_most("all_at_once", timings["all_at_once"].over_least_here, MOST)
    return board.conclude()


async def _measure(folder: Path) -> dict[str, Timings]:
    overrides = {"simulator": {"SIMULATOR_VIDEO_LATENCY_S": str(LATENCY_S)}}
    timings = {}
    async with LocalStack(StackPlan(folder / "state", folder / "logs", overrides=overrides)) as stack:
        visitor = await visit(stack)
        if os.environ.get("COLD") != "1":
            await visitor.call("POST", "/api/v1/storyboards", BEFORE)
        for name, order in ORDERS.items():
            watched = await visitor.watch_job(folder / "video.mp4", **order)
            if watched.job["status"] != "completed":
                raise RuntimeError(f"the job ended {watched.job['status']}: {watched.job.get('problem')}")
            timings[name] = _read(watched, await list_calls(stack), folder / "logs")
    return timings


def _read(watched: Watched, calls: Iterable[dict[str, Any]], logs: Path) -> Timings:
    [created], [completed] = watched.told("job.created"), watched.told("job.completed")
    wall = Span("jobs", "job", to_time(created["at"]), to_time(completed["at"]))

    def during(spans: Iterable[Span]) -> list[Span]:
        return [span for span in spans if wall.began <= span.began < wall.ended]

    timings = Timings(
        wall, during(Span.of_call(call) for call in calls if call["completed_at"]), during(read_works(logs))
    )
    if os.environ.get("TIMELINE") == "1":
        told = [{"type": event.type, **event.data} for event in watched.events if "at" in event.data]
        spans = [*timings.calls, *timings.works, *during(read_steps(logs)), *read_events(told)]
        Console().print(draw(spans, wall.began), soft_wrap=True)
    return timings


def _print(timings: Mapping[str, Timings]) -> None:
    table = Table(title=f"{CLIPS} clips of 5 s, {LATENCY_S} s each")
    table.add_column("")
    for name in timings:
        table.add_column(f"{name}, s", justify="right")
    rows: dict[str, Callable[[Timings], float]] = {
        "planner": lambda job: job.planner_s,
        "slowest clip": lambda job: job.slowest_clip_s,
        "composer: the last segment": lambda job: job.last_segment_s,
        "composer: all segments after the last clip": lambda job: job.segments_s,
        "composer: render": lambda job: job.render_s,
        "wall": lambda job: job.wall.took_s,
        "wall over what needs the last segment": lambda job: job.over_least,
        "wall over what needs all of them": lambda job: job.over_least_here,
        "all calls and works, one after the other": lambda job: job.in_turn_s,
    }
    for name, figure in rows.items():
        table.add_row(name, *(f"{figure(job):.3f}" for job in timings.values()))
    Console().print(table)


if __name__ == "__main__":
    sys.exit(main())
