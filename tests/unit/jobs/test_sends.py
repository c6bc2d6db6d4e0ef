"""Two equal calls are never in doubt at once, whosever they are."""

import asyncio

import pytest
from tests.fakes.job_store import seed
from tests.fakes.jobs_bench import CLIP, JOB, OTHER_JOB, USER, JobsBench, make_job, make_plan

from omnigen_jobs.domain.problems import SendInProgressError
from omnigen_shared.contracts.base import UserId
from omnigen_shared.contracts.job import IntentStatus, MoveIntent

BOB = UserId("bob")


@pytest.fixture
async def bench() -> JobsBench:
    """Two users have reserved the same call."""
    made = JobsBench()
    seed(made.store, make_job(made.clock))
    seed(made.store, make_job(made.clock, job_id=OTHER_JOB, user_id=BOB))
    for user_id, job_id in ((USER, JOB), (BOB, OTHER_JOB)):
        await made.uses.spending.plan(user_id, job_id, 1, CLIP, make_plan())
        await move(made, user_id, "planned", "reserved")
    return made


async def move(bench: JobsBench, user_id: UserId, expected: str, status: str, **told: object) -> None:
    job_id = JOB if user_id == USER else OTHER_JOB
    body = MoveIntent(expected=IntentStatus(expected), status=IntentStatus(status), **told)
    await bench.uses.spending.move(user_id, job_id, 1, CLIP, body)


async def test_the_second_waits_until_the_first_is_out_of_doubt(bench: JobsBench) -> None:
    await move(bench, USER, "reserved", "sending", owner="w1")
    with pytest.raises(SendInProgressError) as refused:
        await move(bench, BOB, "reserved", "sending", owner="w2")
    assert refused.value.retry_after_s
    assert bench.store.intents[(OTHER_JOB, CLIP)].status is IntentStatus.RESERVED
    await move(bench, USER, "sending", "created", provider_id="p-1")
    await move(bench, BOB, "reserved", "sending", owner="w2")


@pytest.mark.parametrize(
    ("after", "told"), [("reserved", {"owner": "w1"}), ("refunded", {"owner": "w1"}), ("unknown", {})]
)
async def test_every_way_out_of_doubt_lets_the_next_one_send(
    bench: JobsBench, after: str, told: dict[str, str]
) -> None:
    await move(bench, USER, "reserved", "sending", owner="w1")
    await move(bench, USER, "sending", after, **told)
    assert bench.store.sends == {}
    await move(bench, BOB, "reserved", "sending", owner="w2")


async def test_of_many_at_once_one_sends(bench: JobsBench) -> None:
    sends = [move(bench, user_id, "reserved", "sending", owner="w") for user_id in (USER, BOB)]
    answers = await asyncio.gather(*sends, return_exceptions=True)
    assert [type(answer) for answer in answers].count(SendInProgressError) == 1
    assert len(bench.store.sends) == 1


async def test_a_repeated_report_of_the_sender_is_no_other_send(bench: JobsBench) -> None:
    for _ in range(2):
        await move(bench, USER, "reserved", "sending", owner="w1")


async def test_other_inputs_do_not_wait(bench: JobsBench) -> None:
    await move(bench, USER, "reserved", "sending", owner="w1")
    other = make_plan(input={"seed": 2}, fingerprint="e" * 64)
    await bench.plan(intent="scene-02.1", fingerprint=other.fingerprint, input=other.input)
    await bench.move("planned", "reserved", intent="scene-02.1")
    await bench.move("reserved", "sending", intent="scene-02.1", owner="w3")
