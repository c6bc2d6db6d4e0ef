"""What an execution may report, and which execution may report it."""

import asyncio
import contextlib
from datetime import timedelta

import pytest
from tests.fakes.job_store import seed
from tests.fakes.jobs_bench import (
    JOB,
    LEASE,
    STAGES,
    USER,
    JobsBench,
    make_job,
    make_order,
    make_output,
    make_problem,
    make_storyboard,
)

from omnigen_jobs.domain.problems import JobTerminalError, StageSkippedError, StaleAttemptError
from omnigen_jobs.domain.stages import MOVES, move_status
from omnigen_shared.contracts.base import UserId
from omnigen_shared.contracts.catalogue import SPEECH_MODEL
from omnigen_shared.contracts.job import (
    BeginStage,
    JobStatus,
    Progress,
    SceneState,
    StoreMusic,
    StoreStoryboard,
    UpdateScene,
)
from omnigen_shared.errors import InvalidRequestError, NotFoundError


@pytest.fixture
def bench() -> JobsBench:
    made = JobsBench()
    seed(made.store, make_job(made.clock))
    return made


WRITES = {
    "heartbeat": lambda uses, attempt: uses.attempts.heartbeat(USER, JOB, attempt),
    "status": lambda uses, attempt: uses.attempts.begin_stage(
        USER, JOB, attempt, BeginStage(status=JobStatus.PLANNING)
    ),
    "storyboard": lambda uses, attempt: uses.attempts.store_storyboard(
        USER, JOB, attempt, StoreStoryboard(storyboard=make_storyboard(), recipe_id="r")
    ),
    "scene": lambda uses, attempt: uses.attempts.update_scene(
        USER, JOB, attempt, 1, UpdateScene(state=SceneState.GENERATING)
    ),
    "music": lambda uses, attempt: uses.attempts.store_music(USER, JOB, attempt, StoreMusic(music_key=f"u/{USER}/m")),
    "progress": lambda uses, attempt: uses.attempts.mark_progress(
        USER, JOB, attempt, Progress(stage="planning", fraction=0.5)
    ),
    "complete": lambda uses, attempt: uses.ending.complete(USER, JOB, attempt, make_output()),
    "fail": lambda uses, attempt: uses.ending.fail(USER, JOB, attempt, make_problem()),
    "continue": lambda uses, attempt: uses.attempts.continue_job(USER, JOB, attempt),
}
"""Every write of an attempt but those of intents, which have the same tests in their own file."""


@pytest.mark.parametrize("write", WRITES.values(), ids=WRITES)
@pytest.mark.parametrize("attempt", [1, 3])
async def test_only_the_present_attempt_writes(bench: JobsBench, write: object, attempt: int) -> None:
    seed(bench.store, make_job(bench.clock, attempt=2))
    with pytest.raises(StaleAttemptError) as refused:
        await write(bench.uses, attempt)  # type: ignore[operator]
    assert refused.value.details == {"attempt": 2}
    assert (await bench.read()).job.version == 1


@pytest.mark.parametrize("write", WRITES.values(), ids=WRITES)
@pytest.mark.parametrize("status", [JobStatus.COMPLETED, JobStatus.FAILED, JobStatus.CANCELED])
async def test_nothing_is_written_after_the_end(bench: JobsBench, write: object, status: JobStatus) -> None:
    seed(bench.store, make_job(bench.clock, status=status))
    with pytest.raises(JobTerminalError):
        await write(bench.uses, 1)  # type: ignore[operator]
    assert (await bench.read()).job.version == 1


@pytest.mark.parametrize("write", WRITES.values(), ids=WRITES)
async def test_an_execution_speaks_for_its_own_user_only(bench: JobsBench, write: object) -> None:
    seed(bench.store, make_job(bench.clock, user_id=UserId("user-2")))
    with pytest.raises(NotFoundError):
        await write(bench.uses, 1)  # type: ignore[operator]


@pytest.mark.parametrize("after", JobStatus)
@pytest.mark.parametrize("before", JobStatus)
def test_a_status_moves_along_the_table_and_nowhere_else(bench: JobsBench, before: JobStatus, after: JobStatus) -> None:
    job = make_job(bench.clock, status=before)
    if after in MOVES[before]:
        assert move_status(job, after, bench.clock.now()).status is after
        return
    with pytest.raises(StageSkippedError):
        move_status(job, after, bench.clock.now())


async def test_stages_begin_in_order_and_are_told_once(bench: JobsBench) -> None:
    for stage in STAGES:
        for _ in range(2):
            await bench.uses.attempts.begin_stage(USER, JOB, 1, BeginStage(status=stage))
    assert (await bench.read()).job.status is JobStatus.COMPOSING
    events = await bench.store.list_events(JOB, 0, 10)
    assert [(event.seq, event.data["status"]) for event in events] == [
        (1, "planning"),
        (2, "generating"),
        (3, "composing"),
    ]


