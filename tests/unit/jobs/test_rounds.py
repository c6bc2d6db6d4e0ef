"""Stop, resume, regenerate: a new attempt over the same record, which pays for nothing that is there."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from tests.fakes.job_store import seed
from tests.fakes.jobs_bench import (
    JOB,
    USER,
    JobsBench,
    make_job,
    make_output,
    make_problem,
    make_storyboard,
)
from tests.fakes.jobs_rounds import (
    CHAINED,
    CLIP_PRICE,
    begin,
    clip_key,
    complete,
    fail,
    fail_in_doubt,
    make_mortal,
)
from tests.fakes.sudden_death import Fate, KilledError

from omnigen_jobs.domain.problems import JobRunningError, JobTerminalError, ModelUnableError, NothingMissingError
from omnigen_jobs.domain.records import Job, Money, Record
from omnigen_jobs.domain.rounds import Wish
from omnigen_jobs.schemas.views import JobView
from omnigen_shared.contracts.base import IntentId, JobId, UserId
from omnigen_shared.contracts.catalogue import MUSIC_MODELS, SPEECH_MODELS, VIDEO_MODELS
from omnigen_shared.contracts.job import IntentStatus, JobStatus, SceneState, UpdateScene
from omnigen_shared.errors import DependencyUnavailableError, InvalidRequestError, NotFoundError, QuotaExceededError
from omnigen_shared.money import format_usd
from omnigen_shared.testing.clock import FrozenClock

NOTHING = Wish()


@pytest.fixture
async def failed() -> JobsBench:
    bench = await begin()
    await fail(bench)
    return bench


@pytest.fixture
async def completed() -> JobsBench:
    return await complete()


async def resume(bench: JobsBench, wish: Wish = NOTHING) -> Record:
    return await bench.uses.resuming.resume(USER, JOB, wish)


def states(record: Record) -> list[tuple[SceneState, int]]:
    return [(scene.state, scene.take) for scene in record.all_scenes]


async def test_a_resumed_job_begins_again_where_it_was(failed: JobsBench) -> None:
    record = await resume(failed)
    job = record.job
    assert (job.status, job.attempt, job.round, job.problem) == (JobStatus.PENDING, 2, 2, None)
    assert states(record) == [(SceneState.PREPARED, 1), (SceneState.PREPARED, 1), (SceneState.QUEUED, 1)]
    assert failed.workflow.started == [(JOB, 2)]
    assert job.deadline_at > failed.clock.now() + timedelta(minutes=10)
    assert (await failed.tell_types())[-1] == "job.resumed"


@pytest.mark.parametrize("is_unsent_first", [False, True])
async def test_who_closes_the_round_before_too_late_leaves_this_one_alone(is_unsent_first: bool) -> None:
    bench = await begin()
    bench.quota.is_down = True
    await fail(bench)
    bench.quota.is_down = False
    seen = await bench.read()
    assert seen.job.money is not Money.CLOSED
    release, may_go = bench.quota.release, asyncio.Event()

    async def release_slowly(job: Job, month: str) -> None:
        await release(job, month)
        await may_go.wait()

    bench.quota.release = release_slowly
    late = asyncio.create_task(bench.uses.ending.close(seen))
    await asyncio.sleep(0)
    bench.quota.release = release
    begun = await resume(bench)
    if is_unsent_first:
        await bench.plan(intent="scene-03.1.2", attempt=2, fingerprint=f"{3:064x}")
    may_go.set()
    await late
    record = await bench.read()
    assert (record.job.round, record.job.money, record.job.status) == (2, Money.RESERVED, JobStatus.PENDING)
    assert all(
        intent.status is not IntentStatus.REFUNDED for intent in record.intents if intent.round == begun.job.round
    )
    assert bench.quota.states == {JOB: "released", f"{JOB}.2": "open"}


async def test_it_reserves_what_is_missing_and_one_clip_more(failed: JobsBench) -> None:
    before = (await failed.read()).job
    job = (await resume(failed)).job
    assert job.round_max_microusd == 2 * CLIP_PRICE
    assert (job.max_microusd, job.estimate_microusd) == (
        before.max_microusd + 2 * CLIP_PRICE,
        before.estimate_microusd + CLIP_PRICE,
    )
    assert failed.quota.states == {JOB: "released", f"{JOB}.2": "open"}


async def test_a_failed_job_counts_as_a_video_again_and_a_completed_one_once(
    failed: JobsBench, completed: JobsBench
) -> None:
    await resume(failed)
    await resume(completed, Wish(scene=2))
    assert (failed.quota.videos[f"{JOB}.2"], completed.quota.videos[f"{JOB}.2"]) == (1, 0)


async def test_what_resuming_costs_is_told_with_the_sound_that_is_missing() -> None:
    request = make_job(FrozenClock()).request.model_copy(update={"narration": True})
    lines = ("the hill", "the hill", "and dawn")
    plan = make_storyboard()
    scenes = tuple(each.model_copy(update={"narration": line}) for each, line in zip(plan.scenes, lines, strict=True))
    bench = await begin(request=request, storyboard=plan.model_copy(update={"scenes": scenes}), music_key=None)
    await fail(bench)
    told = JobView.of_record(await bench.read()).resume_usd
    speech = SPEECH_MODELS[request.speech_model]
    sound = MUSIC_MODELS[request.music_model].price_microusd + 2 * speech.price(len("the hill"))
    assert told == format_usd(CLIP_PRICE + sound)
    before = (await bench.read()).job
    after = (await resume(bench)).job
    assert after.estimate_microusd - before.estimate_microusd == CLIP_PRICE + sound
    assert JobView.of_record(await bench.read()).resume_usd is None, "at work"


async def test_a_complete_video_and_one_whose_model_is_gone_have_no_price_to_resume(
    failed: JobsBench, completed: JobsBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert JobView.of_record(await completed.read()).resume_usd is None
    assert JobView.of_record(await failed.read()).resume_usd == format_usd(CLIP_PRICE)
    monkeypatch.delitem(VIDEO_MODELS, (await failed.read()).job.request.model)
    assert JobView.of_record(await failed.read()).resume_usd is None
    for bench, wish in ((failed, NOTHING), (completed, Wish(scene=1))):
        with pytest.raises(ModelUnableError):
            await resume(bench, wish)


async def test_calls_of_a_new_round_are_booked_under_it(failed: JobsBench) -> None:
    await resume(failed)
    intent = await failed.plan(intent=IntentId("scene-03.1.2"), attempt=2, fingerprint=f"{3:064x}")
    assert (intent.round, intent.reservation_id, intent.month) == (2, f"{JOB}.2", "2026-11")


async def test_a_scene_whose_clip_is_there_is_only_prepared_again() -> None:
    bench = await begin()
    told = UpdateScene(state=SceneState.INGESTED, clip_key=clip_key(3))
    await bench.uses.attempts.update_scene(USER, JOB, 1, 3, told)
    await fail(bench)
    record = await resume(bench)
    assert states(record)[2] == (SceneState.INGESTED, 1)
    assert record.job.round_max_microusd == 0


async def test_a_regenerated_scene_makes_another_take_and_the_others_stay(completed: JobsBench) -> None:
    record = await resume(completed, Wish(scene=2))
    assert states(record)[:2] == [(SceneState.PREPARED, 1), (SceneState.QUEUED, 2)]
    assert record.job.output is not None, "the former video stays until there is another"
    [event] = [e for e in await completed.store.list_events(JOB, 0, 99) if e.type == "job.resumed"]
    assert event.data["scene"] == 2


async def test_with_cascade_all_later_scenes_of_a_chain_follow() -> None:
    bench = await begin(**CHAINED)
    await fail(bench)
    assert states(await resume(bench, Wish(scene=2)))[1:] == [(SceneState.QUEUED, 2), (SceneState.QUEUED, 1)]
    bench = await begin(**CHAINED)
    await fail(bench)
    record = await resume(bench, Wish(scene=2, cascade=True))
    assert states(record) == [(SceneState.PREPARED, 1), (SceneState.QUEUED, 2), (SceneState.QUEUED, 2)]
    assert record.job.round_max_microusd == 3 * CLIP_PRICE, "both clips, and one of them once more"
    [event] = [e for e in await bench.store.list_events(JOB, 0, 99) if e.type == "job.resumed"]
    assert (event.data["scene"], event.data["scenes"]) == (2, [2, 3])


async def test_where_no_scene_follows_from_another_cascade_is_refused(completed: JobsBench) -> None:
    with pytest.raises(InvalidRequestError) as refused:
        await resume(completed, Wish(scene=1, cascade=True))
    assert refused.value.details["fields"][0]["field"] == "cascade"
    assert (await completed.read()).job.next_round is None


async def test_a_round_that_fails_leaves_the_former_video(completed: JobsBench) -> None:
    await resume(completed, Wish(scene=2))
    record = await completed.uses.ending.fail(USER, JOB, 2, make_problem())
    assert (record.job.status, record.job.output) == (JobStatus.FAILED, make_output())
    assert completed.quota.states == {JOB: "committed", f"{JOB}.2": "released"}


async def test_what_cannot_be_resumed_says_so(failed: JobsBench, completed: JobsBench) -> None:
    with pytest.raises(NothingMissingError):
        await resume(completed)
    with pytest.raises(NotFoundError):
        await resume(completed, Wish(scene=4))
    await resume(failed)
    with pytest.raises(JobRunningError):
        await resume(failed)


async def test_a_maximum_holds_for_the_round(failed: JobsBench) -> None:
    with pytest.raises(InvalidRequestError) as refused:
        await resume(failed, Wish(max_cost_usd=Decimal("0.14")))
    assert refused.value.details["fields"][0]["limits"] == {"ge": "0.15"}
    assert (await resume(failed, Wish(max_cost_usd=Decimal("0.2")))).job.round_max_microusd == 200_000


async def test_refused_by_quota_the_job_stays_as_it_ended(failed: JobsBench) -> None:
    before = (await failed.read()).job
    failed.quota.places = 0
    with pytest.raises(QuotaExceededError):
        await resume(failed)
    failed.clock.advance(60)
    await failed.reaper.sweep()
    after = (await failed.read()).job
    assert replace(after, version=before.version) == before
    assert failed.workflow.started == []


async def test_a_round_that_quota_does_not_answer_for_in_time_is_given_back(failed: JobsBench) -> None:
    failed.quota.loses_replies = True
    with pytest.raises(Exception, match="lost"):
        await resume(failed)
    assert failed.quota.states[f"{JOB}.2"] == "open"
    failed.quota.loses_replies = False
    failed.clock.advance(3600)
    await failed.reaper.sweep()
    assert failed.quota.states[f"{JOB}.2"] == "released"
    assert (await failed.read()).job.next_round is None
    record = await resume(failed)
    assert (record.job.status, record.job.reservation_id) == (JobStatus.PENDING, f"{JOB}.3"), "that one stays closed"
    assert failed.quota.states[f"{JOB}.3"] == "open"


async def test_a_round_that_is_asked_for_while_the_reaper_looks_at_open_calls_is_not_put_off(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    bench = await fail_in_doubt()
    for _ in range(100):  # each look is later than the one before
        bench.clock.advance(600)
        await bench.reaper.sweep()
    due_at = (await bench.read()).job.lease_until
    assert due_at is not None
    bench.clock.advance((due_at - bench.clock.now()).total_seconds() + 1)
    find_record = bench.store.find_record

    async def ask_first(job_id: JobId) -> Record | None:
        monkeypatch.setattr(bench.store, "find_record", find_record)
        bench.quota.is_down = True  # so that the reaper's turn comes between the asking and the beginning
        with contextlib.suppress(DependencyUnavailableError):
            await resume(bench)
        bench.quota.is_down = False
        found: Record | None = await find_record(job_id)
        return found

    monkeypatch.setattr(bench.store, "find_record", ask_first)
    await bench.reaper.sweep()
    bench.clock.advance(46)
    await bench.reaper.sweep()
    job = (await bench.read()).job
    assert (job.status, job.round, bench.workflow.started[-1]) == (JobStatus.PENDING, 2, (JOB, job.attempt))


Act = Callable[[JobsBench], Awaitable[object]]


async def count_calls(act: Act) -> int:
    bench = await begin()
    await fail(bench)
    fate = Fate(10**9, is_heard=False)
    await act(make_mortal(bench, fate))
    return fate.calls


@pytest.mark.parametrize("is_heard", [False, True])
async def test_wherever_death_comes_the_round_is_begun_once(is_heard: bool) -> None:
    for nth in range(await count_calls(resume)):
        bench = await begin()
        await fail(bench)
        with pytest.raises(KilledError):
            await resume(make_mortal(bench, Fate(nth, is_heard)))
        for _ in range(3):
            bench.clock.advance(46)
            await bench.reaper.sweep()
        job = (await bench.read()).job
        if job.status.is_terminal:
            assert bench.quota.states == {JOB: "released"}, nth
            job = (await resume(bench)).job
        assert (job.status, job.round, job.money) == (JobStatus.PENDING, 2, Money.RESERVED), nth
        assert (await bench.tell_types()).count("job.resumed") == 1


async def test_a_canceled_job_gives_back_and_keeps_its_clips() -> None:
    bench = await begin()
    first = await bench.uses.ending.cancel(USER, JOB)
    record = await bench.uses.ending.cancel(USER, JOB)
    assert record == first
    assert (record.job.status, record.job.money) == (JobStatus.CANCELED, Money.CLOSED)
    assert bench.quota.states == {JOB: "released"}
    assert [intent.status for intent in record.intents] == [
        IntentStatus.SETTLED,
        IntentStatus.SETTLED,
        IntentStatus.REFUNDED,
    ]
    assert (await bench.tell_types()).count("job.canceled") == 1
    assert states(await resume(bench))[2] == (SceneState.QUEUED, 1)


async def test_after_a_cancel_somebody_stops_the_composer_once() -> None:
    bench = await begin()
    await bench.uses.ending.cancel(USER, JOB)
    for _ in range(4):
        bench.clock.advance(60)
        await bench.reaper.sweep()
    assert bench.workflow.settling == [(JOB, 2)]
    assert (await bench.read()).job.lease_until is None


async def test_before_its_first_clip_a_canceled_job_leaves_nothing_to_stop() -> None:
    bench = JobsBench()
    seed(bench.store, make_job(bench.clock, status=JobStatus.GENERATING))
    record = await bench.uses.ending.cancel(USER, JOB)
    assert record.job.lease_until is None


async def test_only_a_job_at_work_is_canceled(completed: JobsBench) -> None:
    with pytest.raises(JobTerminalError):
        await completed.uses.ending.cancel(USER, JOB)


async def test_somebody_elses_job_is_not_found(failed: JobsBench) -> None:
    with pytest.raises(NotFoundError):
        await failed.uses.resuming.resume(UserId("user-2"), JOB, NOTHING)
    with pytest.raises(NotFoundError):
        await failed.uses.ending.cancel(UserId("user-2"), JOB)


async def test_a_watcher_from_the_beginning_is_not_stopped_by_a_former_end(failed: JobsBench) -> None:
    await resume(failed)
    await failed.uses.ending.cancel(USER, JOB)
    told = [item async for item in failed.uses.following.follow(JOB, 0)]
    kinds = [getattr(item, "type", "end") for item in told]
    assert kinds[-4:] == ["job.failed", "job.resumed", "job.canceled", "end"]
