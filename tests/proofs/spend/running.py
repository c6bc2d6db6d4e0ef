"""One proof, from the first order to the last line of the bill."""

import random
from pathlib import Path

from bench.goals import Scoreboard
from tests.proofs.spend.books import Books
from tests.proofs.spend.chaos import Odds
from tests.proofs.spend.customers import Customers
from tests.proofs.spend.faults import draw_rules
from tests.proofs.spend.ground import open_ground


async def prove(folder: Path, emulator_url: str, board: Scoreboard, jobs: int, seed: int, *, has_table: bool) -> None:
    """Order, wait, settle, compare."""
    async with open_ground(folder, emulator_url, draw_rules(seed), Odds(), seed, has_table=has_table) as ground:
        customers = Customers(ground, random.Random(seed + 1))  # noqa: S311 - drawn the same again
        await customers.order_all(jobs)
        books = Books(ground, customers)
        judged = await books.settle()
        await books.check(board)
        for what, times in sorted({**ground.chaos.happened, **customers.ends}.items()):
            board.tell(f"{times:6} {what}")
        board.tell(f"{judged:6} unknown calls judged by an operator")
