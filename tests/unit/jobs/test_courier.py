"""Every event reaches every webhook that listens, at least once, whoever dies, fails, hangs or races."""

import asyncio
import itertools
from datetime import timedelta

import orjson
import pytest
from tests.fakes.hooks_bench import (
    HOOK,
    MESSAGE,
    OTHER_HOOK,
    URL,
    furnish_hooks,
    make_hook,
    make_message,
    put_message,
)
from tests.fakes.job_store import seed
from tests.fakes.jobs_bench import JOB, OTHER_JOB, USER, JobsBench, make_job, make_output

from omnigen_jobs.app import hire_courier
from omnigen_jobs.domain.changes import change_job
from omnigen_jobs.domain.events import job_completed, scene_changed
from omnigen_jobs.domain.hooks import HookId, Reason
from omnigen_jobs.domain.messages import RETRIES_S, Message, MessageId, MessageMark, MessageState
from omnigen_jobs.domain.records import Scene
from omnigen_jobs.service.courier import HANDS_PER_HOOK
from omnigen_shared.contracts.job import JobKind, JobStatus
from omnigen_shared.errors import DependencyUnavailableError

DAY_S = 24 * 3600
OTHER_URL = "https://example.org/other"


async def finish(bench: JobsBench, job_id: str = JOB, kind: JobKind = JobKind.VIDEO) -> None:
    """A job that tells that it is completed."""
    job = seed(bench.store, make_job(bench.clock, job_id=job_id, status=JobStatus.COMPLETED, kind=kind))
    await bench.store.commit(change_job(job, job_completed(job, make_output(), bench.clock.now())))


async def work(bench: JobsBench, seconds: float = 1) -> None:
    """Time passes; what is due afterwards is done, and what follows from it."""
    bench.clock.advance(seconds)
    for _ in range(2):
        await bench.courier.sweep()
        await bench.courier.drain()


def messages(bench: JobsBench, hook_id: HookId = HOOK) -> list[Message]:
    return [message for mark, message in bench.post.messages.items() if mark.hook_id == hook_id]


async def test_an_event_reaches_all_that_listen_and_nobody_else(bench: JobsBench) -> None:
    deaf = make_hook(bench.clock, hook_id=HookId("whk_deaf"), url="https://deaf.example", events=("job.failed",))
    furnish_hooks(bench, make_hook(bench.clock), make_hook(bench.clock, hook_id=OTHER_HOOK, url=OTHER_URL), deaf)
    await finish(bench)
    await work(bench)
    assert sorted(url for url, *_ in bench.receivers.sent) == [URL, OTHER_URL]
    (message,) = messages(bench)
    body = orjson.loads(message.body)
    assert (body["type"], body["timestamp"]) == ("job.completed", "2026-11-24T12:00:00.000000Z")
    assert (body["data"]["job_id"], body["data"]["seq"], body["data"]["output"]["frames"]) == (JOB, 1, 450)
    assert (message.state, message.due_at, len(message.attempts)) == (MessageState.DELIVERED, None, 1)
    await work(bench, DAY_S)
    assert len(bench.receivers.sent) == 2
    assert bench.store.notices == {}


async def test_what_no_webhook_is_told_of_leaves_nothing_behind(bench: JobsBench) -> None:
    await finish(bench, kind=JobKind.STORYBOARD)
    job = seed(bench.store, make_job(bench.clock, job_id=OTHER_JOB))
    scene = Scene(number=1, updated_at=bench.clock.now())
    await bench.store.commit(change_job(job, scene_changed(job, scene, bench.clock.now())))
    assert bench.store.notices == {}
    await finish(bench, job_id=OTHER_JOB)
    await work(bench)
    assert (bench.store.notices, bench.post.messages) == ({}, {})


async def test_failures_are_followed_by_ever_longer_waits_and_then_by_nothing(bench: JobsBench) -> None:
    bench.receivers.judge = lambda *_: 500
    furnish_hooks(bench, make_hook(bench.clock))
    await finish(bench)
    await work(bench)
    for tries, wait_s in enumerate(RETRIES_S, start=1):
        assert len(bench.receivers.sent) == tries
        await work(bench, wait_s - 1)
        assert len(bench.receivers.sent) == tries
        await work(bench, wait_s * 0.1 + 2)
    (message,) = messages(bench)
    assert (message.state, message.due_at, message.tries) == (MessageState.FAILED, None, len(RETRIES_S) + 1)
    assert {attempt.status for attempt in message.attempts} == {500}
    assert {one.body for _, one, _ in bench.receivers.sent} == {message.body}
    assert sum(RETRIES_S) > DAY_S


