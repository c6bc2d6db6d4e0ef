"""A small `make prove-streams`, so that whoever lets streams leak hears of it at once."""

from pathlib import Path

from bench.goals import Scoreboard
from tests.proofs.streams.claims import open_ground, prove_slow_readers, prove_streams

STREAMS = 200
PATIENCE_S = 60.0
"""A busy machine takes its time."""


async def test_streams_cost_little_and_leave_nothing(tmp_path: Path) -> None:
    told: list[str] = []
    board = Scoreboard("prove-streams", tell=told.append)
    async with open_ground(tmp_path) as ground:
        await prove_slow_readers(ground, board)
        await prove_streams(ground, board, STREAMS, leave_within_s=PATIENCE_S)
    assert board.misses == [], told
    assert board.passed > 0
