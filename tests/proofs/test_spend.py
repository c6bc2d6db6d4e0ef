"""A few jobs of `make prove-spend`, so that whoever breaks its promise hears of it at once."""

from pathlib import Path

from bench.goals import Scoreboard
from tests.proofs.spend.pace import QUICK
from tests.proofs.spend.running import prove

JOBS = 10
SEED = 5


async def test_the_bill_equals_our_books_to_the_micro_dollar(emulator_url: str, tmp_path: Path) -> None:
    told: list[str] = []
    board = Scoreboard("prove-spend", tell=told.append)
    await prove(tmp_path, emulator_url, board, JOBS, SEED, QUICK, has_table=False)
    assert board.misses == [], "\n".join(told)
    assert board.passed > 0
