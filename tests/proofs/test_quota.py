"""Two small rounds of `make prove-quota`, so that whoever breaks quota's promises hears of it at once."""

from pathlib import Path

import pytest
from bench.goals import Scoreboard
from tests.proofs.quota.ground import open_ground
from tests.proofs.quota.rounds import run_round

SEED = 1
ATTEMPTS = 300


@pytest.mark.parametrize("number", [0, 2])
async def test_a_round_misses_nothing(emulator_url: str, tmp_path: Path, number: int) -> None:
    told: list[str] = []
    board = Scoreboard("prove-quota", tell=told.append)
    async with open_ground(tmp_path, emulator_url, SEED) as ground:
        await run_round(ground, board, SEED, number, ATTEMPTS, advance=lambda _part, _step: None)
    assert told == []
    assert board.passed > 0
