"""`make prove-spend`: many jobs, a provider with faults and dying workers; the provider's bill must equal our books."""

import asyncio
import os
import random
import sys
import tempfile
import time
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from bench.goals import Scoreboard
from tests.proofs.spend.pace import REAL
from tests.proofs.spend.running import prove

from omnigen_local.addresses import CREDENTIALS
from omnigen_local.emulator import Emulator
from omnigen_local.environments import forget_accounts
from omnigen_shared.logging import configure_logging


class Store(StrEnum):
    """The contract suite holds both to the same promises; the table takes a third longer."""

    MEMORY = "memory"
    TABLE = "table"


def main(
    jobs: Annotated[int, typer.Option(min=1, envvar="JOBS", help="How many jobs are ordered.")] = 300,
    seed: Annotated[
        int | None, typer.Option(envvar="SEED", help="What is drawn by chance is drawn the same again.")
    ] = None,
    store: Annotated[Store, typer.Option(envvar="STORE", help="Where jobs keeps its records.")] = Store.MEMORY,
) -> None:
    """Prove that no paid call is lost, forgotten or paid twice."""
    forget_accounts(os.environ)
    os.environ.update(CREDENTIALS)
    configure_logging("prove-spend", "ERROR")
    drawn = random.SystemRandom().randrange(10**6) if seed is None else seed
    board, started = Scoreboard("prove-spend"), time.monotonic()
    board.tell(f"seed {drawn}")
    with tempfile.TemporaryDirectory(prefix="omnigen-prove-spend-") as folder:
        asyncio.run(_prove(Path(folder), board, jobs, drawn, store))
    board.tell(f"{jobs} jobs took {time.monotonic() - started:.0f} s")
    sys.exit(board.conclude())


async def _prove(folder: Path, board: Scoreboard, jobs: int, seed: int, store: Store) -> None:
    async with Emulator(None, folder / "logs" / "emulator.log") as emulator:
        await prove(folder, emulator.url, board, jobs, seed, REAL, has_table=store is Store.TABLE)


if __name__ == "__main__":
    typer.run(main)