async def test_a_later_attempt_passes_through_the_stages_that_lie_behind(bench: JobsBench) -> None:
    await bench.reach(JobStatus.COMPOSING)
    attempt = await bench.uses.attempts.continue_job(USER, JOB, 1)
    for stage in STAGES:
        record = await bench.uses.attempts.begin_stage(USER, JOB, attempt, BeginStage(status=stage))
        assert record.job.status is JobStatus.COMPOSING
    assert len(await bench.tell_types()) == 3


async def test_a_stage_cannot_be_left_out(bench: JobsBench) -> None:
    with pytest.raises(StageSkippedError) as refused:
        await bench.uses.attempts.begin_stage(USER, JOB, 1, BeginStage(status=JobStatus.COMPOSING))
    assert refused.value.details["may_become"] == ["canceled", "failed", "planning"]


@pytest.mark.parametrize("status", [JobStatus.PENDING, JobStatus.COMPLETED, JobStatus.FAILED])
async def test_an_end_is_no_stage(bench: JobsBench, status: JobStatus) -> None:
    with pytest.raises(InvalidRequestError):
        await bench.uses.attempts.begin_stage(USER, JOB, 1, BeginStage(status=status))


async def test_the_first_storyboard_wins(bench: JobsBench) -> None:
    first = StoreStoryboard(storyboard=make_storyboard(2), recipe_id="r1")
    second = StoreStoryboard(storyboard=make_storyboard(3), recipe_id="r2")
    answers = await asyncio.gather(
        *(bench.uses.attempts.store_storyboard(USER, JOB, 1, body) for body in (first, second))
    )
    assert {answer.job.recipe_id for answer in answers} == {"r1"}
    [event] = await bench.store.list_events(JOB, 0, 10)
    assert event.type == "job.planned"
    assert event.data["scenes"][0] == {"number": 1, "prompt": "a hill, 1", "duration_s": 5.5}


async def test_once_the_lines_are_known_the_estimate_is_what_they_cost() -> None:
    """Equal lines are bought once."""
    order = make_order(narration=True)
    bench = JobsBench()
    before = order.estimate.estimate_microusd
    seed(bench.store, make_job(bench.clock, request=order.request, cuts=order.cuts, estimate_microusd=before))
    lines = ("Look closer.", "Look closer.", "")
    rows = zip(make_storyboard().scenes, lines, strict=True)
    scenes = tuple(scene.model_copy(update={"narration": line}) for scene, line in rows)
    body = StoreStoryboard(storyboard=make_storyboard().model_copy(update={"scenes": scenes}), recipe_id="r")
    record = await bench.uses.attempts.store_storyboard(USER, JOB, 1, body)
    others = before - order.estimate.narration_microusd
    assert record.job.estimate_microusd == others + SPEECH_MODEL.price(len("Look closer."))
    again = await bench.uses.attempts.store_storyboard(USER, JOB, 1, body)
    assert again.job.estimate_microusd == record.job.estimate_microusd


async def test_the_first_music_wins_and_lies_with_its_user(bench: JobsBench) -> None:
    with pytest.raises(InvalidRequestError):
        await bench.uses.attempts.store_music(USER, JOB, 1, StoreMusic(music_key="u/user-2/music/a.mp3"))
    for name in ("a", "b"):
        record = await bench.uses.attempts.store_music(USER, JOB, 1, StoreMusic(music_key=f"u/{USER}/music/{name}.mp3"))
        assert record.job.music_key == f"u/{USER}/music/a.mp3"


async def test_a_lease_is_renewed_when_half_of_it_is_used(bench: JobsBench) -> None:
    bench.clock.advance(20)
    assert (await bench.uses.attempts.heartbeat(USER, JOB, 1)).job.version == 1
    bench.clock.advance(5)
    renewed = (await bench.uses.attempts.heartbeat(USER, JOB, 1)).job
    assert renewed.lease_until == bench.clock.now() + LEASE
    assert await bench.tell_types() == []


async def test_a_lease_runs_out_after_the_deadline(bench: JobsBench) -> None:
    seed(bench.store, make_job(bench.clock, deadline_at=bench.clock.now() + timedelta(seconds=40)))
    bench.clock.advance(41)
    assert (await bench.uses.attempts.heartbeat(USER, JOB, 1)).job.version == 1


async def test_beats_side_by_side_write_once(bench: JobsBench) -> None:
    bench.clock.advance(30)
    await asyncio.gather(*(bench.uses.attempts.heartbeat(USER, JOB, 1) for _ in range(10)))
    assert (await bench.read()).job.version == 2


async def test_progress_is_kept_once_a_second_and_is_no_event(bench: JobsBench) -> None:
    async def mark(fraction: float) -> float:
        body = Progress(stage="generating", fraction=fraction)
        job = (await bench.uses.attempts.mark_progress(USER, JOB, 1, body)).job
        assert job.progress is not None
        return job.progress.fraction

    assert await mark(0.1) == 0.1
    bench.clock.advance(0.9)
    assert await mark(0.2) == 0.1
    bench.clock.advance(0.1)
    assert await mark(0.3) == 0.3
    assert await bench.tell_types() == []


