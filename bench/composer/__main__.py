"""`make bench-composer`: what a video costs as others cut it and as we do, and how good it is."""

import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.table import Table

from bench.composer import rivals
from bench.composer.cases import LARGE, Case, Findings, choose_cases
from bench.composer.corpus import Corpus, make_corpus
from bench.composer.measuring import Cost
from bench.composer.ours import VIDEO, Plan, run_ours
from bench.composer.quality import compare
from bench.goals import Scoreboard
from omnigen_shared.contracts.media import TRANSITION_FRAMES, Transition

COPIES: Final = 5
"""A copy takes so little that one alone says nothing."""
AFTER_LAST: Final = ("last_clip", "sound", "render")
ALL_OURS: Final = ("body", "transition", *AFTER_LAST)
SHARES: Final = {6: 0.27, 12: 0.15}
ROWS: Final = {
    "moviepy": "(a) moviepy",
    "one_graph": "(b) one FFmpeg graph",
    "copy": "(c) -c copy",
    "after_last": "(d) ours after the last clip",
    "last_clip": "    its body and transition",
    "sound": "    audio mix",
    "render": "    join, poster, provenance, checks",
    "poster": "    poster alone",
    "provenance": "    provenance alone",
    "join": "(e) our join",
    "ours": "(f) ours, all of it",
}


def main() -> int:
    """Measure case by case, print a table each, compare with the goals."""
    board = Scoreboard("bench-composer")
    for case in choose_cases():
        with tempfile.TemporaryDirectory(prefix="omnigen-bench-composer-") as folder:
            found = _measure(case, Path(folder), board.tell)
        _print_table(found)
        _judge(found, board)
    return board.conclude()


def _measure(case: Case, folder: Path, tell: Callable[[str], object]) -> Findings:
    tell(f"{case.name}: making the clips")
    corpus, found = make_corpus(folder / "corpus", case.scenes, case.size, case.kinds), Findings(case)
    videos = {name: folder / f"{name}.mp4" for name in ("moviepy", "one_graph")}
    for number in range(1, case.rounds + 1):
        tell(f"{case.name}: round {number} of {case.rounds}: moviepy, one graph, ours")
        found.add("moviepy", rivals.cut_with_moviepy(corpus, videos["moviepy"]))
        found.add("one_graph", rivals.cut_in_one_graph(corpus, videos["one_graph"]))
        work = folder / f"ours{number}"
        _run_ours(corpus, work, found)
        for _ in range(COPIES):
            found.add("copy", rivals.copy_streams(work / "segments.txt", work / "soundtrack.m4a", work / "copy.mp4"))
        videos["ours"] = work / VIDEO
    tell(f"{case.name}: comparing pictures")
    rivals.make_reference(corpus, folder / "reference.mp4")
    found.quality = {name: compare(corpus, video, folder / "reference.mp4") for name, video in videos.items()}
    return found


def _run_ours(corpus: Corpus, work: Path, found: Findings) -> None:
    changes = [(TRANSITION_FRAMES, Transition.FADE)] * (len(corpus.clips) - 1)
    costs = run_ours(Plan(str(corpus.folder), str(work), *corpus.size, changes))
    for phase, cost in costs.items():
        found.add(phase, cost)
    found.add("after_last", sum((costs[phase] for phase in AFTER_LAST), Cost()))
    found.add("ours", sum((costs[phase] for phase in ALL_OURS), Cost()))


def _judge(found: Findings, board: Scoreboard) -> None:
    case, join, one_graph = found.case, found.get("join"), found.get("one_graph")

    def at_most(what: str, measured: float, goal: float) -> None:
        board.expect_at_most(f"{case.name}.{what}", round(measured, 3), goal)

    at_most("join_cpu_to_copy", join.cpu_s / found.get("copy").cpu_s, 1.3)
    at_most("join_mib", join.child_mib, 64)
    at_most("after_last_cpu_to_one_graph", found.get("after_last").cpu_s / one_graph.cpu_s, SHARES[case.scenes])
    at_most("all_cpu_to_one_graph", found.get("ours").cpu_s / one_graph.cpu_s, 1.2)
    if case.size == LARGE:
        at_most("prepare_mib", max(found.get(phase).child_mib for phase in ("body", "transition")), 800)
    ours, theirs = found.quality["ours"], found.quality["one_graph"]
    at_most("vmaf_lost_to_one_graph", theirs.vmaf - ours.vmaf, 0.5)
    at_most("seam_ssim_lost_to_one_graph", theirs.seam_ssim - ours.seam_ssim, 0.01)


def _print_table(found: Findings) -> None:
    table = Table(title=f"{found.case.name}, medians of {found.case.rounds}")
    for column in ("", "CPU s", "to (b)", "wall s", "to (b)", "MiB, a child", "MiB, all", "VMAF", "seam SSIM"):
        table.add_column(column, justify="right" if column else "left")
    base = found.get("one_graph")
    for name, title in ROWS.items():
        cost, quality = found.get(name), found.quality.get(name)
        table.add_row(
            *(title, f"{cost.cpu_s:.3f}", f"{cost.cpu_s / base.cpu_s:.3f}"),
            *(f"{cost.wall_s:.3f}", f"{cost.wall_s / base.wall_s:.3f}"),
            *(f"{cost.child_mib:.0f}", f"{cost.tree_mib:.0f}"),
            *(("", "") if quality is None else (f"{quality.vmaf:.2f}", f"{quality.seam_ssim:.4f}")),
        )
    Console(width=130).print(table)


if __name__ == "__main__":
    sys.exit(main())