async def test_who_fails_for_that_long_is_disabled_and_the_users_others_are_told(bench: JobsBench) -> None:
    bench.receivers.judge = lambda url, _: 200 if url == OTHER_URL else "not_connected"
    furnish_hooks(bench, make_hook(bench.clock), make_hook(bench.clock, hook_id=OTHER_HOOK, url=OTHER_URL))
    await finish(bench)
    for wait_s in (0, *RETRIES_S):
        await work(bench, wait_s * 1.1 + 1)
    hook = await bench.uses.hooking.get(USER, HOOK)
    assert (hook.is_enabled, hook.disabled_for) == (False, Reason.FAILING)
    told = [orjson.loads(message.body) for message in messages(bench, OTHER_HOOK)]
    assert [body["type"] for body in told] == ["job.completed", "webhook.disabled"]
    assert told[1]["data"]["webhook_id"] == HOOK
    assert (await bench.uses.hooking.get(USER, OTHER_HOOK)).is_enabled
    await finish(bench, OTHER_JOB)
    await work(bench)
    assert len(messages(bench)) == 1


async def test_one_message_that_is_never_taken_disables_nobody_who_takes_others(bench: JobsBench) -> None:
    bench.receivers.judge = lambda _, message: 500 if message.job_id == JOB else 200
    furnish_hooks(bench, make_hook(bench.clock))
    await finish(bench)
    await work(bench)
    assert (await bench.uses.hooking.get(USER, HOOK)).failing_since is not None
    await finish(bench, OTHER_JOB)
    await work(bench)
    assert (await bench.uses.hooking.get(USER, HOOK)).failing_since is None
    for wait_s in RETRIES_S:
        await work(bench, wait_s * 1.1 + 1)
    assert {message.state for message in messages(bench)} == {MessageState.FAILED, MessageState.DELIVERED}
    assert (await bench.uses.hooking.get(USER, HOOK)).is_enabled


async def test_who_says_that_they_are_gone_is_believed(bench: JobsBench) -> None:
    bench.receivers.judge = lambda *_: 410
    furnish_hooks(bench, make_hook(bench.clock))
    await finish(bench)
    await work(bench)
    assert (await bench.uses.hooking.get(USER, HOOK)).disabled_for is Reason.GONE
    assert [message.state for message in messages(bench)] == [MessageState.FAILED]


async def test_many_couriers_send_a_message_once(bench: JobsBench) -> None:
    furnish_hooks(bench, make_hook(bench.clock))
    await finish(bench)
    bench.clock.advance(1)
    couriers = [hire_courier(bench.settings, bench.adapters) for _ in range(8)]
    for _ in range(3):
        await asyncio.gather(*(courier.sweep() for courier in couriers))
        await asyncio.gather(*(courier.drain() for courier in couriers))
    assert len(bench.receivers.sent) == 1


async def begin_to_send(bench: JobsBench) -> asyncio.Event:
    """A delivery is about to be on its way; its receiver answers once this is set."""
    furnish_hooks(bench, make_hook(bench.clock))
    await finish(bench)
    bench.receivers.gate = gate = asyncio.Event()
    bench.clock.advance(1)
    await bench.courier.sweep()
    await bench.courier.drain()
    await bench.courier.sweep()
    return gate


async def test_whoever_dies_while_sending_is_followed_by_another(bench: JobsBench) -> None:
    await begin_to_send(bench)
    for _ in range(10):
        await asyncio.sleep(0)
    await bench.courier.close(finish_s=0)
    assert len(bench.receivers.sent) == 1
    bench.receivers.gate = None
    await work(bench, 29)
    assert len(bench.receivers.sent) == 1
    await work(bench, 2)
    assert len(bench.receivers.sent) == 2
    assert [message.state for message in messages(bench)] == [MessageState.DELIVERED]


async def test_whoever_ends_brings_what_is_on_its_way(bench: JobsBench) -> None:
    gate = await begin_to_send(bench)
    await asyncio.sleep(0)
    closing = asyncio.create_task(bench.courier.close())
    for _ in range(10):
        await asyncio.sleep(0)
    assert not closing.done()
    gate.set()
    await closing
    assert [message.state for message in messages(bench)] == [MessageState.DELIVERED]


@pytest.mark.parametrize("is_done", [False, True])
@pytest.mark.parametrize("fatal", range(1, 4))
async def test_wherever_the_table_fails_the_message_is_sent(bench: JobsBench, fatal: int, is_done: bool) -> None:
    """The writes are: notice to message, claim, account. One fails, before or after it was done."""
    furnish_hooks(bench, make_hook(bench.clock))
    await finish(bench)
    whole, counted = bench.post.commit, itertools.count(1)

    async def commit(posting: object) -> None:
        number = next(counted)
        if number != fatal or is_done:
            await whole(posting)
        if number == fatal:
            raise DependencyUnavailableError("lost")

    bench.post.commit = commit
    for _ in range(3):
        await work(bench, 31)
    assert [message.state for message in messages(bench)] == [MessageState.DELIVERED]
    assert len({message.message_id for _, message, _ in bench.receivers.sent}) == 1
    assert len(bench.receivers.sent) == 1 + (fatal == 3 and not is_done)


