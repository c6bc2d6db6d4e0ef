"""`make prove-composer`: videos of every kind, looked at as strictly as can be, and the memory of a long one."""

import asyncio
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Final, NamedTuple

from bench.composer.corpus import EQUAL, KEPT_FRAMES, MIXED, Kind, make_corpus
from bench.composer.ours import VIDEO, Plan, run_ours
from bench.goals import Scoreboard
from tests.proofs.composer.browser import HOW_TO_INSTALL, find_browser, play
from tests.proofs.composer.checks import check_film

from omnigen_shared.contracts.media import FrameSize, Transition

SMALL: Final = FrameSize(320, 180)
UPRIGHT: Final = FrameSize(180, 320)
LARGE: Final = FrameSize(1920, 1080)
MOST_MIB: Final = 1024
_FADE: Final = (15, Transition.FADE)
EVERY_CHANGE: Final = (
    (1, Transition.FADE),
    (0, Transition.CUT),
    (40, Transition.DISSOLVE),
    (7, Transition.WIPE),
    (22, Transition.SLIDE),
    (30, Transition.FADE_BLACK),
)


class Case(NamedTuple):
    """Five seconds of each clip, these changes between them."""

    name: str
    size: FrameSize
    kinds: Sequence[Kind]
    changes: Sequence[tuple[int, Transition]]

    @property
    def total_frames(self) -> int:
        return (len(self.changes) + 1) * KEPT_FRAMES - sum(frames for frames, _ in self.changes)

    @property
    def seams(self) -> list[int]:
        """First frames of segments, but for the first one's."""
        starts, at, before = [], 0, 0
        for frames, _ in self.changes:
            at += KEPT_FRAMES - before - frames
            starts += [at, at + frames] if frames else [at]
            at, before = at + frames, frames
        return starts


CASES: Final = (
    Case("equal", SMALL, EQUAL, [_FADE] * 3),
    Case("mixed", SMALL, MIXED, [_FADE] * 5),
    Case("upright", UPRIGHT, MIXED, [_FADE] * 2),
    Case("every_change", SMALL, MIXED, EVERY_CHANGE),
    Case("twelve_scenes", SMALL, MIXED, [_FADE] * 11),
)
LONG: Final = Case("long_1080p", LARGE, MIXED, [_FADE] * 11)
"""Twelve scenes, a minute less their transitions; one FFmpeg at a time."""


def main() -> int:
    """Case by case, the long one last."""
    board = Scoreboard("prove-composer")
    for case in (*CASES, LONG):
        with tempfile.TemporaryDirectory(prefix="omnigen-prove-composer-") as folder:
            _prove(case, Path(folder), board)
    return board.conclude()


def _prove(case: Case, folder: Path, board: Scoreboard) -> None:
    board.tell(f"{case.name}: {len(case.changes) + 1} scenes of {case.size.width}x{case.size.height}")
    corpus = make_corpus(folder / "corpus", len(case.changes) + 1, case.size, case.kinds)
    changes = [(frames, style.value) for frames, style in case.changes]
    plan = Plan(str(corpus.folder), str(folder / "work"), *case.size, changes, are_last_beside_each_other=False)
    costs = run_ours(plan)
    check_film(board, case.name, folder / "work" / VIDEO, case.total_frames)
    if case is LONG:
        most = max(costs.items(), key=lambda cost: cost[1].tree_mib)
        board.tell(f"{case.name}: {most[0]} took most memory, {most[1].tree_mib:.0f} MiB with the composer itself")
        board.expect_at_most(f"{case.name}.all_processes_mib", round(most[1].tree_mib), MOST_MIB)
    asyncio.run(_play(case, folder / "work" / VIDEO, board))


async def _play(case: Case, video: Path, board: Scoreboard) -> None:
    browser = find_browser()
    if browser is None:
        board.skip(f"{case.name}.plays_in_chromium", HOW_TO_INSTALL)
        return
    played = await play(browser, video, case.seams)
    board.expect_equal(f"{case.name}.player_error", played.error, None)
    board.expect_equal(f"{case.name}.frames_missed_by_seeking", played.missed, [])
    board.expect_equal(f"{case.name}.seams_played_backwards", played.backwards, [])
    shown = (played.width, played.height, played.frames)
    board.expect_equal(f"{case.name}.shown", shown, (*case.size, case.total_frames))


if __name__ == "__main__":
    sys.exit(main())
