"""One user's requests through two gateways and two quota processes: the plan's limit holds over all of them."""

from pathlib import Path

from bench.goals import Scoreboard
from tests.proofs.rates.processes import expect_fair, open_town, rush


async def test_five_times_the_limit_is_cut_to_the_limit(emulator_url: str, tmp_path: Path) -> None:
    board = Scoreboard("rates")
    async with open_town(tmp_path, emulator_url) as town:
        for plan in ("free", "pro"):
            expect_fair(board, plan, await rush(town, plan))
    assert board.misses == []
    assert board.passed == 2 * 5
