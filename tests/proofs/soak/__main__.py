"""`make soak` and `make slope`: a steady flow for long, and then nothing left of it, and no more memory than before."""

import asyncio
import os
import sys
import tempfile
from collections.abc import Mapping, Sequence
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Final

import typer
from bench.goals import Scoreboard
from rich.console import Console
from rich.table import Table
from tests.proofs.load.ground import open_ground
from tests.proofs.soak.remains import find_processes
from tests.proofs.soak.running import EMULATOR, Run, soak
from tests.proofs.soak.slopes import Sample, draw_spark, fit_slope, rise_in, to_mib_per_hour

from omnigen_local.addresses import CREDENTIALS
from omnigen_local.environments import forget_accounts
from omnigen_shared.logging import configure_logging

WARM_SHARE: Final = 0.25
"""Of the time: caches fill, threads and connections come to be."""
TEN_MINUTES_S: Final = 600
MOST_RISE: Final = 0.01
"""In ten minutes, of what a process has: a service of 130 MiB would take five weeks to double at less than this."""
SPARK_WIDTH: Final = 40
STAND_INS: Final = frozenset({EMULATOR, "simulator"})
"""AWS and the provider: they keep all that was ever written or asked for, in memory or in a database's pages."""
_MIB: Final = 1 << 20


class Kind(StrEnum):
    """What is compared with goals; both are told."""

    SOAK = "soak"
    SLOPE = "slope"


def main(
    kind: Annotated[Kind, typer.Argument(help="What is compared with goals.")],
    seconds: Annotated[float, typer.Option(min=30, help="How long the flow lasts.")] = 900,
    seed: Annotated[int, typer.Option(envvar="SEED", help="What is drawn by chance is drawn the same again.")] = 1,
) -> None:
    """Soak the stack, and look at what is left."""
    forget_accounts(os.environ)
    os.environ.update(CREDENTIALS)
    configure_logging("soak", "ERROR")
    board = Scoreboard(kind.value)
    with tempfile.TemporaryDirectory(prefix="omnigen-soak-") as folder:
        run = asyncio.run(_run(Path(folder), board, seconds, seed))
        left = len(find_processes(Path(folder)))
    console = Console(width=160)
    console.print(draw_remains(run))
    console.print(draw_memory(run.memory))
    board.tell(f"done: {', '.join(f'{count} {what}' for what, count in run.happened.most_common())}")
    if kind is Kind.SOAK:
        judge_remains(board, run)
        board.expect_equal("soak.processes_after_the_end", left, 0)
    else:
        judge_memory(board, run.memory)
    sys.exit(board.conclude())


async def _run(folder: Path, board: Scoreboard, seconds: float, seed: int) -> Run:
    async with open_ground(folder, {}) as ground:
        return await soak(ground, board, seconds, seed)


def judge_remains(board: Scoreboard, run: Run) -> None:
    """Nothing is there that was not there before, and nobody was answered what they should not be."""
    left = run.after.more_than(run.before)
    for name in sorted(run.after.counts.keys() | run.before.counts.keys()):
        board.expect(f"soak.{name}", left.get(name, "").replace(" ", ""), "as_before", holds=name not in left)
    board.expect_equal("soak.wrong", dict(run.wrong), {})
    completed = run.happened["completed"]
    board.expect("soak.completed", completed, ">0", holds=completed > 0)


def judge_memory(board: Scoreboard, memory: Mapping[str, Sequence[Sample]]) -> None:
    """Of each process of ours, the Lambda's workers included."""
    for name, samples in memory.items():
        if name not in STAND_INS:
            share = rise_in(settled(samples), TEN_MINUTES_S)
            board.expect_at_most(f"slope.{name.replace(' ', '_')}_per_10_min", round(share, 5), MOST_RISE)


def settled(samples: Sequence[Sample]) -> Sequence[Sample]:
    """Without the first part."""
    end_s = max((sample.at_s for sample in samples), default=0)
    return [sample for sample in samples if sample.at_s >= WARM_SHARE * end_s]


def draw_remains(run: Run) -> Table:
    table = Table(title="what is there before the flow and after it")
    for column in ("", "before", "after"):
        table.add_column(column, justify="right" if column else "left")
    for name in sorted(run.after.counts.keys() | run.before.counts.keys()):
        before, after = run.before.counts.get(name, 0), run.after.counts.get(name, 0)
        table.add_row(name + (" ✗" if after > before else ""), str(before), str(after))
    return table


def draw_memory(memory: Mapping[str, Sequence[Sample]]) -> Table:
    table = Table(title=f"memory of each process; slopes without the first {WARM_SHARE:.0%} of the time")
    for column in ("", "first MiB", "last MiB", "MiB an hour", "in 10 min", "from least to most"):
        table.add_column(column, justify="left" if column in {"", "from least to most"} else "right")
    for name, samples in memory.items():
        sizes = [sample.size_bytes for sample in samples]
        late = settled(samples)
        table.add_row(
            name,
            f"{sizes[0] / _MIB:.1f}",
            f"{sizes[-1] / _MIB:.1f}",
            f"{to_mib_per_hour(fit_slope(late)):+.2f}",
            f"{rise_in(late, TEN_MINUTES_S):+.2%}",
            f"{draw_spark(sizes, SPARK_WIDTH)} {min(sizes) / _MIB:.1f}-{max(sizes) / _MIB:.1f}",
        )
    return table


if __name__ == "__main__":
    typer.run(main)
