"""One user's requests through two gateways and two quota processes: the plan's limit holds over all of them."""

from pathlib import Path

import pytest
from bench.goals import Scoreboard
from tests.proofs.rates.processes import expect_fair, open_town, rush


@pytest.mark.parametrize("plan", ["free", "pro"])
async def test_five_times_the_limit_is_cut_to_the_limit(plan: str, emulator_url: str, tmp_path: Path) -> None:
    board = Scoreboard("rates")
    async with open_town(tmp_path, emulator_url) as town:
        expect_fair(board, plan, await rush(town, plan))
    assert board.misses == []
    assert board.passed == 5
