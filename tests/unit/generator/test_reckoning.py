"""After a job's end: what its open calls have become is learnt, kept and paid, or given back."""

import asyncio
from datetime import timedelta

import pytest
from tests.fakes.generator_provider import NEVER_S, Fault
from tests.fakes.generator_world import CLIPS, PLANNER, World
from tests.fakes.kill_switch import KillSwitch
from tests.fakes.time_travel import run_virtually

from omnigen_shared.contracts.job import IntentStatus, JobStatus

CLIP_PRICE = 5 * 25_000
OPEN = {IntentStatus.SENDING, IntentStatus.CREATED, IntentStatus.UNKNOWN, IntentStatus.INGESTED}


def late(latency_s: float = 150) -> World:
    """A job that ends before its clips do."""
    world = World()
    world.provider.latency_s = latency_s
    world.provider.script(PLANNER, Fault.REFUSED)
    world.order(time_s=100)
    assert world.run().status is JobStatus.FAILED
    return world


def statuses(world: World) -> set[IntentStatus]:
    return {intent.status for intent in world.snapshot.intents}


def test_clips_that_end_after_their_job_are_kept_and_paid_once() -> None:
    world = late()
    assert IntentStatus.CREATED in statuses(world)
    for _ in range(3):
        world.reckon()
    assert not OPEN & statuses(world)
    assert world.quota.held_microusd("job_1") == 0
    again = world.beside("job_2")
    again.order()
    world.provider.script(PLANNER, Fault.REFUSED)
    sent = len(world.provider.creates)
    assert again.run().status is JobStatus.COMPLETED
    assert CLIPS not in world.provider.creates[sent:]


@pytest.mark.parametrize("refusal", [Fault.THROTTLED, Fault.REFUSED])
def test_a_send_that_is_refused_after_the_job_was_canceled_is_no_unknown_call(
    monkeypatch: pytest.MonkeyPatch, refusal: Fault
) -> None:
    world = World()
    world.provider.script(PLANNER, Fault.REFUSED)
    world.provider.script(CLIPS, refusal)
    world.order()
    create = world.provider.create

    async def cancel_first(model: str, *call: object) -> object:
        if model == CLIPS:
            canceled = world.snapshot.model_copy(update={"status": JobStatus.CANCELED})
            world.jobs.snapshots[world.ref.job_id] = canceled
        return await create(model, *call)  # type: ignore[arg-type]

    monkeypatch.setattr(world.provider, "create", cancel_first)
    world.run()
    monkeypatch.undo()
    for _ in range(3):
        world.reckon()
    assert not OPEN & statuses(world)
    assert not world.provider.bill()


@pytest.mark.parametrize("is_rendering", [False, True])
def test_for_a_canceled_job_nothing_more_is_composed(is_rendering: bool) -> None:
    world = World()
    world.composer.work_s = 3
    world.order()

    async def scenario() -> None:
        running = asyncio.create_task(world.run_executions())
        while not is_there_work():  # noqa: ASYNC110 - in virtual time
            await asyncio.sleep(0.5)
        world.composer.ready_at |= dict.fromkeys(world.composer.list_running(), world.clock.now() + timedelta(days=1))
        world.jobs.snapshots[world.ref.job_id] = world.snapshot.model_copy(update={"status": JobStatus.CANCELED})
        await running

    def is_there_work() -> bool:
        return bool(world.composer.list_running()) and (world.snapshot.status is JobStatus.COMPOSING) is is_rendering

    run_virtually(scenario())
    finished = set(world.composer.segments)
    assert world.composer.list_running()
    world.reckon()
    assert world.composer.list_running() == set()
    assert set(world.composer.segments) == finished


def test_a_call_that_is_listed_very_late_is_found_after_all() -> None:
    world = World()
    world.provider.listed_after_s = 600
    world.provider.script(CLIPS, Fault.REPLY_LOST)
    world.order()
    assert world.run().status is JobStatus.FAILED
    assert world.intent("scene-01.1").status is IntentStatus.UNKNOWN
    for _ in range(15):
        world.reckon()
    assert world.intent("scene-01.1").status is IntentStatus.SETTLED
    assert world.quota.held_microusd("job_1") == 0
    assert set(world.provider.bill().values()) == {1}


def test_a_call_that_is_never_listed_stays_held() -> None:
    world = World()
    world.provider.listed_after_s = NEVER_S
    world.provider.script(CLIPS, Fault.REQUEST_LOST)
    world.order()
    world.run()
    for _ in range(5):
        world.reckon()
    assert world.intent("scene-01.1").status is IntentStatus.UNKNOWN
    assert world.quota.held_microusd("job_1") == CLIP_PRICE


def test_an_order_for_what_nobody_knows_the_fate_of_fails_at_once_and_names_the_job() -> None:
    world = World()
    world.provider.listed_after_s = NEVER_S
    world.provider.script(CLIPS, Fault.REQUEST_LOST)
    world.order()
    world.run()
    again = world.beside("job_2")
    again.order()
    began = world.clock.now()
    problem = again.run().problem
    assert problem is not None
    assert (problem.code, problem.scene) == ("outcome_unknown", 1)
    assert "job_1" in problem.detail
    assert "seed" in problem.remedy
    assert (world.clock.now() - began).total_seconds() < 60


@pytest.mark.parametrize(("has_begun", "stopped"), [(False, 4), (True, 0)])
def test_of_a_canceled_job_only_what_has_begun_is_paid_and_kept(*, has_begun: bool, stopped: int) -> None:
    world = late()
    world.provider.begins_after_s = 0 if has_begun else NEVER_S
    canceled = world.snapshot.model_copy(update={"status": JobStatus.CANCELED})
    world.jobs.snapshots[world.ref.job_id] = canceled
    world.reckon()
    assert len(world.provider.canceled) == stopped
    for _ in range(3):
        world.reckon()
    assert not OPEN & statuses(world)
    assert (world.quota.spent_microusd("job_1") > 0) == has_begun
    assert set(world.provider.bill().values()) == ({1} if has_begun else set())


def test_of_a_failed_job_nothing_is_stopped() -> None:
    world = late()
    world.reckon()
    assert world.provider.canceled == []


@pytest.mark.parametrize("is_before", [False, True])
def test_a_kill_at_any_call_loses_nothing(*, is_before: bool) -> None:
    counting = KillSwitch()
    late().reckon(counting)
    for at in range(1, counting.calls + 1):
        world = late()
        world.reckon(KillSwitch(at, is_before=is_before))
        for _ in range(3):
            world.reckon()
        assert not OPEN & statuses(world), at
        assert world.quota.held_microusd("job_1") == 0
        assert set(world.provider.bill().values()) <= {1}
