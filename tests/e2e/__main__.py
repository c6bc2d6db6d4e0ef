"""`make e2e`: people use the studio of a real local stack, in a real browser."""

import asyncio
import os
import sys
import tempfile
import traceback
from pathlib import Path
from typing import Annotated, Final

import typer
from bench.goals import Scoreboard
from tests.e2e.browser import HOW_TO_INSTALL, find_browser, open_browser
from tests.e2e.cases import CASES, Case
from tests.e2e.scores import score_pages
from tests.e2e.world import World

from omnigen_local.addresses import CREDENTIALS
from omnigen_local.environments import STUDIO, forget_accounts
from omnigen_local.stack import LocalStack, StackPlan

PICTURES: Final = Path("build/e2e")
CASE_LIMIT_S: Final = 900


def main(
    only: Annotated[str, typer.Option(envvar="ONLY", help="Cases whose names hold this; lighthouse.")] = "",
    tries: Annotated[int, typer.Option(envvar="TRIES", help="So often a case is tried until it holds.", min=1)] = 1,
) -> None:
    """Every case, one after the other, and what Lighthouse says."""
    forget_accounts(os.environ)
    os.environ.update(CREDENTIALS)
    board = Scoreboard("e2e")
    browser = find_browser()
    if browser is None:
        board.skip("browser", HOW_TO_INSTALL)
    elif not (STUDIO / "index.html").is_file():
        board.skip("studio", "not_built:_make_build-web")
    else:
        with tempfile.TemporaryDirectory(prefix="omnigen-e2e-") as folder:
            cases = [case for case in CASES if only in case.__name__]
            asyncio.run(_run(Path(folder), board, browser, cases, tries, has_scores=only in "lighthouse"))
    sys.exit(board.conclude())


async def _run(
    folder: Path, board: Scoreboard, executable: str, cases: list[Case], tries: int, *, has_scores: bool
) -> None:
    PICTURES.mkdir(parents=True, exist_ok=True)
    plan = StackPlan(folder / "state", folder / "logs")
    async with LocalStack(plan) as stack, open_browser(executable) as browser:
        world = World(stack, browser, PICTURES)
        for case in cases:
            board.tell(f"{case.__name__} ...")
            await _try(case, world, board, tries)
        if has_scores:
            await score_pages(world, board, executable)


async def _try(case: Case, world: World, board: Scoreboard, tries: int) -> None:
    """A case holds when it comes to its end, and nothing went wrong in its browsers that it is not about."""
    try:
        async with asyncio.timeout(CASE_LIMIT_S):
            await case(world)
    except Exception as error:  # noqa: BLE001 - whatever a case breaks by is told, and the next one is tried
        board.tell("".join(traceback.format_exception(error)[-3:]))
        if tries > 1:
            board.tell(f"{case.__name__} once more ...")
            await _try(case, world, board, tries - 1)
        else:
            board.miss(f"{case.__name__} {type(error).__name__} to_hold")
    else:
        board.passed += 1


if __name__ == "__main__":
    typer.run(main)
