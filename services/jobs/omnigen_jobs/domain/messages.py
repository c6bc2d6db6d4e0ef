"""What webhooks are told: one message per event and webhook, sent until it is answered or nobody believes in it.

The same event is the same message, whoever turns the one into the other and however often: its id is made of the
event, begins with its time, and is what a receiver tells repetitions by.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final, NewType

import orjson

from omnigen_jobs.domain.hooks import TEST, TOLD, Hook, HookId, Hooks
from omnigen_jobs.domain.records import Event, Job
from omnigen_shared.clock import from_rfc3339, to_rfc3339
from omnigen_shared.contracts.base import JobId, UserId
from omnigen_shared.contracts.job import JobKind

MessageId = NewType("MessageId", str)

RETRIES_S: Final = (5.0, 30.0, 120.0, 600.0, 1800.0, 3600.0, 7200.0, 14_400.0, 28_800.0, 43_200.0)
"""After each failure so long until the next attempt: 28 hours in all."""
SPREAD: Final = 0.1
"""A wait is so much longer at most, so that what failed together does not come back together."""
KEPT_FOR: Final = timedelta(days=30)
KEPT_ATTEMPTS: Final = 20
LONGEST_WISH_S: Final = 3600
"""A receiver that names a time for the next attempt is heeded up to this."""


class MessageState(StrEnum):
    """`dropped`: its webhook was disabled when it was due."""

    PENDING = "pending"
    DELIVERED = "delivered"
    FAILED = "failed"
    DROPPED = "dropped"


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """An event that webhooks have to be told of, and have not been asked about yet. Written with the event."""

    job_id: JobId
    user_id: UserId
    seq: int
    at: datetime
    version: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One request. `problem` is None when it was answered as it should be; `answer` is the answer's beginning."""

    at: datetime
    duration_ms: int
    status: int | None = None
    problem: str | None = None
    detail: str = ""
    answer: str = ""

    @property
    def is_success(self) -> bool:
        return self.problem is None


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """`due_at`: when somebody must send it (again), None: never. `tries`: since it was last begun anew."""

    message_id: MessageId
    hook_id: HookId
    user_id: UserId
    type: str
    body: str
    job_id: JobId | None = None
    created_at: datetime
    state: MessageState = MessageState.PENDING
    due_at: datetime | None
    tries: int = 0
    is_test: bool = False
    attempts: tuple[Attempt, ...] = ()
    version: int = 0


@dataclass(frozen=True, slots=True)
class NoticeMark:
    """Where a notice is."""

    job_id: JobId
    seq: int


@dataclass(frozen=True, slots=True)
class MessageMark:
    """Where a message is."""

    hook_id: HookId
    message_id: MessageId


Errand = NoticeMark | MessageMark


@dataclass(frozen=True, slots=True, kw_only=True)
class Posting:
    """What is written together, each on top of the version that it carries. `told`: a notice that is over."""

    told: Notice | None = None
    hooks: Hooks | None = None
    messages: tuple[Message, ...] = ()
    removed: Message | None = None


def find_notice(job: Job, event: Event) -> Notice | None:
    """None for what no webhook is told of; a storyboard alone is no job to its user."""
    if job.kind is not JobKind.VIDEO or event.type not in TOLD:
        return None
    return Notice(job_id=job.job_id, user_id=job.user_id, seq=event.seq, at=from_rfc3339(event.data["at"]))


def messages_of(notice: Notice, event: Event, hooks: Hooks) -> tuple[Message, ...]:
    """One for each webhook that listens, due at once."""
    message_id = id_of(notice.at, f"{notice.job_id}/{notice.seq}")
    body = write_body(event.type, notice.at, {"seq": notice.seq, **event.data})
    return tuple(
        Message(
            message_id=message_id,
            hook_id=hook.hook_id,
            user_id=notice.user_id,
            type=event.type,
            body=body,
            job_id=notice.job_id,
            created_at=notice.at,
            due_at=notice.at,
        )
        for hook in hooks.listening_to(event.type)
    )


def message_about(hook: Hook, user_id: UserId, kind: str, data: Mapping[str, Any], now: datetime) -> Message:
    """A message of no job: about another webhook, or the webhook itself, of which there is one at a time."""
    return Message(
        message_id=id_of(now, f"{kind}/{orjson.dumps(data).decode()}"),
        hook_id=hook.hook_id,
        user_id=user_id,
        type=kind,
        body=write_body(kind, now, data),
        created_at=now,
        due_at=now,
        is_test=kind == TEST,
    )


def id_of(at: datetime, name: str) -> MessageId:
    """msg_ and 32 hex digits, the first twelve of them milliseconds: ids sort by time."""
    digest = hashlib.sha256(name.encode()).hexdigest()
    return MessageId(f"msg_{int(at.timestamp() * 1000):012x}{digest[:20]}")


def write_body(kind: str, at: datetime, data: Mapping[str, Any]) -> str:
    """As Standard Webhooks recommend it."""
    return orjson.dumps({"type": kind, "timestamp": to_rfc3339(at), "data": data}).decode()


def claim(message: Message, now: datetime, lease: timedelta) -> Message:
    """Whoever writes this sends it; if nothing more is heard, it is due again after the lease."""
    return replace(message, due_at=now + lease)


def conclude(
    message: Message, attempt: Attempt, retries_s: Sequence[float], spread: float, wish_s: float = 0
) -> Message:
    """After an attempt. `spread`: 0 … 1; `wish_s`: how long the receiver wants to be left alone."""
    tried = replace(message, tries=message.tries + 1, attempts=(*message.attempts, attempt)[-KEPT_ATTEMPTS:])
    if attempt.is_success:
        return replace(tried, state=MessageState.DELIVERED, due_at=None)
    if message.is_test or message.tries >= len(retries_s):
        return replace(tried, state=MessageState.FAILED, due_at=None)
    wait_s = retries_s[message.tries] * (1 + SPREAD * spread)
    done_at = attempt.at + timedelta(milliseconds=attempt.duration_ms)
    return replace(tried, due_at=done_at + timedelta(seconds=max(wait_s, min(wish_s, LONGEST_WISH_S))))


def give_up(message: Message) -> Message:
    """After an answer that says that there will never be another."""
    return replace(message, state=MessageState.FAILED, due_at=None)


def put_off(message: Message, until: datetime, spread: float) -> Message:
    """Its webhook is left alone until then. No attempt; `spread` as in `conclude`, in seconds."""
    return replace(message, due_at=until + timedelta(seconds=spread))


def drop(message: Message) -> Message:
    """Its webhook is disabled."""
    return replace(message, state=MessageState.DROPPED, due_at=None)


def begin_anew(message: Message, now: datetime) -> Message:
    """As if it had never been sent, but for the attempts that are remembered."""
    return replace(message, state=MessageState.PENDING, due_at=now, tries=0)
