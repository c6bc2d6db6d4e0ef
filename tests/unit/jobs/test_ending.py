"""A job's end is told once; its money is closed whatever goes down in between."""

import pytest
from tests.fakes.job_store import seed
from tests.fakes.jobs_bench import CLIP, FINGERPRINT, JOB, LEASE, USER, JobsBench, make_job, make_output, make_problem

from omnigen_jobs.domain.changes import Change
from omnigen_jobs.domain.problems import IntentMovedError, JobTerminalError, StageSkippedError
from omnigen_jobs.domain.records import ClaimState, Money
from omnigen_shared.contracts.base import IntentId
from omnigen_shared.contracts.job import IntentStatus, JobStatus
from omnigen_shared.errors import InvalidRequestError, RemoteProblemError

OUTPUT = f"u/{USER}/clips/{FINGERPRINT}.mp4"


@pytest.fixture
def bench() -> JobsBench:
    made = JobsBench()
    seed(made.store, make_job(made.clock))
    made.quota.states[JOB] = "open"
    return made


async def test_a_completed_job_tells_of_its_video_and_is_committed(bench: JobsBench) -> None:
    await bench.reach(JobStatus.COMPOSING)
    record = await bench.uses.ending.complete(USER, JOB, 1, make_output())
    assert (record.job.status, record.job.money, record.job.lease_until) == (JobStatus.COMPLETED, Money.CLOSED, None)
    assert bench.quota.states == {JOB: "committed"}
    last = (await bench.store.list_events(JOB, 0, 10))[-1]
    assert last.type == "job.completed"
    assert last.data["output"] == {
        "frames": 450,
        "duration_s": 15.0,
        "size_bytes": 9,
        "width": 1280,
        "height": 720,
    }
    assert last.data["links"]["video"] == f"/api/v1/jobs/{JOB}/video"
    assert last.data["cost"] == {"estimate_usd": "0.465", "max_usd": "0.57125", "spent_usd": "0.00"}


async def test_a_failed_job_says_why_and_is_released(bench: JobsBench) -> None:
    record = await bench.uses.ending.fail(USER, JOB, 1, make_problem())
    assert (record.job.status, record.job.money) == (JobStatus.FAILED, Money.CLOSED)
    assert bench.quota.states == {JOB: "released"}
    [event] = await bench.store.list_events(JOB, 0, 10)
    assert event.data["problem"] == make_problem().model_dump(mode="json")


async def test_an_end_that_was_reported_may_be_reported_again(bench: JobsBench) -> None:
    await bench.reach(JobStatus.COMPOSING)
    for _ in range(2):
        await bench.uses.ending.complete(USER, JOB, 1, make_output())
    assert (await bench.tell_types()).count("job.completed") == 1
    with pytest.raises(JobTerminalError):
        await bench.uses.ending.complete(USER, JOB, 1, make_output(frames=449))
    with pytest.raises(JobTerminalError):
        await bench.uses.ending.fail(USER, JOB, 1, make_problem())


async def test_a_failure_that_was_reported_may_be_reported_again(bench: JobsBench) -> None:
    for _ in range(2):
        await bench.uses.ending.fail(USER, JOB, 1, make_problem())
    assert await bench.tell_types() == ["job.failed"]


async def test_a_job_completes_from_composing_only(bench: JobsBench) -> None:
    await bench.reach(JobStatus.GENERATING)
    with pytest.raises(StageSkippedError):
        await bench.uses.ending.complete(USER, JOB, 1, make_output())


@pytest.mark.parametrize("field", ["video_key", "poster_key"])
async def test_a_video_lies_with_its_user(bench: JobsBench, field: str) -> None:
    await bench.reach(JobStatus.COMPOSING)
    with pytest.raises(InvalidRequestError):
        await bench.uses.ending.complete(USER, JOB, 1, make_output(**{field: "u/user-2/x.mp4"}))


