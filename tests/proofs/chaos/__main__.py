"""`make chaos`: everything that can break does, and no user loses a video or a cent."""

import asyncio
import os
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Annotated, Any, Final

import aiohttp
import typer
from bench.goals import Scoreboard
from rich.console import Console
from tests.proofs.chaos.auditor import Auditor
from tests.proofs.chaos.caps import Caps
from tests.proofs.chaos.client import Client
from tests.proofs.chaos.customers import POOR, RICH, Customers
from tests.proofs.chaos.ground import open_ground
from tests.proofs.chaos.harm import Harm
from tests.proofs.chaos.progress import Progress
from tests.proofs.spend.books import Books
from tests.proofs.spend.tiny import offer_tiny

from omnigen_local.addresses import CREDENTIALS
from omnigen_local.environments import forget_accounts
from omnigen_shared.logging import configure_logging

ORDERS_S_PER_JOB: Final = 3.0
"""Between two orders, on average."""
DEEDS_PER_JOB: Final = 0.55
LONGEST_CALM_S: Final = 20.0
"""Deeds follow the orders: on a slow machine there is not more of them for less work. It is never quiet for long."""


def main(
    jobs: Annotated[int, typer.Option(min=1, envvar="JOBS", help="How many orders are placed.")] = 120,
    seed: Annotated[
        int | None, typer.Option(envvar="SEED", help="What is drawn by chance is drawn the same again.")
    ] = None,
    keep: Annotated[Path | None, typer.Option(envvar="KEEP", help="Where logs and state stay; a new folder.")] = None,
) -> None:
    """Prove that nothing that breaks costs anybody a video or a cent."""
    forget_accounts(os.environ)
    os.environ.update(CREDENTIALS)
    configure_logging("chaos", "ERROR")
    drawn = random.SystemRandom().randrange(10**6) if seed is None else seed
    board, started = Scoreboard("chaos"), time.monotonic()
    board.tell(f"seed {drawn}")
    with tempfile.TemporaryDirectory(prefix="omnigen-chaos-") as folder, offer_tiny():
        asyncio.run(_prove(keep or Path(folder), board, jobs, drawn))
    board.tell(f"{jobs} jobs took {time.monotonic() - started:.0f} s")
    board.conclude()
    sys.exit(bool(board.misses))


async def _prove(folder: Path, board: Scoreboard, jobs: int, seed: int) -> None:
    console = Console()
    session = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0))
    async with open_ground(folder, seed, board.tell) as ground, session:
        answers: Counter[str] = Counter()
        clients = [await Client.join(session, ground.gateway_url, ground.pool, answers) for _ in range(RICH + POOR)]
        customers = Customers(clients[:RICH], clients[RICH:], _chance(seed, 1))
        caps = Caps(ground.usage, customers.poor, jobs)
        await caps.set()
        harm = Harm(ground, _chance(seed, 2))
        progress = Progress(customers, harm, ground, console)
        async with progress.shown(), _beside(caps.watch()), _beside(harm.watch()):
            await _live(customers, harm, progress, jobs, _chance(seed, 3))
            progress.phase = "books"
            await Auditor(ground, customers, Books(ground, customers, is_hurried=True), caps, board).check()
        board.expect_equal("processes_that_ended_by_themselves", harm.ended, [])
        board.expect_equal("answers_that_blame_us", [told for told in answers if told.startswith("500")], [])
        board.expect_equal(
            "customers_who_gave_up", [why for why in customers.refused if why.startswith("given up")], []
        )
        board.tell(f"{harm.workers:6} workers of the Lambda killed")
        _tell_counts(board, customers.ends, harm.done, ground.proxy.struck, customers.refused, answers)


async def _live(customers: Customers, harm: Harm, progress: Progress, jobs: int, chance: random.Random) -> None:
    """Orders and harm side by side; then peace, until the last job has ended."""
    harm.begin()
    ordering = asyncio.create_task(customers.order_all(jobs, jobs * ORDERS_S_PER_JOB))
    loop = asyncio.get_running_loop()
    async with asyncio.TaskGroup() as deeds:
        while customers.placed < jobs and not ordering.done():
            deeds.create_task(harm.do_something())
            calm_until, wanted = loop.time() + LONGEST_CALM_S, harm.done.total() + chance.uniform(0.3, 1.7)
            while customers.placed * DEEDS_PER_JOB < wanted and loop.time() < calm_until:  # noqa: ASYNC110
                await asyncio.sleep(0.2)  # nobody tells of every order
    await harm.make_peace()
    progress.phase = "peace"
    await ordering


@asynccontextmanager
async def _beside(work: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    """Fails with it; ends it with the block."""
    async with asyncio.TaskGroup() as group:
        task = group.create_task(work)
        yield
        task.cancel()


def _chance(seed: int, part: int) -> random.Random:
    return random.Random(f"{seed} {part}")  # noqa: S311 - drawn the same again


def _tell_counts(board: Scoreboard, *counts: Counter[str]) -> None:
    for count in counts:
        for what, times in sorted(count.items()):
            board.tell(f"{times:6} {what}")


if __name__ == "__main__":
    typer.run(main)
