"""The claims of the rate limit, on gateways and quota processes in virtual time."""

from collections.abc import Callable

import pytest
from bench.goals import Scoreboard
from tests.proofs.rates.claims import CLAIMS


@pytest.mark.parametrize(("limit", "seed"), [(100, 1), (137, 2), (600, 3), (1200, 4)])
@pytest.mark.parametrize("claim", CLAIMS)
def test_it_holds(claim: Callable[[Scoreboard, int, int], None], limit: int, seed: int) -> None:
    board = Scoreboard("rates")
    claim(board, limit, seed)
    assert board.misses == []
    assert board.passed >= 2
