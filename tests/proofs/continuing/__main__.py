"""`make prove-continue`: a job outlives its executions, and any that is cut off for its age; nothing is paid twice."""

import asyncio
import os
import sys
import tempfile
import time
from collections.abc import Sequence
from decimal import Decimal
from itertools import combinations
from pathlib import Path
from typing import Annotated, Any

import typer
from bench.goals import Scoreboard
from tests.fakes.provider_books import list_calls, read_bill
from tests.integration.visitors import Watched, visit
from tests.proofs.continuing.watchdog import Watchdog

from omnigen_local.addresses import CREDENTIALS
from omnigen_local.environments import forget_accounts
from omnigen_local.provisioning import client_options
from omnigen_local.racing import race
from omnigen_local.stack import LocalStack, StackPlan
from omnigen_shared.aws.clients import open_session
from omnigen_shared.contracts.inputs import is_same_input
from omnigen_shared.money import to_microusd

ORDER = {"prompt": "the slow making of a violin", "duration_s": 9, "resolution": "480p", "seed": 5, "narration": True}


def main(
    clip_s: Annotated[int, typer.Option(envvar="CLIP_S", help="What the provider takes for a clip.")] = 35,
    budget_s: Annotated[int, typer.Option(envvar="BUDGET_S", help="After which an execution hands over.")] = 20,
    limit_s: Annotated[
        int, typer.Option(envvar="LIMIT_S", help="Older executions are killed with their workers.")
    ] = 25,
) -> None:
    """One job whose clips take longer than an execution may live."""
    forget_accounts(os.environ)
    os.environ.update(CREDENTIALS)
    board = Scoreboard("prove-continue")
    with tempfile.TemporaryDirectory(prefix="omnigen-prove-continue-") as folder:
        asyncio.run(_prove(Path(folder), board, clip_s, budget_s, limit_s))
    sys.exit(board.conclude())


async def _prove(folder: Path, board: Scoreboard, clip_s: int, budget_s: int, limit_s: int) -> None:
    overrides = {
        "generator": {"EXECUTION_BUDGET_S": str(budget_s)},
        "jobs": {"DEADLINE_MARGIN_S": str(600 + clip_s)},
        "simulator": {"SIMULATOR_VIDEO_LATENCY_S": str(clip_s)},
    }
    plan = StackPlan(folder / "state", folder / "logs", overrides=overrides)
    async with LocalStack(plan) as stack, _open_stepfunctions(stack) as stepfunctions:
        watchdog, began = Watchdog(stack, stepfunctions, limit_s), time.monotonic()
        watched = await race(_watch_job(stack, folder), watchdog.watch())
        wall_s, ages_s = time.monotonic() - began, await watchdog.list_ages_s()
        _check(board, watched, await list_calls(stack), await read_bill(stack))
        least = clip_s // budget_s + 1
        board.expect("executions", len(ages_s), f">={least}", holds=len(ages_s) >= least)
        lived = ", ".join(f"{age_s:.0f}" for age_s in ages_s)
        board.tell(f"{wall_s:.0f} s in {len(ages_s)} executions of {lived} s; the bill ${watched.receipt['total_usd']}")
        board.tell(f"killed for their age: {watchdog.killed}, with {watchdog.dead_workers} workers")


def _open_stepfunctions(stack: LocalStack) -> Any:
    return open_session().create_client("stepfunctions", **client_options(stack.record().emulator_url))


def _check(board: Scoreboard, watched: Watched, calls: Sequence[dict[str, Any]], bill: dict[str, Any]) -> None:
    """The job got its video, and each thing that it is made of was asked for and paid once."""
    board.expect_equal("status", watched.job["status"], "completed")
    board.expect_equal("receipt_microusd", to_microusd(Decimal(watched.receipt["total_usd"])), bill["total_microusd"])
    board.expect_equal("calls_billed", len(bill["rows"]), len(watched.receipt["calls"]))
    again = [
        one["id"]
        for one, other in combinations(calls, 2)
        if one["model"] == other["model"] and is_same_input(one["input"], other["input"])
    ]
    board.expect_equal("asked_for_twice", again, [])


async def _watch_job(stack: LocalStack, folder: Path) -> Watched:
    visitor = await visit(stack)
    return await visitor.watch_job(folder / "video.mp4", **ORDER)


if __name__ == "__main__":
    typer.run(main)
