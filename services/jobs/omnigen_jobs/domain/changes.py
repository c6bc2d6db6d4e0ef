"""One step of a job's record, as a value: the rules make it, the store does it whole or not at all."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TypeVar

from omnigen_jobs.domain.batches import Batch
from omnigen_jobs.domain.erasures import Erasure
from omnigen_jobs.domain.hooks import Hooks
from omnigen_jobs.domain.idempotency import Entry
from omnigen_jobs.domain.messages import Message, Notice
from omnigen_jobs.domain.records import Binding, Claim, Intent, Job, NewEvent, Pin, Record, Scene, Send
from omnigen_jobs.domain.shares import Shares
from omnigen_jobs.domain.uploads import Uploads

Versioned = TypeVar(
    "Versioned", Job, Scene, Intent, Claim, Entry, Send, Pin, Hooks, Message, Notice, Uploads, Shares, Erasure, Batch
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What is written together. Each entity carries the version that it was read with.

    `fence` is the job as read. Where `job` is None (the job itself stays as it is), the store still checks that the
    fence's attempt is the present one and that the job has not ended.
    """

    fence: Job
    job: Job | None = None
    scenes: tuple[Scene, ...] = ()
    intent: Intent | None = None
    claim: Claim | None = None
    binding: Binding | None = None
    send: Send | None = None
    pin: Pin | None = None
    event: NewEvent | None = None


def change_job(job: Job, event: NewEvent | None = None) -> Change:
    """A change of the job alone, on top of the version that it carries."""
    return Change(fence=job, job=job, event=event)


def bumped(entity: Versioned) -> Versioned:
    """The entity as it is after its write."""
    return replace(entity, version=entity.version + 1)


def apply(change: Change | None, record: Record) -> Record:
    """The record as it stands after the change (None changes nothing)."""
    if change is None:
        return record
    job = record.job if change.job is None else bumped(change.job)
    scenes = record.scenes
    for scene in change.scenes:
        scenes = _with_scene(scenes, bumped(scene))
    intents = record.intents if change.intent is None else _with_intent(record.intents, bumped(change.intent))
    return Record(job=job, scenes=scenes, intents=intents)


def _with_scene(scenes: Iterable[Scene], changed: Scene) -> tuple[Scene, ...]:
    others = (scene for scene in scenes if scene.number != changed.number)
    return tuple(sorted((*others, changed), key=lambda scene: scene.number))


def _with_intent(intents: Iterable[Intent], changed: Intent) -> tuple[Intent, ...]:
    others = (intent for intent in intents if intent.intent_id != changed.intent_id)
    return tuple(sorted((*others, changed), key=lambda intent: intent.intent_id))
