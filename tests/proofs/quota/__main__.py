"""`make prove-quota`: rounds of many clients, killed processes and a failing table against quota's promises."""

import asyncio
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from bench.goals import Scoreboard
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from tests.proofs.quota.ground import Advance, open_ground
from tests.proofs.quota.rounds import parts_of, run_round
from tests.proofs.rates.claims import prove_rates
from tests.proofs.rates.processes import prove_processes

from omnigen_local.addresses import CREDENTIALS
from omnigen_local.emulator import Emulator
from omnigen_local.environments import forget_accounts
from omnigen_shared.logging import configure_logging


def main(
    rounds: Annotated[int, typer.Option(min=1, envvar="ROUNDS", help="How many rounds.")] = 20,
    attempts: Annotated[
        int, typer.Option(min=30, envvar="ATTEMPTS", help="Jobs that want to begin in each part of a round.")
    ] = 2000,
    seed: Annotated[int, typer.Option(envvar="SEED", help="What is drawn by chance is drawn the same again.")] = 1,
) -> None:
    """Prove that quota admits exactly the limit, and that its books are the truth."""
    forget_accounts(os.environ)
    os.environ.update(CREDENTIALS)
    configure_logging("prove-quota", "ERROR")
    board = Scoreboard("prove-quota")
    with tempfile.TemporaryDirectory(prefix="omnigen-prove-quota-") as folder:
        asyncio.run(_prove(Path(folder), board, rounds, attempts, seed))
    prove_rates(board, range(seed, seed + rounds))
    sys.exit(board.conclude())


async def _prove(folder: Path, board: Scoreboard, rounds: int, attempts: int, seed: int) -> None:
    console = Console()
    async with Emulator(None, folder / "logs" / "emulator.log") as emulator:
        for number in range(rounds):
            started, missed = time.monotonic(), len(board.misses)
            # A table and processes of its own: what one round leaves open would be swept in all later ones.
            with _bars(console, number, attempts) as advance:
                async with open_ground(folder, emulator.url, seed + number) as ground:
                    await run_round(ground, board, seed, number, attempts, advance)
            word = "ok" if len(board.misses) == missed else "MISSED"
            took_s, kills, faults = time.monotonic() - started, ground.fleet.kills, ground.proxy.faults.total()
            line = f"round {number + 1}/{rounds} {word} {took_s:.1f} s, {kills} kills, {faults} faults"
            console.print(line, highlight=False)
        await prove_processes(board, folder, emulator.url)


@contextmanager
def _bars(console: Console, number: int, attempts: int) -> Iterator[Advance]:
    """A bar for each part, gone when the round is over; nothing at all where nobody watches."""
    columns = (TextColumn("{task.description:<22}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        tasks = {
            part: progress.add_task(f"{number + 1} {part}", total=total) for part, total in parts_of(attempts).items()
        }
        yield lambda part, step: progress.advance(tasks[part], step)


if __name__ == "__main__":
    typer.run(main)
