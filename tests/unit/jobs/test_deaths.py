"""A process dies at each call of what it does to a running job; another one finishes, and the books are right."""

from dataclasses import replace

import pytest
from tests.fakes.job_store import seed
from tests.fakes.jobs_bench import JOB, USER, JobsBench, make_job, make_output, make_problem
from tests.fakes.sudden_death import Fate, KilledError, Mortal

from omnigen_jobs.domain.records import ClaimState, Money
from omnigen_shared.contracts.job import IntentStatus, JobStatus

NEVER = 10_000
CALLS_OF = {"fail": 14, "complete": 15, "continue": 3, "sweep": 5, "sweep of an end": 16}
"""How many calls to the outside each of them makes; a test below counts them."""


@pytest.fixture
async def bench() -> JobsBench:
    """A job that composes: one call was never sent, one was given up, one is ingested, one may have been charged."""
    made = JobsBench()
    seed(made.store, make_job(made.clock))
    made.quota.states[JOB] = "open"
    await made.reach(JobStatus.COMPOSING)
    for number, name in enumerate(("scene-01.1", "scene-02.1", "scene-03.1", "scene-04.1")):
        await made.plan(JOB, name, fingerprint=f"{number:064x}")
    await made.move("planned", "reserved", JOB, "scene-01.1")
    await made.move("planned", "refunded", JOB, "scene-02.1")
    await made.send("p-3", JOB, "scene-03.1")
    await made.move("created", "ingested", JOB, "scene-03.1", output_key=f"u/{USER}/clips/3.mp4")
    await made.send("p-4", JOB, "scene-04.1")
    return made


async def act(bench: JobsBench, action: str) -> None:
    if action == "fail":
        await bench.uses.ending.fail(USER, JOB, 1, make_problem())
    elif action == "complete":
        await bench.uses.ending.complete(USER, JOB, 1, make_output())
    elif action == "continue":
        await bench.uses.attempts.continue_job(USER, JOB, 1)
    else:
        bench.clock.advance(46)
        await bench.reaper.sweep()


async def prepare(bench: JobsBench, action: str) -> None:
    if action == "sweep of an end":
        bench.quota.is_down = True
        await bench.uses.ending.fail(USER, JOB, 1, make_problem())
        bench.quota.is_down = False


def mortal(bench: JobsBench, fate: Fate) -> JobsBench:
    return replace(
        bench,
        store=Mortal(bench.store, fate),
        quota=Mortal(bench.quota, fate),
        workflow=Mortal(bench.workflow, fate),
    )


async def die(bench: JobsBench, action: str, nth: int, is_heard: bool) -> None:
    await prepare(bench, action)
    with pytest.raises(KilledError):
        await act(mortal(bench, Fate(nth, is_heard)), action)


async def finish(bench: JobsBench) -> None:
    """Others look after what was left, as often as they would."""
    for _ in range(3):
        bench.clock.advance(46)
        await bench.reaper.sweep()


@pytest.mark.parametrize("action", CALLS_OF)
async def test_the_deaths_below_cover_every_call(bench: JobsBench, action: str) -> None:
    await prepare(bench, action)
    fate = Fate(NEVER, is_heard=False)
    await act(mortal(bench, fate), action)
    assert fate.calls == CALLS_OF[action]


ENDS = [(action, nth) for action in ("fail", "complete", "sweep of an end") for nth in range(CALLS_OF[action])]


@pytest.mark.parametrize("is_heard", [False, True])
@pytest.mark.parametrize(("action", "nth"), ENDS)
async def test_an_end_is_told_once_and_its_money_closed_wherever_death_comes(
    bench: JobsBench, action: str, nth: int, is_heard: bool
) -> None:
    await die(bench, action, nth, is_heard)
    if not (await bench.read()).job.status.is_terminal:
        await act(bench, action)
    await finish(bench)
    record = await bench.read()
    assert record.job.money is Money.CLOSED
    assert record.job.lease_until is not None, "the provider may still charge scene 4"
    assert bench.workflow.settling[-1] == (JOB, record.job.attempt)
    assert bench.quota.states == {JOB: "committed" if record.job.output else "released"}
    assert [intent.status for intent in record.intents] == [
        IntentStatus.REFUNDED,
        IntentStatus.REFUNDED,
        IntentStatus.SETTLED,
        IntentStatus.CREATED,
    ]
    assert {intent_id for _, intent_id in bench.quota.refunded} == {"scene-01.1", "scene-02.1"}
    assert bench.quota.settled == {(JOB, "scene-03.1"): 150_000}
    assert record.job.spent_microusd == 150_000
    told = await bench.tell_types()
    assert told[-1] in {"job.completed", "job.failed"}
    assert len(told) == 4
    states = [claim.state for _, claim in sorted(bench.store.claims.items()) if claim.intent_id != "video"]
    assert states == [ClaimState.RELEASED, ClaimState.RELEASED, ClaimState.READY, ClaimState.HELD]


STARTS = [(action, nth) for action in ("continue", "sweep") for nth in range(CALLS_OF[action])]


@pytest.mark.parametrize("is_heard", [False, True])
@pytest.mark.parametrize(("action", "nth"), STARTS)
async def test_a_job_goes_on_wherever_death_comes(bench: JobsBench, action: str, nth: int, is_heard: bool) -> None:
    await die(bench, action, nth, is_heard)
    bench.clock.advance(46)
    await bench.reaper.sweep()
    job = (await bench.read()).job
    assert job.status is JobStatus.COMPOSING
    assert bench.workflow.started[-1] == (JOB, job.attempt)
    attempts = [attempt for _, attempt in bench.workflow.started]
    assert attempts == sorted(set(attempts))
