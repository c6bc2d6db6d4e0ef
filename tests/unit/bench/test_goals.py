"""Goals are told the same way by every bench and every proof."""

import pytest
from bench.goals import Scoreboard


def fill(board: Scoreboard) -> None:
    board.expect_equal("rows", 3, 3)
    board.expect_equal("leaked", ["job_1"], [])
    board.expect_at_most("calls", 2.5, 2)
    board.skip("gpu", "there_is_none")


def test_each_miss_is_a_line_and_the_last_one_sums_up() -> None:
    told: list[str] = []
    board = Scoreboard("bench-x", tell=told.append)
    fill(board)
    assert board.conclude() == 0
    assert told == [
        "leaked ['job_1'] []",
        "calls 2.5 <=2",
        "gpu skipped there_is_none",
        "bench-x: 1 passed, 2 failed, 1 skipped",
    ]


@pytest.mark.parametrize("measured", [1, 2])
def test_strictly_a_miss_is_an_error(monkeypatch: pytest.MonkeyPatch, measured: int) -> None:
    monkeypatch.setenv("STRICT", "1")
    board = Scoreboard("bench-x", tell=lambda _line: None)
    board.expect_equal("rows", measured, 1)
    assert board.conclude() == measured - 1


def test_strictly_a_skip_is_one_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STRICT", "1")
    board = Scoreboard("bench-x", tell=lambda _line: None)
    board.skip("gpu", "there_is_none")
    assert board.conclude() == 1
