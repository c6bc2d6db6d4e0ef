"""One proof, from the first order to the last line of the bill."""

import asyncio
import random
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

from bench.goals import Scoreboard
from tests.proofs.spend.books import Books
from tests.proofs.spend.customers import Customers
from tests.proofs.spend.faults import draw_rules
from tests.proofs.spend.ground import open_ground
from tests.proofs.spend.pace import Pace
from tests.proofs.spend.tiny import offer_tiny

from omnigen_local.processes import Processes

PROGRESS_S: Final = 15


async def prove(
    folder: Path, emulator_url: str, board: Scoreboard, jobs: int, seed: int, pace: Pace, *, has_table: bool
) -> None:
    """Order, wait, settle, compare."""
    with offer_tiny():
        async with open_ground(folder, emulator_url, draw_rules(seed, pace), pace, seed, has_table=has_table) as ground:
            customers = Customers(ground, random.Random(seed + 1))  # noqa: S311 - drawn the same again
            async with _watching(ground.processes), _telling(board, customers):
                await customers.order_all(jobs)
                books = Books(ground, customers)
                judged = await books.settle()
            await books.check(board)
            for what, times in sorted({**ground.chaos.happened, **customers.ends}.items()):
                board.tell(f"{times:6} {what}")
            board.tell(f"{judged:6} unknown calls judged by an operator")


@asynccontextmanager
async def _watching(processes: Processes) -> AsyncIterator[None]:
    """Fails with its last words as soon as a process ends: nobody kills those of this proof."""
    async with asyncio.TaskGroup() as group:
        watching = group.create_task(processes.wait_for_end())
        yield
        watching.cancel()


@asynccontextmanager
async def _telling(board: Scoreboard, customers: Customers) -> AsyncIterator[None]:
    """Says now and then how far the jobs are, until the block ends."""
    started = time.monotonic()

    async def tell() -> None:
        while True:
            await asyncio.sleep(PROGRESS_S)
            board.tell(f"{time.monotonic() - started:5.0f} s: {customers.describe()}")

    telling = asyncio.create_task(tell())
    try:
        yield
    finally:
        telling.cancel()