async def test_who_hangs_keeps_nobody_else_waiting(bench: JobsBench) -> None:
    furnish_hooks(bench, make_hook(bench.clock), make_hook(bench.clock, hook_id=OTHER_HOOK, url=OTHER_URL))
    for number in range(HANDS_PER_HOOK + 5):
        put_message(bench, make_message(bench.clock, message_id=f"msg_{number:032x}"))
    put_message(bench, make_message(bench.clock, hook_id=OTHER_HOOK, message_id=f"msg_{99:032x}"))
    bench.receivers.gate = asyncio.Event()
    bench.clock.advance(1)
    await bench.courier.sweep()
    for _ in range(10):
        await asyncio.sleep(0)
    assert [url for url, *_ in bench.receivers.sent] == [URL] * HANDS_PER_HOOK + [OTHER_URL]
    bench.receivers.gate.set()
    for _ in range(5):
        await work(bench)
    assert len(bench.receivers.sent) == HANDS_PER_HOOK + 6


async def test_what_is_due_for_who_keeps_us_waiting_is_put_off_and_counts_as_no_attempt(bench: JobsBench) -> None:
    bench.receivers.judge = lambda *_: "timed_out"
    furnish_hooks(bench, make_hook(bench.clock))
    ids = [MessageId(f"msg_{number:032x}") for number in range(20)]
    marks = [put_message(bench, make_message(bench.clock, message_id=message_id)) for message_id in ids]
    for _ in range(10):
        await work(bench, 1)
    assert len(bench.receivers.sent) <= 3 * HANDS_PER_HOOK
    bench.clock.advance(3600)
    await bench.courier.sweep()
    await bench.courier.drain()
    hook = await bench.uses.hooking.get(USER, HOOK)
    assert hook.quiet_until == bench.clock.now() + timedelta(minutes=5)
    for _ in range(20):
        await work(bench, 1)
    waiting = [bench.post.messages[mark] for mark in marks]
    assert sum(message.tries for message in waiting) == len(bench.receivers.sent)
    assert len(await bench.post.list_errands(bench.clock.now() + timedelta(minutes=4), 500)) <= HANDS_PER_HOOK
    bench.receivers.judge = lambda *_: 200
    for _ in range(30):
        await work(bench, 60)
    assert {bench.post.messages[mark].state for mark in marks} == {MessageState.DELIVERED}


async def test_who_is_left_alone_is_sent_to_at_once_when_their_user_says_so(bench: JobsBench) -> None:
    quiet_until = bench.clock.now() + timedelta(minutes=5)
    furnish_hooks(bench, make_hook(bench.clock, failing_since=bench.clock.now(), quiet_until=quiet_until))
    mark = put_message(bench, make_message(bench.clock))
    await bench.uses.hooking.resend(USER, HOOK, MESSAGE)
    await work(bench)
    assert bench.post.messages[mark].state is MessageState.DELIVERED


async def test_what_is_due_for_a_webhook_that_is_no_more_is_removed_or_dropped(bench: JobsBench) -> None:
    mark = put_message(bench, make_message(bench.clock))
    await work(bench)
    assert bench.post.messages == {}
    furnish_hooks(bench, make_hook(bench.clock, disabled_at=bench.clock.now(), disabled_for=Reason.FAILING))
    put_message(bench, make_message(bench.clock))
    await work(bench)
    assert bench.post.messages[mark].state is MessageState.DROPPED
    assert bench.receivers.sent == []


async def test_a_message_that_its_user_sends_anew_meanwhile_is_sent_anew(bench: JobsBench) -> None:
    furnish_hooks(bench, make_hook(bench.clock))
    mark = put_message(bench, make_message(bench.clock))
    bench.receivers.gate = asyncio.Event()
    bench.clock.advance(1)
    await bench.courier.sweep()
    for _ in range(10):
        await asyncio.sleep(0)
    await bench.uses.hooking.resend(USER, HOOK, MESSAGE)
    bench.receivers.gate.set()
    await bench.courier.drain()
    assert bench.post.messages[mark].state is MessageState.PENDING
    await work(bench)
    assert (bench.post.messages[mark].state, len(bench.receivers.sent)) == (MessageState.DELIVERED, 2)


async def test_a_deleted_jobs_notice_is_over(bench: JobsBench) -> None:
    furnish_hooks(bench, make_hook(bench.clock))
    await finish(bench)
    bench.store.events.clear()
    await work(bench)
    assert (bench.store.notices, bench.post.messages) == ({}, {})


async def test_the_same_event_has_the_same_id_and_ids_sort_by_time(bench: JobsBench) -> None:
    furnish_hooks(bench, make_hook(bench.clock))
    ids = []
    for job_id in (JOB, OTHER_JOB):
        await finish(bench, job_id)
        await work(bench, 5)
        ids.append(bench.receivers.sent[-1][1].message_id)
    assert ids == sorted(set(ids))
    assert bench.post.messages[MessageMark(HOOK, ids[0])].created_at < bench.clock.now() - timedelta(seconds=4)
