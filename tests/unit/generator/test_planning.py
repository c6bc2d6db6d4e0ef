"""The planner asked, asked again, replaced, left out, and asked for a plan alone."""

from typing import Any

import pytest
from tests.fakes.cutting import cuts_of
from tests.fakes.generator_provider import Fault
from tests.fakes.generator_world import PLANNER, World, a_request
from tests.fakes.time_travel import run_virtually

from omnigen_generator.domain.attempts import TimeLimits
from omnigen_generator.domain.storyboards import build_storyboard
from omnigen_generator.domain.templates import write_plan
from omnigen_generator.schemas import StepOutcome
from omnigen_shared.contracts.job import IntentStatus, JobKind, JobStatus
from omnigen_shared.contracts.storyboard import PlannedBy, Storyboard


def a_world(*faults: Fault, **known: Any) -> World:
    world = World()
    world.provider.script(PLANNER, *faults)
    world.order()
    world.jobs.snapshots[world.ref.job_id] = world.snapshot.model_copy(update=known)
    return world


def an_edited_storyboard() -> Storyboard:
    request = a_request()
    return build_storyboard(request, cuts_of(request), write_plan(request, 3), PlannedBy.USER)


def planned_by(world: World) -> PlannedBy:
    assert world.snapshot.storyboard is not None
    return world.snapshot.storyboard.planned_by


def test_an_answer_that_is_no_plan_is_repaired_once() -> None:
    world = a_world(Fault.BAD_PLAN)
    assert world.run().status is JobStatus.COMPLETED
    assert planned_by(world) is PlannedBy.MODEL
    assert [world.intent(name).status for name in ("plan.1", "plan-repair.1")] == [IntentStatus.SETTLED] * 2
    assert world.intent("plan-repair.1").price_microusd == 10_000


def test_a_planner_that_takes_no_more_calls_for_now_is_left_alone_for_as_long_as_it_says() -> None:
    world = a_world(Fault.THROTTLED, Fault.THROTTLED)
    world.provider.throttle_hint_s = 1

    async def scenario() -> None:
        began = world.clock.now()
        answer = await world.step("plan")
        assert (answer.outcome, answer.wait_s >= 1) == (StepOutcome.WAITING, True)
        assert (world.provider.creates, world.clock.now()) == ([PLANNER], began)

    run_virtually(scenario())


def test_two_bad_answers_are_replaced_by_a_template() -> None:
    world = a_world(Fault.BAD_PLAN, Fault.BAD_PLAN)
    assert world.run().status is JobStatus.COMPLETED
    assert planned_by(world) is PlannedBy.TEMPLATE
    assert world.provider.creates.count(PLANNER) == 2


@pytest.mark.parametrize("fault", [Fault.FAILED, Fault.MODERATED, Fault.REFUSED])
def test_a_planner_that_gives_nothing_is_not_asked_again(fault: Fault) -> None:
    world = a_world(fault)
    assert world.run().status is JobStatus.COMPLETED
    assert planned_by(world) is PlannedBy.TEMPLATE
    assert world.provider.creates.count(PLANNER) == 1


def test_a_planner_that_is_too_slow_costs_an_equal_order_no_other_clips() -> None:
    world = World(limits=TimeLimits(planner_patience_s=1))
    world.order()
    assert world.run().status is JobStatus.COMPLETED
    assert planned_by(world) is PlannedBy.TEMPLATE
    world.clock.advance(3600)
    world.reckon()
    again = world.beside("job_2")
    again.order()
    again.limits = TimeLimits()
    sent = world.provider.creates.copy()
    assert again.run().status is JobStatus.COMPLETED
    assert again.snapshot.storyboard == world.snapshot.storyboard
    assert world.provider.creates == sent
    assert again.snapshot.output == world.snapshot.output


def test_a_storyboard_that_was_posted_is_not_planned() -> None:
    world = a_world(storyboard=an_edited_storyboard())
    assert world.run().status is JobStatus.COMPLETED
    assert planned_by(world) is PlannedBy.USER
    assert PLANNER not in world.provider.creates
    assert world.snapshot.recipe_id == "recipe1"


def test_a_plan_alone_ends_with_its_storyboard_and_buys_nothing_else() -> None:
    world = a_world(kind=JobKind.STORYBOARD)
    ended = world.run()
    assert (ended.status, planned_by(world), ended.recipe_id) == (JobStatus.COMPLETED, PlannedBy.MODEL, None)
    assert world.provider.creates == [PLANNER]
    assert "Ended" in world.reached


def test_a_plan_alone_says_so_to_the_state_machine() -> None:
    world = a_world(kind=JobKind.STORYBOARD)

    async def scenario() -> None:
        await world.step("plan")
        world.clock.advance(6)
        assert (await world.step("plan")).outcome is StepOutcome.PLANNED

    run_virtually(scenario())


def test_a_job_after_its_plan_pays_for_no_planner() -> None:
    plan = a_world(kind=JobKind.STORYBOARD)
    plan.run()
    job = plan.beside("job_2")
    job.order()
    job.run()
    assert job.intent("plan.1").cached
    assert plan.provider.creates.count(PLANNER) == 1
    assert job.snapshot.storyboard == plan.snapshot.storyboard


def test_another_take_is_another_call() -> None:
    first = a_world(kind=JobKind.STORYBOARD)
    first.run()
    fresh = first.beside("job_2")
    fresh.order()
    fresh.jobs.snapshots[fresh.ref.job_id] = fresh.snapshot.model_copy(
        update={"kind": JobKind.STORYBOARD, "plan_take": 7}
    )
    fresh.run()
    assert first.provider.creates.count(PLANNER) == 2
    assert fresh.intent("plan.1").fingerprint != first.intent("plan.1").fingerprint
