"""Equal orders of a user have one storyboard, so that the second pays for none of its clips again."""

import asyncio
from typing import Any

import pytest
from tests.fakes.job_store import seed
from tests.fakes.jobs_bench import JOB, OTHER_JOB, USER, JobsBench, make_job, make_problem, make_storyboard

from omnigen_jobs.domain.records import Record
from omnigen_shared.contracts.base import JobId, UserId
from omnigen_shared.contracts.job import JobKind, StoreStoryboard
from omnigen_shared.contracts.media import Resolution, Transition
from omnigen_shared.contracts.storyboard import Cut, PlannedBy, Storyboard
from omnigen_shared.testing.clock import FrozenClock

REQUEST = make_job(FrozenClock()).request
TEMPLATE = make_storyboard()
WRITTEN = make_storyboard().model_copy(update={"title": "Another", "planned_by": PlannedBy.MODEL})


@pytest.fixture
def bench() -> JobsBench:
    made = JobsBench()
    seed(made.store, make_job(made.clock))
    return made


def add_other(bench: JobsBench, **changes: Any) -> None:
    seed(bench.store, make_job(bench.clock, job_id=OTHER_JOB, **changes))


async def store(bench: JobsBench, job_id: JobId, plan: Storyboard, user: UserId = USER) -> Record:
    body = StoreStoryboard(storyboard=plan, recipe_id="r1")
    return await bench.uses.attempts.store_storyboard(user, job_id, 1, body)


async def test_an_equal_order_has_the_first_ones_storyboard(bench: JobsBench) -> None:
    await store(bench, JOB, TEMPLATE)
    add_other(bench)
    assert (await store(bench, OTHER_JOB, WRITTEN)).job.storyboard == TEMPLATE


async def test_so_has_one_that_differs_in_what_no_planner_is_told(bench: JobsBench) -> None:
    await store(bench, JOB, TEMPLATE)
    add_other(bench, request=REQUEST.model_copy(update={"music": False, "resolution": Resolution.P1080}))
    assert (await store(bench, OTHER_JOB, WRITTEN)).job.storyboard == TEMPLATE


async def test_of_two_at_once_one_wins(bench: JobsBench) -> None:
    add_other(bench)
    records = await asyncio.gather(store(bench, JOB, TEMPLATE), store(bench, OTHER_JOB, WRITTEN))
    assert len({record.job.storyboard.title for record in records if record.job.storyboard}) == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"user_id": UserId("user-2")},
        {"plan_take": 2},
        {"request": REQUEST.model_copy(update={"seed": 99})},
        {"cuts": (Cut(clip_duration_s=5, kept_frames=150, transition=Transition.CUT),)},
        {"kind": JobKind.STORYBOARD},
    ],
    ids=["user", "take", "seed", "cuts", "plan alone"],
)
async def test_another_order_has_its_own(bench: JobsBench, changes: dict[str, Any]) -> None:
    await store(bench, JOB, TEMPLATE)
    add_other(bench, **changes)
    record = await store(bench, OTHER_JOB, WRITTEN, changes.get("user_id", USER))
    assert record.job.storyboard == WRITTEN


async def test_an_ordered_storyboard_binds_nobody(bench: JobsBench) -> None:
    add_other(bench, storyboard=WRITTEN)
    await store(bench, OTHER_JOB, WRITTEN)
    assert (await store(bench, JOB, TEMPLATE)).job.storyboard == TEMPLATE


async def test_a_plan_that_ended_before_its_first_clip_binds_nobody(bench: JobsBench) -> None:
    await store(bench, JOB, TEMPLATE)
    await bench.plan()
    await bench.uses.ending.fail(USER, JOB, 1, make_problem())
    add_other(bench)
    assert (await store(bench, OTHER_JOB, WRITTEN)).job.storyboard == WRITTEN
    third = JobId("job_" + "c" * 32)
    seed(bench.store, make_job(bench.clock, job_id=third))
    assert (await store(bench, third, TEMPLATE)).job.storyboard == WRITTEN


async def test_who_is_bound_while_the_pin_is_replaced_looks_again(bench: JobsBench) -> None:
    await store(bench, JOB, TEMPLATE)
    add_other(bench)
    third = JobId("job_" + "c" * 32)
    seed(bench.store, make_job(bench.clock, job_id=third))
    read = bench.store.find_record

    async def find_record(job_id: JobId) -> Record | None:
        """The pin's job is seen at work; before that is acted upon it ends, and another order replaces its plan."""
        found: Record | None = await read(job_id)
        if job_id == JOB:
            bench.store.find_record = read
            await bench.uses.ending.fail(USER, JOB, 1, make_problem())
            assert (await store(bench, third, WRITTEN)).job.storyboard == WRITTEN
        return found

    bench.store.find_record = find_record
    assert (await store(bench, OTHER_JOB, TEMPLATE)).job.storyboard == WRITTEN


async def test_a_plan_whose_clip_may_have_been_paid_binds_after_its_job(bench: JobsBench) -> None:
    await store(bench, JOB, TEMPLATE)
    await bench.plan()
    await bench.move("planned", "reserved")
    await bench.move("reserved", "sending", owner="w1")
    await bench.uses.ending.fail(USER, JOB, 1, make_problem())
    add_other(bench)
    assert (await store(bench, OTHER_JOB, WRITTEN)).job.storyboard == TEMPLATE
