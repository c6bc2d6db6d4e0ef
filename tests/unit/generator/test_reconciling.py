"""A call whose reply nobody has: whose prediction is it, and when is the search over."""

import asyncio
import contextlib

from tests.fakes.generator_provider import NEVER_S, Fault
from tests.fakes.generator_world import CLIPS, World
from tests.fakes.kill_switch import Killed, KillSwitch
from tests.fakes.time_travel import run_virtually

from omnigen_generator.schemas import StepOutcome
from omnigen_shared.contracts.job import IntentStatus, JobStatus


async def planned(world: World) -> None:
    """Up to the storyboard, without a model."""
    world.order(duration_s=9, music=False)
    await world.plan_alone()


async def send_and_lose(world: World, scene: int = 1) -> None:
    await planned(world)
    assert (await world.step("scene", scene=scene)).outcome is StepOutcome.WAITING
    assert world.intent(f"scene-0{scene}.1").status is IntentStatus.SENDING


def allow_equal_sends(world: World) -> None:
    """Jobs lets no two equal calls be in doubt at once; the bindings alone must hold, too."""
    world.jobs.sends.clear()


def test_the_socket_is_closed_in_the_record_before_the_search() -> None:
    world = World()
    world.provider.script(CLIPS, Fault.REPLY_LOST)

    async def scenario() -> None:
        await send_and_lose(world)
        assert world.intent("scene-01.1").closed_at is not None
        await world.step("scene", scene=1)
        assert world.intent("scene-01.1").status is IntentStatus.CREATED

    run_virtually(scenario())


def test_a_sender_that_may_still_wait_for_its_answer_is_left_alone() -> None:
    """Killed right after the fence: for its time-out the call counts as open, and only then the list is searched."""
    world = World()

    async def scenario() -> None:
        await planned(world)
        asked_before = await calls_until_sent()
        with contextlib.suppress(Killed):
            await world.step("scene", KillSwitch(asked_before), scene=1)
        assert world.intent("scene-01.1").status is IntentStatus.SENDING
        answer = await world.step("scene", scene=1)
        assert (answer.outcome, answer.wait_s) == (StepOutcome.WAITING, 2)
        world.provider.is_down = True
        world.clock.advance(world.limits.provider_timeout_s)
        assert (await world.step("scene", scene=1)).outcome is StepOutcome.WAITING
        assert world.provider.creates == []

    run_virtually(scenario())


async def calls_until_sent() -> int:
    """How many calls a scene's first step makes up to and with the fence, learnt in worlds of their own."""
    switch = KillSwitch()
    while True:
        switch.at += 1
        switch.calls = 0
        fresh = World()
        await planned(fresh)
        with contextlib.suppress(Killed):
            await fresh.step("scene", switch, scene=1)
        if any(intent.status is IntentStatus.SENDING for intent in fresh.snapshot.intents):
            return switch.at


def test_a_prediction_of_another_intent_is_never_taken() -> None:
    """Two users order the same thing; one reply is lost, and the list shows two equal predictions."""
    world = World()
    world.provider.script(CLIPS, Fault.REPLY_LOST)
    other = world.beside("job_2", "bob")

    async def scenario() -> None:
        await send_and_lose(world)
        allow_equal_sends(world)
        await planned(other)
        await other.step("scene", scene=1)
        assert other.intent("scene-01.1").provider_id == "p2"
        await world.step("scene", scene=1)
        assert world.intent("scene-01.1").provider_id == "p1"

    run_virtually(scenario())


def test_equal_predictions_of_two_lost_replies_go_to_one_intent_each() -> None:
    world = World()
    world.provider.script(CLIPS, Fault.REPLY_LOST, Fault.REPLY_LOST)
    other = world.beside("job_2", "bob")

    async def scenario() -> None:
        await send_and_lose(world)
        allow_equal_sends(world)
        await send_and_lose(other)
        await asyncio.gather(world.step("scene", scene=1), other.step("scene", scene=1))
        bound = {world.intent("scene-01.1").provider_id, other.intent("scene-01.1").provider_id}
        assert bound == {"p1", "p2"}

    run_virtually(scenario())


def test_a_reply_that_another_call_took_is_made_good_by_the_list() -> None:
    """Ada's own prediction was bound by Bob's search before she could; his, which is equal, becomes hers."""
    world = World()
    bob = world.beside("job_2", "bob")
    world.provider.script(CLIPS, Fault.REPLY_LOST)

    async def scenario() -> None:
        await send_and_lose(bob)
        allow_equal_sends(world)
        await planned(world)
        world.jobs.bindings["p2"] = (bob.ref.job_id, bob.intent("scene-01.1").intent_id)
        answer = await world.step("scene", scene=1)
        assert answer.outcome is StepOutcome.WAITING
        await world.step("scene", scene=1)
        assert world.intent("scene-01.1").provider_id == "p1"
        assert world.provider.creates.count(CLIPS) == 2

    run_virtually(scenario())


def test_without_a_list_nothing_is_concluded() -> None:
    world = World()
    world.provider.script(CLIPS, Fault.REQUEST_LOST)

    async def scenario() -> None:
        await send_and_lose(world)
        world.provider.is_down = True
        world.clock.advance(300)
        await world.step("scene", scene=1)
        assert world.intent("scene-01.1").status is IntentStatus.SENDING
        world.provider.is_down = False
        await world.step("scene", scene=1)
        assert world.intent("scene-01.1").status is IntentStatus.UNKNOWN

    run_virtually(scenario())


def test_a_job_whose_time_ends_during_the_search_fails_and_leaves_the_call_open() -> None:
    world = World()
    world.provider.script(CLIPS, Fault.REPLY_LOST)
    world.provider.listed_after_s = NEVER_S
    world.order(time_s=100)
    job = world.run()
    assert job.status is JobStatus.FAILED
    assert job.problem is not None
    assert (job.problem.code, job.problem.scene) == ("provider_unreachable", 1)
    assert world.intent("scene-01.1").status is IntentStatus.SENDING
    assert world.quota.state("job_1", "scene-01.1") == "held"
