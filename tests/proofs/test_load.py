"""The rules by which a load and a soak are judged."""

import asyncio
import os
from collections.abc import Mapping
from pathlib import Path

import pytest
from tests.proofs.load.answers import Answer
from tests.proofs.load.arrivals import Outcome, Step, keep_coming
from tests.proofs.load.knees import GROWTH, Climb, climb, describe_break
from tests.proofs.load.machine import CLIENT, Reading
from tests.proofs.soak.remains import Remains, count_files, count_open, find_processes
from tests.proofs.soak.slopes import Sample, draw_spark, fit_slope, rise_in, to_mib_per_hour

BUSY = Answer(503, "dependency_unavailable", retry_after="2")
GOOD = Answer(200)
CORES = os.cpu_count() or 1


def step(rate: float, took_s: float = 0.01, answer: Answer = GOOD, cores: Mapping[str, float] | None = None) -> Step:
    return Step(rate, [Outcome(answer, took_s)] * 20, cores or {})


async def test_requests_come_when_they_are_due_whatever_became_of_those_before() -> None:
    waiting, most, release = 0, 0, asyncio.Event()

    async def act() -> Answer:
        nonlocal waiting, most
        waiting += 1
        most = max(most, waiting)
        if waiting == 10:
            release.set()
        await release.wait()
        return GOOD

    outcomes = await keep_coming(1_000, 0.01, act)
    assert (len(outcomes), most) == (10, 10)
    assert all(outcome.took_s >= 0 for outcome in outcomes)


def test_a_rate_holds_while_it_is_answered_well_and_in_time() -> None:
    assert step(1).holds(1)
    assert not step(1, took_s=2).holds(1)
    assert not step(1, answer=BUSY).holds(1)


def test_whoever_has_too_much_to_do_says_when_to_come_again() -> None:
    assert not step(1, answer=BUSY).undocumented
    for answer in (Answer(503, "dependency_unavailable"), Answer(500, "internal_error"), Answer(0, "TimeoutError")):
        assert step(1, answer=answer).undocumented == {answer.told: 20}


async def test_the_knee_is_the_last_rate_that_held() -> None:
    async def measure(rate: float) -> Step:
        return step(rate, took_s=0.1 if rate < 20 else 5)

    way = await climb("list", 10, 9, 1, measure)
    assert way.is_broken
    assert [found.rate for found in way.steps] == [10, 10 * GROWTH, 10 * GROWTH**2]
    assert way.knee == 10 * GROWTH
    assert "p95 5.0 s" in way.broke_first


async def test_what_never_breaks_is_said_to_be_so() -> None:
    async def measure(rate: float) -> Step:
        return step(rate)

    way = await climb("list", 10, 3, 1, measure)
    assert (way.is_broken, way.broke_first, len(way.held)) == (False, "nothing", 3)


@pytest.mark.parametrize(
    ("cores", "told"),
    [
        ({"emulator": 0.97, "jobs": 0.4}, "emulator, 0.97 cores"),
        ({CLIENT: 0.95, "jobs": 0.4}, "the client, 0.95 of a core: it is no more than this"),
        ({"jobs": 0.4, "others": float(CORES)}, f"others on this machine, {CORES:.2f} cores"),
        ({f"job{number}": 0.6 for number in range(2 * CORES)}, "all cores, job0 most (0.60)"),
        ({"jobs": 0.4}, "no process; jobs has most (0.40 cores)"),
    ],
)
def test_what_broke_first_is_who_had_no_more_to_give(cores: Mapping[str, float], told: str) -> None:
    assert describe_break(step(1, answer=BUSY, cores=cores), 1) == f"{told}; 20 x 503 dependency_unavailable"


def test_what_a_request_costs_is_told_whatever_else_runs() -> None:
    outcomes = [Outcome(GOOD, 0.1)] * 50
    steps = [Step(5, outcomes, {"jobs": 0.1, "gateway": 0.2, "others": CORES * share}, 10) for share in (0.1, 0.9)]
    way = Climb("list", 1, steps)
    assert way.cpu_ms_each == {"gateway": pytest.approx(40), "jobs": pytest.approx(20)}
    assert way.had_company
    assert not Climb("list", 1, steps[:1]).had_company


def test_a_reading_tells_what_was_used_since_the_one_before() -> None:
    first, second = Reading(0, {"jobs": 1, "gateway": 2}), Reading(10, {"jobs": 6, "gateway": 3})
    assert second.since(first) == {"jobs": 0.5, "gateway": 0.1}
    assert Reading.take({"me": os.getpid()}).used_s["me"] > 0


def test_a_slope_is_found_through_noise() -> None:
    rising = [Sample(at_s, 100 * 2**20 + at_s * 2**20 / 3600 + (at_s % 2) * 1000) for at_s in range(1200)]
    assert to_mib_per_hour(fit_slope(rising)) == pytest.approx(1, rel=0.01)
    assert rise_in(rising, 600) == pytest.approx(1 / 6 / 100, rel=0.02)
    assert fit_slope([Sample(1, 5)]) == fit_slope([]) == 0


def test_a_spark_shows_where_it_rises() -> None:
    assert draw_spark([0, 0, 1, 1, 7, 7], 3) == "▁▂█"
    assert draw_spark([5, 5], 2) == "▁▁"
    assert draw_spark([], 9) == ""


def test_what_is_left_is_what_there_is_more_of(tmp_path: Path) -> None:
    before, opened = count_open(os.getpid()), (tmp_path / "file").open("w")
    with opened:
        assert count_open(os.getpid())["files"] == before["files"] + 1
    assert count_files(tmp_path) == 1
    first, second = Remains({"a": 1, "b": 2}), Remains({"a": 3, "b": 1})
    assert second.more_than(first) == {"a": "1 → 3"}
    assert (first.most(second).counts, first.least(second).counts) == ({"a": 3, "b": 2}, {"a": 1, "b": 1})


async def test_a_process_is_found_by_the_folder_that_it_was_given(tmp_path: Path) -> None:
    process = await asyncio.create_subprocess_exec("sleep", "60", env={"TMPDIR": str(tmp_path), "PATH": os.defpath})
    try:
        assert find_processes(tmp_path) == [process.pid]
    finally:
        process.kill()
        await process.wait()
    assert find_processes(tmp_path) == []
