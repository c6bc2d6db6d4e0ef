"""What a job is made of, as the rules see it.

`version` is the stored item's: 0 means not stored yet, and every write is conditional on it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from omnigen_shared.contracts.base import IntentId, JobId, UserId
from omnigen_shared.contracts.job import (
    IntentStatus,
    JobKind,
    JobOutput,
    JobProblem,
    JobRequest,
    JobStatus,
    SceneState,
    Used,
)
from omnigen_shared.contracts.storyboard import Cut, Storyboard


class Money(StrEnum):
    """Where the job's reservation stands: asked for, known to be held, or closed by quota."""

    REQUESTED = "requested"
    RESERVED = "reserved"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgressMark:
    """How far a stage was at an instant, 0 … 1."""

    stage: str
    fraction: float
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """The job itself (item META). `lease_until` is when somebody must look after it; None: never again."""

    job_id: JobId
    user_id: UserId
    plan: str
    kind: JobKind = JobKind.VIDEO
    request: JobRequest
    plan_take: int = 1
    cuts: tuple[Cut, ...] = ()
    used: Used | None = None
    status: JobStatus = JobStatus.PENDING
    attempt: int = 0
    created_at: datetime
    updated_at: datetime
    deadline_at: datetime
    lease_until: datetime | None
    money: Money = Money.REQUESTED
    month: str | None = None
    estimate_microusd: int
    max_microusd: int
    spent_microusd: int = 0
    progress: ProgressMark | None = None
    recipe_id: str | None = None
    storyboard: Storyboard | None = None
    music_key: str | None = None
    output: JobOutput | None = None
    problem: JobProblem | None = None
    version: int = 0

    @property
    def is_visible(self) -> bool:
        """Whether its user is told of it: not before quota has admitted it."""
        return self.money is not Money.REQUESTED or self.status.is_terminal

    @property
    def is_listed(self) -> bool:
        """Whether it is among its user's videos."""
        return self.is_visible and self.kind is JobKind.VIDEO


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """How far one scene of the storyboard is."""

    number: int
    state: SceneState = SceneState.QUEUED
    take: int = 1
    clip_key: str | None = None
    problem: JobProblem | None = None
    updated_at: datetime
    version: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Intent:
    """One paid call."""

    intent_id: IntentId
    status: IntentStatus
    model: str
    fingerprint: str
    price_microusd: int
    input: Mapping[str, Any]
    owner: str | None = None
    sent_at: datetime | None = None
    closed_at: datetime | None = None
    provider_id: str | None = None
    actual_microusd: int | None = None
    cached: bool = False
    output_key: str | None = None
    spoiled: str | None = None
    version: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """A job with its scenes (in order) and intents, as read at one instant."""

    job: Job
    scenes: tuple[Scene, ...] = ()
    intents: tuple[Intent, ...] = ()

    def find_scene(self, number: int) -> Scene | None:
        """The scene of that number; a planned one that nobody has touched is queued."""
        stored = next((scene for scene in self.scenes if scene.number == number), None)
        planned = self.job.storyboard is not None and 1 <= number <= len(self.job.storyboard.scenes)
        return stored or (Scene(number=number, updated_at=self.job.updated_at) if planned else None)

    def find_intent(self, intent_id: IntentId) -> Intent | None:
        return next((intent for intent in self.intents if intent.intent_id == intent_id), None)


class ClaimState(StrEnum):
    """Whether a clip is being made, made, free to be made by the next, or made and of no use."""

    HELD = "held"
    READY = "ready"
    RELEASED = "released"
    SPOILED = "spoiled"


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """Who makes (or made) the output of one fingerprint of a user."""

    user_id: UserId
    fingerprint: str
    job_id: JobId
    intent_id: IntentId
    state: ClaimState
    output_key: str | None = None
    version: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Binding:
    """Which intent a provider's prediction belongs to; never changed."""

    provider_id: str
    job_id: JobId
    intent_id: IntentId


@dataclass(frozen=True, slots=True, kw_only=True)
class NewEvent:
    """An event that has no number yet."""

    type: str
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """A stored event; `seq` counts from 1 without gaps within its job."""

    seq: int
    type: str
    data: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pulse:
    """What a watcher needs to know of a job besides its events."""

    status: JobStatus
    progress: ProgressMark | None
