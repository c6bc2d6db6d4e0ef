from collections.abc import Iterator
from pathlib import Path

import pytest

from omnigen_local.simulator.database import Database
from omnigen_local.simulator.faults import Rule
from omnigen_local.simulator.rulebook import ENVIRONMENT, Rulebook


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = Database(tmp_path / "simulator.sqlite3")
    yield opened
    opened.close()


@pytest.fixture
def rulebook(database: Database) -> Rulebook:
    return Rulebook(database)


def test_without_rules_and_markers_nothing_happens(rulebook: Rulebook) -> None:
    assert rulebook.decide("a/b", "a lake", "f") == {}
    assert rulebook.service_faults() == {}


def test_markers_and_rules_add_up_and_the_marker_wins(rulebook: Rulebook) -> None:
    rulebook.add([Rule("slow=5, webhook_lost")])
    assert rulebook.decide("a/b", "a lake [[sim:slow=9]]", "f") == {"slow": 9, "webhook_lost": 0}


def test_times_are_counted_for_each_input(rulebook: Rulebook) -> None:
    text = "a lake [[sim:truncated*2]]"
    assert [bool(rulebook.decide("a/b", text, "one")) for _ in range(3)] == [True, True, False]
    assert rulebook.decide("a/b", text, "another") == {"truncated": 0.5}


def test_an_addressed_marker_is_not_for_whoever_carries_it(rulebook: Rulebook) -> None:
    assert rulebook.decide("a/b", "a lake [[sim:failed@2]]", "f") == {}


def test_a_rule_is_used_up_after_its_count(rulebook: Rulebook) -> None:
    rulebook.add([Rule("failed", count=2)])
    assert [bool(rulebook.decide("a/b", "x", str(n))) for n in range(4)] == [True, True, False, False]
    assert rulebook.describe()[0]["used"] == 2


def test_a_rule_that_does_not_fit_is_not_used(rulebook: Rulebook) -> None:
    rulebook.add([Rule("failed", model="a/b", count=1)])
    assert rulebook.decide("c/d", "x", "f") == {}
    assert rulebook.decide("a/b", "x", "f") == {"failed": 0}


def test_probability_is_kept_on_average_and_repeats(rulebook: Rulebook, tmp_path: Path) -> None:
    rule = Rule("failed", probability=0.3, seed=7)
    rulebook.add([rule])
    first = [bool(rulebook.decide("a/b", "x", f"input {n}")) for n in range(400)]
    other = Database(tmp_path / "other.sqlite3")
    again = Rulebook(other)
    again.add([rule])
    assert [bool(again.decide("a/b", "x", f"input {n}")) for n in range(400)] == first
    other.close()
    assert 90 < sum(first) < 150


def test_another_seed_hits_others(rulebook: Rulebook) -> None:
    rulebook.add([Rule("failed", probability=0.5, seed=1), Rule("slow", probability=0.5, seed=2)])
    hits = [set(rulebook.decide("a/b", "x", f"input {n}")) for n in range(60)]
    assert {"failed"} in hits
    assert {"slow"} in hits


def test_a_second_attempt_is_decided_anew(rulebook: Rulebook) -> None:
    rulebook.add([Rule("failed", probability=0.5, seed=3)])
    tries = [bool(rulebook.decide("a/b", "x", "same")) for _ in range(40)]
    assert {True, False} == set(tries)


def test_service_rules_meet_every_call_and_no_create(rulebook: Rulebook) -> None:
    rulebook.add([Rule("down=502", count=1)])
    assert rulebook.decide("a/b", "x", "f") == {}
    assert rulebook.service_faults() == {"down": 502}
    assert rulebook.service_faults() == {}


def test_rules_and_counts_outlive_the_process(database: Database, rulebook: Rulebook, tmp_path: Path) -> None:
    rulebook.replace(ENVIRONMENT, [Rule("failed", count=1), Rule("slow")])
    rulebook.decide("a/b", "x", "f")
    database.close()
    reopened = Database(tmp_path / "simulator.sqlite3")
    after = Rulebook(reopened)
    after.replace(ENVIRONMENT, [Rule("failed", count=1)])
    assert after.describe() == [
        {
            "count": 1,
            "faults": "failed",
            "model": "",
            "probability": 1,
            "prompt_contains": "",
            "seed": 0,
            "source": "environment",
            "used": 1,
        }
    ]
    assert after.decide("a/b", "x", "g") == {}
    reopened.close()


def test_clearing_forgets_and_adding_again_starts_anew(rulebook: Rulebook) -> None:
    rule = Rule("failed", count=1)
    rulebook.add([rule])
    rulebook.decide("a/b", "x", "f")
    rulebook.add([rule])
    assert rulebook.decide("a/b", "x", "f") == {"failed": 0}
    rulebook.clear()
    assert rulebook.describe() == []
