"""What a job is made of, as the rules see it.

`version` is the stored item's: 0 means not stored yet, and every write is conditional on it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from omnigen_shared.contracts.base import IntentId, JobId, UserId
from omnigen_shared.contracts.calls import scene_unit, take_of, unit_of
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
class NextRound:
    """What an ended job is asked to do once more, before quota has admitted it.

    `scene` is the one that makes another take, of this `prompt` if there is one, or goes back to its `take`; None: only
    what is missing is made. `cascade`: all after it make another take.
    """

    max_microusd: int
    estimate_microusd: int
    deadline_at: datetime
    scene: int | None = None
    cascade: bool = False
    take: int | None = None
    prompt: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """The job itself (item META). `lease_until` is when somebody must look after it; None: never again.

    A round is one order that quota has admitted: the first, or a resumption. `settling` is the attempt that accounts
    for calls after the end, 0 when there is none. `is_counted`: a round of it has made a video that the month counts.
    `patience`: how often its lease was doubled, because an attempt that was taken for dead had lived; `given_up` is the
    last one that was, until that is known of it. `dropped`: reservations that were given back before their round began.
    `media_until` is when its files go, once it has ended, and then until when somebody is at that; None: never (again).
    `traceparent`: where in a trace it was ordered; all that is ever done for it joins that trace.
    """

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
    settling: int = 0
    patience: int = 0
    given_up: int = 0
    round: int = 1
    dropped: int = 0
    next_round: NextRound | None = None
    is_counted: bool = False
    created_at: datetime
    updated_at: datetime
    deadline_at: datetime
    lease_until: datetime | None
    money: Money = Money.REQUESTED
    month: str | None = None
    estimate_microusd: int
    max_microusd: int
    round_max_microusd: int = 0
    spent_microusd: int = 0
    progress: ProgressMark | None = None
    recipe_id: str | None = None
    storyboard: Storyboard | None = None
    music_key: str | None = None
    output: JobOutput | None = None
    former: tuple[JobOutput, ...] = ()
    """Videos of earlier rounds, whose files go together with the present one's."""
    problem: JobProblem | None = None
    media_until: datetime | None = None
    media_removed_at: datetime | None = None
    deleted_at: datetime | None = None
    """When its user has deleted it: nobody is shown it any more."""
    traceparent: str | None = None
    stage_at: datetime | None = None
    """When it came to its status; None: it never had another one."""
    version: int = 0

    @property
    def reservation_id(self) -> str:
        """What quota calls the present round."""
        return self.job_id if self.round == 1 else f"{self.job_id}.{self.round}"

    @property
    def is_visible(self) -> bool:
        """Whether its user is told of it: not before quota has admitted it."""
        return self.money is not Money.REQUESTED or self.status.is_terminal

    @property
    def is_listed(self) -> bool:
        """Whether it is among its user's videos."""
        return self.is_visible and self.kind is JobKind.VIDEO and self.deleted_at is None


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """From which take of a scene on it was described with this prompt."""

    since_take: int
    prompt: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """How far one scene of the storyboard is. `words`: in order, once they were changed; before, the storyboard's."""

    number: int
    state: SceneState = SceneState.QUEUED
    take: int = 1
    clip_key: str | None = None
    problem: JobProblem | None = None
    round: int = 1
    words: tuple[Words, ...] = ()
    updated_at: datetime
    version: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Intent:
    """One paid call. `reservation_id` and `month` say where quota holds its price."""

    intent_id: IntentId
    status: IntentStatus
    model: str
    fingerprint: str
    price_microusd: int
    input: Mapping[str, Any]
    round: int = 1
    month: str = ""
    reservation_id: str = ""
    owner: str | None = None
    sent_at: datetime | None = None
    closed_at: datetime | None = None
    provider_id: str | None = None
    actual_microusd: int | None = None
    cached: bool = False
    output_key: str | None = None
    spoiled: str | None = None
    version: int = 0

    @property
    def is_past_help(self) -> bool:
        """Whether it will bring nothing, and is not simply made again: nobody knows its fate, or it was charged."""
        is_charged = self.status is IntentStatus.SETTLED and self.output_key is None
        return self.status is IntentStatus.UNKNOWN or is_charged


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """A job with its scenes (in order) and intents, as read at one instant."""

    job: Job
    scenes: tuple[Scene, ...] = ()
    intents: tuple[Intent, ...] = ()

    def find_scene(self, number: int) -> Scene | None:
        """The scene of that number; a planned one that nobody has touched is queued."""
        stored = next((scene for scene in self.scenes if scene.number == number), None)
        if stored is not None and stored.state is SceneState.FAILED and stored.round < self.job.round:
            return _revive(stored, self.intents, self.job.round)
        planned = self.job.storyboard is not None and 1 <= number <= len(self.job.storyboard.scenes)
        return stored or (Scene(number=number, updated_at=self.job.updated_at) if planned else None)

    @property
    def all_scenes(self) -> tuple[Scene, ...]:
        """Every scene of the storyboard, touched or not."""
        planned = () if self.job.storyboard is None else self.job.storyboard.scenes
        return tuple(scene for number in planned if (scene := self.find_scene(number.number)) is not None)

    def find_intent(self, intent_id: IntentId) -> Intent | None:
        return next((intent for intent in self.intents if intent.intent_id == intent_id), None)


def _revive(scene: Scene, intents: Iterable[Intent], current: int) -> Scene:
    """A scene that failed before the current round begins again where it was; at a new take if the last is past help.

    Once a take has a call it is the last, whatever becomes of an older one's, and whether the scene was written since.
    """
    if scene.clip_key is not None:
        return replace(scene, state=SceneState.INGESTED, problem=None)
    mine = [intent for intent in intents if unit_of(intent.intent_id) == scene_unit(scene.number)]
    last = max((scene.take, *(take_of(intent.intent_id) for intent in mine)))
    former = (intent for intent in mine if intent.round < current and take_of(intent.intent_id) == last)
    take = last + any(intent.is_past_help for intent in former)
    return replace(scene, state=SceneState.QUEUED, problem=None, take=take)


class ClaimState(StrEnum):
    """Whether a clip is being made, perhaps made (nobody knows), made, free for the next, useless, or being removed."""

    HELD = "held"
    UNRESOLVED = "unresolved"
    READY = "ready"
    RELEASED = "released"
    SPOILED = "spoiled"
    LEAVING = "leaving"


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """Who makes (or made) the output of one fingerprint of a user. `users`: all jobs that have it, once it is there."""

    user_id: UserId
    fingerprint: str
    job_id: JobId
    intent_id: IntentId
    state: ClaimState
    output_key: str | None = None
    users: tuple[JobId, ...] = ()
    version: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Binding:
    """Which intent a provider's prediction belongs to; never changed."""

    provider_id: str
    job_id: JobId
    intent_id: IntentId


@dataclass(frozen=True, slots=True, kw_only=True)
class Send:
    """A call that is being sent. No other one with the same model and input is, whosever it may be."""

    digest: str
    job_id: JobId
    intent_id: IntentId
    is_over: bool = False
    version: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Pin:
    """The storyboard that equal orders of a user have, and the job that it was written for."""

    user_id: UserId
    digest: str
    job_id: JobId
    storyboard: Storyboard
    version: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Stray:
    """A webhook that the provider has signed and we could not place, kept for people to look at.

    `job_id` and `intent_id` are what its address says, "" when that says nothing; `body` is its beginning.
    """

    message_id: str
    reason: str
    received_at: datetime
    job_id: str = ""
    intent_id: str = ""
    provider_id: str = ""
    body: str = ""


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