async def test_an_end_stands_when_quota_is_down_and_its_money_follows(bench: JobsBench) -> None:
    bench.quota.is_down = True
    record = await bench.uses.ending.fail(USER, JOB, 1, make_problem())
    assert (record.job.money, record.job.lease_until) == (Money.RESERVED, bench.clock.now() + LEASE)
    bench.clock.advance(46)
    await bench.reaper.sweep()
    assert bench.quota.states == {JOB: "open"}
    bench.quota.is_down = False
    bench.clock.advance(46)
    await bench.reaper.sweep()
    assert bench.quota.states == {JOB: "released"}
    assert (await bench.read()).job.lease_until is None
    assert await bench.tell_types() == ["job.failed"]


async def test_an_end_stands_when_quota_refuses_to_close_it(bench: JobsBench) -> None:
    async def refuse(*_: object) -> None:
        raise RemoteProblemError(409, "amount_mismatch", "it is another one")

    bench.quota.release = refuse
    record = await bench.uses.ending.fail(USER, JOB, 1, make_problem())
    assert (record.job.status, record.job.money) == (JobStatus.FAILED, Money.RESERVED)


@pytest.mark.parametrize("is_reserved", [False, True])
async def test_what_was_not_sent_goes_back_and_its_clip_with_it(bench: JobsBench, is_reserved: bool) -> None:
    await bench.plan()
    if is_reserved:
        await bench.move("planned", "reserved")
    record = await bench.uses.ending.fail(USER, JOB, 1, make_problem())
    assert record.intents[0].status is IntentStatus.REFUNDED
    assert bench.quota.refunded == {(JOB, CLIP)}
    assert bench.store.claims[(USER, FINGERPRINT)].state is ClaimState.RELEASED


@pytest.mark.parametrize("end", ["cancel", "fail", "complete"])
async def test_what_is_planned_while_the_end_is_written_goes_back(
    bench: JobsBench, monkeypatch: pytest.MonkeyPatch, end: str
) -> None:
    """A call's writes do not touch the job, so who writes the end has read the record without it and wins anyway."""
    await bench.reach(JobStatus.COMPOSING)
    commit = bench.store.commit

    async def plan_first(change: Change) -> None:
        if change.job is not None and change.job.status.is_terminal and not (await bench.read()).intents:
            await bench.plan()
            await bench.move("planned", "reserved")
        await commit(change)

    monkeypatch.setattr(bench.store, "commit", plan_first)
    uses = bench.uses.ending
    if end == "cancel":
        record = await uses.cancel(USER, JOB)
    elif end == "fail":
        record = await uses.fail(USER, JOB, 1, make_problem())
    else:
        record = await uses.complete(USER, JOB, 1, make_output())
    assert record.intents[0].status is IntentStatus.REFUNDED
    assert bench.quota.refunded == {(JOB, CLIP)}
    assert (record.job.money, record.job.lease_until) == (Money.CLOSED, None)


async def test_a_refund_that_quota_has_not_heard_of_is_told_again(bench: JobsBench) -> None:
    """The execution wrote it into the record, and died before it told quota."""
    await bench.plan()
    await bench.move("planned", "refunded")
    await bench.uses.ending.fail(USER, JOB, 1, make_problem())
    assert bench.quota.refunded == {(JOB, CLIP)}


async def test_what_was_ingested_is_paid_and_kept(bench: JobsBench) -> None:
    await bench.plan()
    await bench.send()
    await bench.move("created", "ingested", output_key=OUTPUT)
    record = await bench.uses.ending.fail(USER, JOB, 1, make_problem())
    assert (record.intents[0].status, record.intents[0].output_key) == (IntentStatus.SETTLED, OUTPUT)
    assert bench.quota.settled == {(JOB, CLIP): 150_000}
    assert record.job.spent_microusd == 150_000
    assert (await bench.tell_types())[-1] == "job.failed"


@pytest.mark.parametrize("status", ["sending", "created", "unknown"])
async def test_what_may_have_been_charged_stays_held(bench: JobsBench, status: str) -> None:
    await bench.plan()
    await bench.move("planned", "reserved")
    await bench.move("reserved", "sending", owner="w1")
    if status != "sending":
        await bench.move("sending", status, provider_id="p-1")
    record = await bench.uses.ending.fail(USER, JOB, 1, make_problem())
    assert record.intents[0].status.value == status
    assert (bench.quota.refunded, bench.quota.settled) == (set(), {})
    state = bench.store.claims[(USER, FINGERPRINT)].state
    assert state is (ClaimState.UNRESOLVED if status == "unknown" else ClaimState.HELD)
    assert record.job.money is Money.CLOSED
    assert record.job.lease_until == bench.clock.now(), "somebody looks after it at once"


