"""A user's webhooks: how many, whose, and what signs for them."""

import asyncio
import typing
from datetime import timedelta

import pytest
from tests.fakes.hooks_bench import HOOK, MESSAGE, OTHER_HOOK, SECRET, URL, furnish_hooks, make_hook, make_message
from tests.fakes.hooks_bench import put_message as put
from tests.fakes.job_outside import FakeReceivers
from tests.fakes.jobs_bench import USER, JobsBench

from omnigen_jobs.domain.hooks import MOST_HOOKS, SUBSCRIBABLE, HookId, Reason
from omnigen_jobs.domain.messages import MessageState
from omnigen_jobs.domain.problems import TooManyWebhooksError, WebhookDisabledError
from omnigen_jobs.schemas.hooks import EventName, HookOrder
from omnigen_shared.contracts.base import UserId
from omnigen_shared.errors import InvalidRequestError, NotFoundError

OTHER = UserId("user-2")


def test_what_can_be_asked_for_is_what_is_told() -> None:
    assert typing.get_args(EventName) == SUBSCRIBABLE
    assert HookOrder(url=URL).events == ("job.completed", "job.failed", "job.canceled")


async def register(bench: JobsBench, url: str = URL, user_id: UserId = USER) -> HookId:
    return (await bench.uses.hooking.register(user_id, url, ("job.completed",), "")).hook_id


async def test_a_webhook_is_there_with_a_secret_of_its_own(bench: JobsBench) -> None:
    first, second = await register(bench), await register(bench)
    hooks = await bench.uses.hooking.list_all(USER)
    assert [hook.hook_id for hook in hooks] == [first, second]
    secrets = {hook.secrets[0].text for hook in hooks}
    assert len(secrets) == 2
    assert all(secret.startswith("whsec_") and len(secret) == 50 for secret in secrets)
    assert await bench.uses.hooking.list_all(OTHER) == ()


async def test_an_address_that_nothing_may_be_sent_to_is_refused(bench: JobsBench) -> None:
    bench.receivers.refused = ("https://127.0.0.1/",)
    with pytest.raises(InvalidRequestError):
        await register(bench, "https://127.0.0.1/")
    assert bench.post.hooks == {}


async def test_however_many_register_at_once_there_are_never_more_than_may_be(bench: JobsBench) -> None:
    answers = await asyncio.gather(*(register(bench) for _ in range(MOST_HOOKS + 5)), return_exceptions=True)
    assert sum(isinstance(answer, TooManyWebhooksError) for answer in answers) == 5
    assert len(await bench.uses.hooking.list_all(USER)) == MOST_HOOKS
    await bench.uses.hooking.delete(USER, (await bench.uses.hooking.list_all(USER))[3].hook_id)
    await register(bench)


async def test_nobody_reaches_what_is_somebody_elses(bench: JobsBench) -> None:
    furnish_hooks(bench)
    hooking = bench.uses.hooking
    for ask in (
        hooking.get(OTHER, HOOK),
        hooking.delete(OTHER, HOOK),
        hooking.rotate(OTHER, HOOK, timedelta(hours=1)),
        hooking.enable(OTHER, HOOK),
        hooking.test(OTHER, HOOK),
        hooking.list_messages(OTHER, HOOK, None, 10),
        hooking.resend(OTHER, HOOK, MESSAGE),
        hooking.resend(USER, OTHER_HOOK, MESSAGE),
    ):
        with pytest.raises(NotFoundError):
            await ask
    assert (bench.receivers.sent, (await hooking.get(USER, HOOK)).secrets) == ([], (SECRET,))


async def test_both_secrets_sign_for_as_long_as_they_overlap(bench: JobsBench) -> None:
    furnish_hooks(bench)
    rotated, new = make_hook(bench.clock), ""
    for _ in range(2):
        former = (await bench.uses.hooking.get(USER, HOOK)).secrets[0].text
        rotated = await bench.uses.hooking.rotate(USER, HOOK, timedelta(hours=24))
        new = rotated.secrets[0].text
        assert rotated.secrets_at(bench.clock.now()) == (new, former)
        bench.clock.advance(3600)
        await bench.uses.hooking.test(USER, HOOK)
        assert bench.receivers.sent[-1][2] == (new, former)
    bench.clock.advance(24 * 3600)
    assert rotated.secrets_at(bench.clock.now()) == (new,)


async def test_a_secret_that_is_known_to_others_signs_nothing_any_more(bench: JobsBench) -> None:
    furnish_hooks(bench)
    rotated = await bench.uses.hooking.rotate(USER, HOOK, timedelta())
    assert len(rotated.secrets) == 1
    assert rotated.secrets[0].text != SECRET.text


async def test_a_test_is_sent_at_once_and_never_again(bench: JobsBench) -> None:
    bench.receivers = FakeReceivers(judge=lambda *_: "timed_out")
    bench.__post_init__()
    furnish_hooks(bench, make_hook(bench.clock, disabled_at=bench.clock.now(), disabled_for=Reason.GONE))
    message = await bench.uses.hooking.test(USER, HOOK)
    assert (message.type, message.state, message.due_at) == ("webhook.test", MessageState.FAILED, None)
    assert [attempt.problem for attempt in message.attempts] == ["timed_out"]
    assert (await bench.uses.hooking.get(USER, HOOK)).failing_since is None
    assert list(await bench.uses.hooking.list_messages(USER, HOOK, None, 10)) == [message]


async def test_what_was_given_up_is_sent_again_from_the_beginning(bench: JobsBench) -> None:
    furnish_hooks(bench, make_hook(bench.clock))
    put(bench, make_message(bench.clock, state=MessageState.FAILED, due_at=None, tries=11))
    bench.clock.advance(60)
    again = await bench.uses.hooking.resend(USER, HOOK, MESSAGE)
    assert (again.state, again.due_at, again.tries) == (MessageState.PENDING, bench.clock.now(), 0)


async def test_nothing_is_sent_again_to_who_is_disabled_until_they_are_enabled(bench: JobsBench) -> None:
    now = bench.clock.now()
    furnish_hooks(bench, make_hook(bench.clock, failing_since=now, disabled_at=now, disabled_for=Reason.FAILING))
    put(bench, make_message(bench.clock, state=MessageState.FAILED, due_at=None))
    with pytest.raises(WebhookDisabledError) as refused:
        await bench.uses.hooking.resend(USER, HOOK, MESSAGE)
    assert refused.value.details["disabled_for"] == "failing"
    hook = await bench.uses.hooking.enable(USER, HOOK)
    assert (hook.is_enabled, hook.failing_since) == (True, None)
    await bench.uses.hooking.resend(USER, HOOK, MESSAGE)
