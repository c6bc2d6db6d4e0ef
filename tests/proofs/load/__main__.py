"""`make load`: the local stack under growing load until it breaks, and what an order costs as history grows."""

import asyncio
import os
import resource
import sys
import tempfile
from pathlib import Path

from bench.goals import Scoreboard
from rich.console import Console
from tests.proofs.load.ground import open_ground
from tests.proofs.load.history import prove_history
from tests.proofs.load.running import prove_load
from tests.proofs.load.telling import draw_knees, draw_steps

from omnigen_local.addresses import CREDENTIALS
from omnigen_local.environments import forget_accounts
from omnigen_shared.logging import configure_logging

WIDTH = 180


def main() -> int:
    """Load, look, compare."""
    forget_accounts(os.environ)
    os.environ.update(CREDENTIALS)
    configure_logging("load", "ERROR")
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    board = Scoreboard("load")
    with tempfile.TemporaryDirectory(prefix="omnigen-load-") as folder:
        asyncio.run(_prove(Path(folder), board))
    return board.conclude()


async def _prove(folder: Path, board: Scoreboard) -> None:
    console = Console(width=WIDTH)
    async with open_ground(folder, {}) as ground:
        console.print(await prove_history(ground.stack.record().emulator_url, board))
        ways = await prove_load(ground, board)
    console.print(draw_steps(ways))
    console.print(draw_knees(ways))


if __name__ == "__main__":
    sys.exit(main())
