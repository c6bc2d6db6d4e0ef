"""Two small rounds of `make prove-quota`, so that whoever breaks quota's promises hears of it at once."""

from pathlib import Path

import pytest
from bench.goals import Scoreboard
from tests.proofs.quota.ground import open_ground
from tests.proofs.quota.rounds import run_round

SEED = 1
ATTEMPTS = 300
ROUNDS = (2, 3)
"""One bounds the deployment's month, the other its day; the limits of videos differ too."""


@pytest.mark.timeout(600)
async def test_two_rounds_miss_nothing(emulator_url: str, tmp_path: Path) -> None:
    told: list[str] = []
    board = Scoreboard("prove-quota", tell=told.append)
    async with open_ground(tmp_path, emulator_url, SEED) as ground:
        for number in ROUNDS:
            await run_round(ground, board, SEED, number, ATTEMPTS, advance=lambda _part, _step: None)
    assert told == []
    assert board.passed > 0
