"""One suite for both stores of webhooks and messages: the fake, and the DynamoDB table on the emulator."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from tests.fakes.emulated_jobs import TableStore, open_jobs_table
from tests.fakes.hooks_bench import HOOK, OTHER_HOOK, make_attempt, make_hook, make_message
from tests.fakes.job_store import FakeJobStore
from tests.fakes.jobs_bench import JOB, USER, make_job, make_output
from tests.fakes.post_store import FakePostStore

from omnigen_jobs.domain.changes import bumped, change_job
from omnigen_jobs.domain.events import job_completed
from omnigen_jobs.domain.hooks import Hooks, Reason, Secret
from omnigen_jobs.domain.messages import MessageId, MessageMark, MessageState, Notice, NoticeMark, Posting
from omnigen_jobs.domain.records import Job, NewEvent
from omnigen_jobs.ports import WriteConflictError
from omnigen_jobs.store.post import PostTable
from omnigen_shared.contracts.job import JobStatus
from omnigen_shared.testing.clock import FrozenClock

CLOCK = FrozenClock()
NOW = CLOCK.now()
LATER = NOW + timedelta(seconds=1)
WHOLE = make_hook(
    CLOCK,
    secrets=(Secret(text="whsec_bmV3"), Secret(text="whsec_b2xk", valid_until=LATER)),
    failing_since=NOW,
    quiet_until=LATER,
    disabled_at=LATER,
    disabled_for=Reason.FAILING,
)


@pytest.fixture(params=["fake", "dynamodb"])
def endpoint(request: pytest.FixtureRequest) -> str | None:
    return None if request.param == "fake" else request.getfixturevalue("emulator_url")


@pytest.fixture
async def stores(endpoint: str | None) -> AsyncIterator[tuple[Any, Any]]:
    """The jobs' and the post's."""
    if endpoint is None:
        jobs = FakeJobStore()
        yield jobs, FakePostStore(jobs)
        return
    async with open_jobs_table(endpoint) as access:
        yield TableStore(access), PostTable(access)


async def finish(jobs: Any, **changes: Any) -> Job:
    job = make_job(CLOCK, version=0, status=JobStatus.COMPLETED, **changes)
    await jobs.commit(change_job(job, job_completed(job, make_output(), NOW)))
    return bumped(job)


async def test_webhooks_come_back_as_they_were_written(stores: tuple[Any, Any]) -> None:
    _, post = stores
    assert await post.get_hooks(USER) == Hooks(user_id=USER)
    hooks = Hooks(user_id=USER, hooks=(WHOLE, make_hook(CLOCK, hook_id=OTHER_HOOK, description="é")))
    await post.commit(Posting(hooks=hooks))
    assert await post.get_hooks(USER) == bumped(hooks)
    with pytest.raises(WriteConflictError):
        await post.commit(Posting(hooks=hooks))
    await post.commit(Posting(hooks=replace(bumped(hooks), hooks=())))
    assert (await post.get_hooks(USER)).hooks == ()


async def test_a_message_comes_back_as_it_was_written(stores: tuple[Any, Any]) -> None:
    _, post = stores
    attempts = (make_attempt(CLOCK), make_attempt(CLOCK, status=None, problem="timed_out", detail="d", answer="é"))
    message = make_message(CLOCK, version=0, attempts=attempts, tries=2, is_test=True, state=MessageState.FAILED)
    mark = MessageMark(message.hook_id, message.message_id)
    assert await post.find_message(mark) is None
    await post.commit(Posting(messages=(message,)))
    assert await post.find_message(mark) == bumped(message)
    with pytest.raises(WriteConflictError):
        await post.commit(Posting(messages=(message,)))
    with pytest.raises(WriteConflictError):
        await post.commit(Posting(removed=message))
    await post.commit(Posting(removed=bumped(message)))
    assert await post.find_message(mark) is None


async def test_an_event_and_its_notice_are_one_write_and_the_notice_is_due(stores: tuple[Any, Any]) -> None:
    jobs, post = stores
    job = await finish(jobs)
    mark = NoticeMark(JOB, 1)
    notice = Notice(job_id=JOB, user_id=USER, seq=1, at=NOW, version=1)
    assert await post.find_notice(mark) == notice
    assert list(await post.list_errands(NOW, 10)) == []
    assert list(await post.list_errands(LATER, 10)) == [mark]
    assert await jobs.list_due(NOW + timedelta(days=1), 10) == [JOB]
    record = await jobs.find_record(JOB)
    assert (record.job, record.scenes, record.intents) == (job, (), ())
    await jobs.commit(change_job(job, NewEvent(type="cost.changed", data={"at": "2026-11-24T12:00:00Z"})))
    assert await post.find_notice(NoticeMark(JOB, 2)) is None


async def test_racing_events_each_have_their_notice(stores: tuple[Any, Any]) -> None:
    jobs, post = stores
    job = await finish(jobs)

    async def tell() -> None:
        change = replace(change_job(job, job_completed(job, make_output(), NOW)), job=None)
        await jobs.commit(replace(change, fence=replace(job, settling=job.attempt)))

    await jobs.commit(change_job(replace(job, settling=job.attempt)))
    await asyncio.gather(*(tell() for _ in range(5)))
    found = await post.list_errands(LATER, 10)
    assert set(found) == {NoticeMark(JOB, seq) for seq in range(1, 7)}


async def test_a_notice_becomes_its_messages_once(stores: tuple[Any, Any]) -> None:
    jobs, post = stores
    await finish(jobs)
    notice = await post.find_notice(NoticeMark(JOB, 1))
    told = (make_message(CLOCK, version=0), make_message(CLOCK, version=0, hook_id=OTHER_HOOK))
    tries = [post.commit(Posting(told=notice, messages=told)) for _ in range(3)]
    answers = await asyncio.gather(*tries, return_exceptions=True)
    assert sum(answer is None for answer in answers) == 1
    assert all(answer is None or isinstance(answer, WriteConflictError) for answer in answers)
    marks = {MessageMark(message.hook_id, message.message_id) for message in told}
    assert set(await post.list_errands(LATER, 10)) == marks
    assert await post.find_notice(NoticeMark(JOB, 1)) is None


async def test_what_is_due_is_found_the_longest_overdue_first(stores: tuple[Any, Any]) -> None:
    _, post = stores
    for number in (3, 1, 2):
        due_at = NOW + timedelta(seconds=number)
        message = make_message(CLOCK, version=0, message_id=MessageId(f"msg_{number:032x}"), due_at=due_at)
        await post.commit(Posting(messages=(message,)))
    over = make_message(CLOCK, version=0, message_id=MessageId(f"msg_{9:032x}"), due_at=None)
    await post.commit(Posting(messages=(over,)))
    due = await post.list_errands(NOW + timedelta(seconds=2.5), 10)
    assert [mark.message_id[-1] for mark in due] == ["1", "2"]
    assert len(await post.list_errands(NOW + timedelta(days=1), 2)) >= 2


async def test_messages_are_listed_newest_first_in_pages(stores: tuple[Any, Any]) -> None:
    _, post = stores
    for number in range(5):
        message = make_message(CLOCK, version=0, message_id=MessageId(f"msg_{number:032x}"))
        await post.commit(Posting(messages=(message, replace(message, hook_id=OTHER_HOOK))))
    first = await post.list_messages(HOOK, None, 3)
    rest = await post.list_messages(HOOK, first[-1].message_id, 3)
    assert [message.message_id[-1] for message in (*first, *rest)] == ["4", "3", "2", "1", "0"]
    assert {message.hook_id for message in (*first, *rest)} == {HOOK}
    assert list(await post.list_messages(HOOK, rest[-1].message_id, 3)) == []
