"""`make prove-flight`: many tiny jobs at once, more than there are workers for; none is lost, all end."""

import asyncio
import os
import sys
import tempfile
from pathlib import Path
from typing import Annotated

import typer
from bench.goals import Scoreboard
from tests.proofs.flight.running import SETTINGS, prove_flight
from tests.proofs.load.ground import open_ground

from omnigen_local.addresses import CREDENTIALS
from omnigen_local.environments import forget_accounts


def main(jobs: Annotated[int, typer.Option(min=1, envvar="JOBS", help="How many are ordered at once.")] = 200) -> None:
    """Order all of them in one moment, and wait."""
    forget_accounts(os.environ)
    os.environ.update(CREDENTIALS)
    board = Scoreboard("prove-flight")
    with tempfile.TemporaryDirectory(prefix="omnigen-prove-flight-") as folder:
        asyncio.run(_prove(Path(folder), board, jobs))
    sys.exit(board.conclude())


async def _prove(folder: Path, board: Scoreboard, jobs: int) -> None:
    async with open_ground(folder, SETTINGS) as ground:
        await prove_flight(ground, board, jobs)


if __name__ == "__main__":
    typer.run(main)
