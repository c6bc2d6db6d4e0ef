"""The rounds of the proof, one after the other."""

import random
from typing import Final

from bench.goals import Scoreboard
from tests.proofs.quota.admission import MONEY_SHARE, prove_money, prove_videos
from tests.proofs.quota.budget import SHARE, prove_budget
from tests.proofs.quota.ground import Advance, Ground, Round
from tests.proofs.quota.storm import prove_storm

from omnigen_quota.domain.months import month_of
from omnigen_shared.clock import SystemClock

LIMITS: Final = (10, 50, 333)
_MONEY_LIMIT: Final = 1_000_003


async def run_round(ground: Ground, board: Scoreboard, seed: int, number: int, attempts: int, advance: Advance) -> None:
    """One round: videos, money, storm, budget. Limits above the attempts are cut to a third of them."""
    limits = [min(limit, attempts // 3) for limit in LIMITS]
    before = month_of(SystemClock().now())
    trial = Scoreboard(board.name, tell=_keep_to_itself)
    round_ = Round(ground, number, attempts, random.Random(f"{seed}/{number}"), trial, advance)  # noqa: S311 - repeatable
    await prove_videos(round_, limits[number % len(limits)])
    await prove_money(round_, _MONEY_LIMIT)
    await prove_storm(round_, limits[(number + 1) % len(limits)])
    await prove_budget(round_)
    if month_of(SystemClock().now()) != before:
        board.skip(f"round_{number}", "a_month_ended_meanwhile")
        return
    board.passed += trial.passed
    for miss in trial.misses:
        board.miss(f"round_{number}_{miss}")


def _keep_to_itself(_line: str) -> None:
    """Whether a round counts shows when it is over."""


def parts_of(attempts: int) -> dict[str, int]:
    """The parts of a round by their names, and how many attempts each has."""
    return {
        "videos_per_month": attempts,
        "spend_per_month": attempts // MONEY_SHARE,
        "storm": attempts,
        "budget": attempts // SHARE,
    }
