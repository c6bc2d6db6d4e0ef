"""The stored form of each entity: plain text, numbers and maps. Instants are text that sorts by time."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Self

import orjson
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer

from omnigen_jobs.domain.idempotency import Entry
from omnigen_jobs.domain.records import (
    Binding,
    Claim,
    ClaimState,
    Event,
    Intent,
    Job,
    Money,
    NextRound,
    Pin,
    ProgressMark,
    Pulse,
    Scene,
    Send,
    Stray,
    Words,
)
from omnigen_jobs.store import keys
from omnigen_shared.clock import to_rfc3339
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

Instant = Annotated[datetime, PlainSerializer(to_rfc3339)]


def _to_text(value: Mapping[str, Any]) -> str:
    return orjson.dumps(value).decode()


def _from_text(value: Any) -> Any:
    return orjson.loads(value) if isinstance(value, str) else dict(value)


JsonText = Annotated[dict[str, Any], BeforeValidator(_from_text), PlainSerializer(_to_text)]
"""A JSON object as text: the table's numbers would not give 7.0 back as it was."""


class StoredItem(BaseModel):
    """Reads an entity's attributes or an item's, and is tolerant of what else an item holds."""

    model_config = ConfigDict(frozen=True, extra="ignore", from_attributes=True)

    @classmethod
    def of(cls, source: object) -> Self:
        """From an entity or from an item's plain values."""
        return cls.model_validate(source)

    def to_values(self) -> dict[str, Any]:
        """Plain values, ready to become an item."""
        return self.model_dump(mode="json")


class StoredProgress(StoredItem):
    stage: str
    fraction: float
    at: Instant

    def to_domain(self) -> ProgressMark:
        return ProgressMark(**dict(self))


class StoredPulse(StoredItem):
    """The part of a job that its watchers read again and again."""

    status: JobStatus
    progress: StoredProgress | None = None

    def to_domain(self) -> Pulse:
        return Pulse(status=self.status, progress=None if self.progress is None else self.progress.to_domain())


class StoredRound(StoredItem):
    max_microusd: int
    estimate_microusd: int
    deadline_at: Instant
    scene: int | None = None
    cascade: bool = False
    take: int | None = None
    prompt: str | None = None

    def to_domain(self) -> NextRound:
        return NextRound(**dict(self))


class StoredJob(StoredItem):
    job_id: JobId
    user_id: UserId
    plan: str
    kind: JobKind = JobKind.VIDEO
    request: JobRequest
    plan_take: int = 1
    cuts: tuple[Cut, ...] = ()
    used: Used | None = None
    status: JobStatus
    attempt: int
    settling: int = 0
    patience: int = 0
    given_up: int = 0
    round: int = 1
    dropped: int = 0
    next_round: StoredRound | None = None
    is_counted: bool = False
    created_at: Instant
    updated_at: Instant
    deadline_at: Instant
    lease_until: Instant | None = None
    money: Money
    month: str | None = None
    estimate_microusd: int
    max_microusd: int
    round_max_microusd: int = 0
    spent_microusd: int
    progress: StoredProgress | None = None
    recipe_id: str | None = None
    storyboard: Storyboard | None = None
    music_key: str | None = None
    output: JobOutput | None = None
    former: tuple[JobOutput, ...] = ()
    problem: JobProblem | None = None
    media_until: Instant | None = None
    media_removed_at: Instant | None = None
    deleted_at: Instant | None = None
    open_shard: int | None = Field(default=None, exclude=True)
    traceparent: str | None = None
    stage_at: Instant | None = None
    version: int

    def to_domain(self) -> Job:
        """In the shards of chores it is not its lease that the index is sorted by."""
        values = dict(self)
        if values.pop("open_shard") in keys.CHORE_SHARDS:
            values["lease_until"] = None
        mark = None if self.progress is None else self.progress.to_domain()
        asked = None if self.next_round is None else self.next_round.to_domain()
        return Job(**{**values, "progress": mark, "next_round": asked})


class StoredWords(StoredItem):
    since_take: int
    prompt: str

    def to_domain(self) -> Words:
        return Words(**dict(self))


class StoredScene(StoredItem):
    number: int
    state: SceneState
    take: int = 1
    clip_key: str | None = None
    problem: JobProblem | None = None
    round: int = 1
    words: tuple[StoredWords, ...] = ()
    updated_at: Instant
    version: int

    def to_domain(self) -> Scene:
        return Scene(**{**dict(self), "words": tuple(words.to_domain() for words in self.words)})


class StoredIntent(StoredItem):
    intent_id: IntentId
    status: IntentStatus
    model: str
    fingerprint: str
    price_microusd: int
    input: JsonText
    round: int = 1
    month: str = ""
    reservation_id: str = ""
    owner: str | None = None
    sent_at: Instant | None = None
    closed_at: Instant | None = None
    provider_id: str | None = None
    actual_microusd: int | None = None
    cached: bool
    output_key: str | None = None
    spoiled: str | None = None
    version: int

    def to_domain(self) -> Intent:
        return Intent(**dict(self))


class StoredClaim(StoredItem):
    user_id: UserId
    fingerprint: str
    job_id: JobId
    intent_id: IntentId
    state: ClaimState
    output_key: str | None = None
    users: tuple[JobId, ...] = ()
    version: int

    def to_domain(self) -> Claim:
        return Claim(**dict(self))


class StoredBinding(StoredItem):
    provider_id: str
    job_id: JobId
    intent_id: IntentId

    def to_domain(self) -> Binding:
        return Binding(**dict(self))


class StoredSend(StoredItem):
    digest: str
    job_id: JobId
    intent_id: IntentId
    version: int

    def to_domain(self) -> Send:
        return Send(**dict(self))


class StoredPin(StoredItem):
    user_id: UserId
    digest: str
    job_id: JobId
    storyboard: Storyboard
    version: int

    def to_domain(self) -> Pin:
        return Pin(**dict(self))


class StoredStray(StoredItem):
    """The attribute `expires_at` is added beside these."""

    message_id: str
    reason: str
    received_at: Instant
    job_id: str = ""
    intent_id: str = ""
    provider_id: str = ""
    body: str = ""

    def to_domain(self) -> Stray:
        return Stray(**dict(self))


class StoredEvent(StoredItem):
    seq: int
    type: str
    data: JsonText

    def to_domain(self) -> Event:
        return Event(**dict(self))


class StoredEntry(StoredItem):
    """The attribute `expires_at`, which the table's TTL reads, is added beside these as a whole second."""

    user_id: UserId
    key: str
    job_id: JobId
    digest: str
    lease_until: Instant
    kept_until: Instant
    answer: str | None = None
    version: int

    def to_domain(self) -> Entry:
        return Entry(**dict(self))