@pytest.mark.parametrize("refusal", ["reserved", "refunded"])
async def test_a_refusal_that_is_heard_of_after_the_end_gives_the_price_back(bench: JobsBench, refusal: str) -> None:
    """Only its sender knows that the provider took nothing; to the provider's list it would be unknown for ever."""
    await bench.plan()
    await bench.move("planned", "reserved")
    await bench.move("reserved", "sending", owner="w1")
    await bench.uses.ending.cancel(USER, JOB)
    with pytest.raises(IntentMovedError):
        await bench.move("sending", refusal, owner="w2")
    for _ in range(2):  # the first answer is lost
        assert (await bench.move("sending", refusal, owner="w1")).status is IntentStatus.REFUNDED
    bench.clock.advance(1)
    await bench.reaper.sweep()
    record = await bench.read()
    assert (record.job.status, record.job.money, record.job.lease_until) == (JobStatus.CANCELED, Money.CLOSED, None)
    assert bench.quota.refunded == {(JOB, CLIP)}
    assert bench.store.claims[(USER, FINGERPRINT)].state is ClaimState.RELEASED


async def test_a_refusal_that_is_heard_of_while_the_money_is_closed_is_not_lost(
    bench: JobsBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    await bench.plan()
    await bench.move("planned", "reserved")
    await bench.move("reserved", "sending", owner="w1")
    commit = bench.store.commit

    async def refuse_first(change: Change) -> None:
        if change.job is not None and change.job.money is Money.CLOSED:
            monkeypatch.setattr(bench.store, "commit", commit)
            await bench.move("sending", "reserved", owner="w1")
        await commit(change)

    monkeypatch.setattr(bench.store, "commit", refuse_first)
    await bench.uses.ending.cancel(USER, JOB)
    bench.clock.advance(1)
    await bench.reaper.sweep()
    assert (await bench.read()).job.money is Money.CLOSED
    assert bench.quota.refunded == {(JOB, CLIP)}


async def test_a_refusal_counts_although_the_attempt_was_replaced(bench: JobsBench) -> None:
    """The next one sends again; else it would look for a call that was never made."""
    await bench.plan()
    await bench.move("planned", "reserved")
    await bench.move("reserved", "sending", owner="w1")
    await bench.uses.attempts.continue_job(USER, JOB, 1)
    assert (await bench.move("sending", "reserved", owner="w1")).status is IntentStatus.RESERVED
    assert (await bench.move("reserved", "sending", attempt=2, owner="w2")).owner == "w2"
    with pytest.raises(IntentMovedError):
        await bench.move("sending", "reserved", owner="w1")


async def test_money_is_closed_before_calls_are_accounted_for(bench: JobsBench) -> None:
    """So that quota refuses a straggler's spend instead of holding it for ever."""
    await bench.plan()
    await bench.uses.ending.fail(USER, JOB, 1, make_problem())
    assert bench.quota.calls == ["released 2026-11", "refund"]


async def test_closing_goes_on_where_it_was_cut_off(bench: JobsBench) -> None:
    for name, fingerprint in (("scene-01.1", "1" * 64), ("scene-02.1", "2" * 64)):
        await bench.plan(JOB, name, fingerprint=fingerprint)
    refund, asked = bench.quota.refund, []

    async def fail_once(job: object, intent_id: IntentId) -> None:
        asked.append(intent_id)
        bench.quota.is_down = len(asked) == 2
        await refund(job, intent_id)

    bench.quota.refund = fail_once
    record = await bench.uses.ending.fail(USER, JOB, 1, make_problem())
    assert record.job.money is Money.RESERVED
    bench.quota.is_down = False
    bench.clock.advance(46)
    await bench.reaper.sweep()
    assert {intent_id for _, intent_id in bench.quota.refunded} == {"scene-01.1", "scene-02.1"}
    assert (await bench.read()).job.money is Money.CLOSED
