"""Webhooks and messages that are there, for whoever needs some."""

from dataclasses import replace
from datetime import timedelta
from typing import Any, Final

from tests.fakes.jobs_bench import JOB, USER, JobsBench

from omnigen_jobs.domain.hooks import SUBSCRIBABLE, Hook, HookId, Hooks, Secret
from omnigen_jobs.domain.messages import Attempt, Message, MessageId, MessageMark, MessageState
from omnigen_shared.contracts.base import UserId
from omnigen_shared.testing.clock import FrozenClock

HOOK: Final = HookId(f"whk_{'a' * 32}")
OTHER_HOOK: Final = HookId(f"whk_{'b' * 32}")
MESSAGE: Final = MessageId(f"msg_{'c' * 32}")
URL: Final = "https://example.com/hook"
SECRET: Final = Secret(text="whsec_c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0")


def make_hook(clock: FrozenClock, **changes: Any) -> Hook:
    """One that listens to everything."""
    hook = Hook(hook_id=HOOK, url=URL, description="", events=SUBSCRIBABLE, secrets=(SECRET,), created_at=clock.now())
    return replace(hook, **changes)


def make_message(clock: FrozenClock, **changes: Any) -> Message:
    """One that is due."""
    now = clock.now()
    message = Message(
        message_id=MESSAGE,
        hook_id=HOOK,
        user_id=USER,
        type="job.completed",
        body='{"type":"job.completed"}',
        job_id=JOB,
        created_at=now,
        due_at=now,
        version=1,
    )
    return replace(message, **changes)


def make_attempt(clock: FrozenClock, **changes: Any) -> Attempt:
    given: dict[str, Any] = {"at": clock.now(), "duration_ms": 7, "status": 500, "problem": "refused", "answer": "no"}
    return Attempt(**{**given, **changes})


def furnish_hooks(bench: JobsBench, *hooks: Hook, user_id: UserId = USER) -> None:
    """These are the user's webhooks; without any, one that has got a message through."""
    bench.post.hooks[user_id] = Hooks(user_id=user_id, hooks=hooks or (make_hook(bench.clock),), version=1)
    if not hooks:
        attempt = make_attempt(bench.clock, status=200, problem=None, at=bench.clock.now() + timedelta(seconds=1))
        delivered = {"state": MessageState.DELIVERED, "due_at": None, "tries": 1, "attempts": (attempt,)}
        put_message(bench, make_message(bench.clock, user_id=user_id, **delivered))


def put_message(bench: JobsBench, message: Message) -> MessageMark:
    mark = MessageMark(message.hook_id, message.message_id)
    bench.post.messages[mark] = message
    return mark