async def test_continue_starts_the_next_attempt_and_ends_the_old_one(bench: JobsBench) -> None:
    bench.clock.advance(40)
    assert await bench.uses.attempts.continue_job(USER, JOB, 1) == 2
    job = (await bench.read()).job
    assert (job.attempt, job.lease_until) == (2, bench.clock.now() + LEASE)
    assert bench.workflow.started == [(JOB, 2)]
    with pytest.raises(StaleAttemptError):
        await bench.uses.attempts.continue_job(USER, JOB, 1)


async def test_continue_side_by_side_starts_one_attempt(bench: JobsBench) -> None:
    answers = await asyncio.gather(
        *(bench.uses.attempts.continue_job(USER, JOB, 1) for _ in range(5)), return_exceptions=True
    )
    assert [answer for answer in answers if isinstance(answer, int)] == [2]
    assert sum(isinstance(answer, StaleAttemptError) for answer in answers) == 4
    assert bench.workflow.started == [(JOB, 2)]


async def test_a_continue_that_starts_nothing_is_left_to_the_reaper(bench: JobsBench) -> None:
    bench.workflow.is_down = True
    assert await bench.uses.attempts.continue_job(USER, JOB, 1) == 2
    bench.workflow.is_down = False
    bench.clock.advance(0.1)
    await bench.reaper.sweep()
    assert bench.workflow.started == [(JOB, 3)]


async def test_an_attempt_that_was_taken_for_dead_and_speaks_gains_time_for_the_next(bench: JobsBench) -> None:
    """Where all wait long for a worker, one attempt after the other would be given up before its first step."""
    seed(bench.store, make_job(bench.clock, deadline_at=bench.clock.now() + timedelta(hours=1)))
    bench.clock.advance(46)
    await bench.reaper.sweep()
    for _ in range(2):  # two of its steps
        with pytest.raises(StaleAttemptError):
            await bench.uses.attempts.heartbeat(USER, JOB, 1)
    job = (await bench.read()).job
    assert (job.attempt, job.patience, job.lease_until) == (2, 1, bench.clock.now() + 2 * LEASE)
    bench.clock.advance(46)
    record = await bench.uses.attempts.heartbeat(USER, JOB, 2)
    assert record.job.lease_until == bench.clock.now() + 2 * LEASE, "the next silence may be as long"
    for patience, attempt in ((2, 3), (3, 4), (3, 5)):
        bench.clock.advance(361)
        await bench.reaper.sweep()
        with pytest.raises(StaleAttemptError):
            await bench.uses.attempts.heartbeat(USER, JOB, attempt - 1)
        job = (await bench.read()).job
        assert (job.attempt, job.patience) == (attempt, patience)
        assert job.lease_until == bench.clock.now() + 2**patience * LEASE


async def test_who_is_silent_for_good_gains_no_time(bench: JobsBench) -> None:
    for attempt in (2, 3, 4):
        bench.clock.advance(46)
        await bench.reaper.sweep()
        job = (await bench.read()).job
        assert (job.attempt, job.lease_until) == (attempt, bench.clock.now() + LEASE)


async def test_patience_ends_soon_after_the_deadline(bench: JobsBench) -> None:
    deadline_at = bench.clock.now() + timedelta(seconds=100)
    seed(bench.store, make_job(bench.clock, deadline_at=deadline_at, attempt=2, patience=2, given_up=1))
    for attempt in (1, 2):
        with contextlib.suppress(StaleAttemptError):
            await bench.uses.attempts.heartbeat(USER, JOB, attempt)
        assert (await bench.read()).job.lease_until == deadline_at
    bench.clock.advance(99)
    record = await bench.uses.attempts.heartbeat(USER, JOB, 2)
    assert record.job.lease_until == bench.clock.now() + LEASE


async def test_whoever_went_on_by_itself_was_not_taken_for_dead(bench: JobsBench) -> None:
    for attempt in (1, 2):
        await bench.uses.attempts.continue_job(USER, JOB, attempt)
        with pytest.raises(StaleAttemptError):
            await bench.uses.attempts.heartbeat(USER, JOB, attempt)
    assert (await bench.read()).job.lease_until == bench.clock.now() + LEASE


async def test_a_lease_that_was_given_up_because_nothing_was_started_stays_so(bench: JobsBench) -> None:
    bench.workflow.is_down = True
    bench.clock.advance(46)
    await bench.reaper.sweep()
    with pytest.raises(StaleAttemptError):
        await bench.uses.attempts.heartbeat(USER, JOB, 1)
    bench.workflow.is_down = False
    bench.clock.advance(1)
    await bench.reaper.sweep()
    assert bench.workflow.started == [(JOB, 3)]


async def test_an_ended_job_learns_nothing(bench: JobsBench) -> None:
    bench.clock.advance(46)
    await bench.reaper.sweep()
    await bench.uses.ending.cancel(USER, JOB)
    before = await bench.read()
    with pytest.raises(StaleAttemptError):
        await bench.uses.attempts.heartbeat(USER, JOB, 1)
    assert await bench.read() == before
