"""What the composer's bench reckons with."""

from pathlib import Path

import pytest
from bench.composer.cases import Case, Findings, choose_cases
from bench.composer.corpus import EQUAL, MIXED, Corpus
from bench.composer.measuring import Cost

from omnigen_shared.contracts.media import FrameSize

SIZE = FrameSize(640, 360)


def test_scenes_overlap_by_their_transitions() -> None:
    corpus = Corpus(Path(), SIZE, [Path()] * 6, [True] * 6, Path())
    assert corpus.total_frames == 825
    assert corpus.get_start_s(1) == 4.5


def test_costs_add_up_and_memory_does_not() -> None:
    assert Cost(1, 2, 30, 40) + Cost(1, 2, 50, 20) == Cost(2, 4, 50, 40)


def test_rounds_are_told_by_their_median_and_by_the_most_memory() -> None:
    found = Findings(Case(6, SIZE, EQUAL, 3))
    for cost in (Cost(1, 5, 10, 10), Cost(9, 1, 30, 30), Cost(2, 2, 20, 20)):
        found.add("ours", cost)
    assert found.get("ours") == Cost(2, 2, 30, 30)


def test_the_usual_cases_and_all_of_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("FULL", raising=False)
    assert [case.name for case in choose_cases()] == ["6x360p_equal", "12x360p_equal", "6x1080p_mixed"]
    monkeypatch.setenv("FULL", "1")
    assert len({case.name for case in choose_cases()}) == 8
    assert {case.kinds for case in choose_cases()} == {EQUAL, MIXED}
