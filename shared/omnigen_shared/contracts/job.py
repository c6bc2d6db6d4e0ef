"""The job record as jobs shows it to the generator, and what the generator may ask of it.

Every write goes to /internal/v1/jobs/{job_id}/attempts/{attempt}/… and is refused with `stale_attempt` when a newer
attempt has begun, or `job_terminal` when the job has ended.
"""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any

from pydantic import Field, StrictBool, StrictFloat, StrictInt

from omnigen_shared.contracts.base import Answer, Contract, IntentId, JobId, Microusd, UserId
from omnigen_shared.contracts.catalogue import DEFAULT_VIDEO_MODEL, MUSIC_MODEL, SPEECH_MODEL
from omnigen_shared.contracts.composer import EndCard, Logo
from omnigen_shared.contracts.media import AspectRatio, Resolution
from omnigen_shared.contracts.storyboard import Category, Continuity, Cut, Storyboard
from omnigen_shared.contracts.text import CLEAN_LINE, CLEAN_TEXT


class JobStatus(StrEnum):
    """pending → planning → generating → composing → completed | failed | canceled."""

    PENDING = "pending"
    PLANNING = "planning"
    GENERATING = "generating"
    COMPOSING = "composing"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELED = "canceled"

    @property
    def is_terminal(self) -> bool:
        return self in {JobStatus.COMPLETED, JobStatus.FAILED, JobStatus.CANCELED}


class JobKind(StrEnum):
    """A whole video, or only its storyboard."""

    VIDEO = "video"
    STORYBOARD = "storyboard"


class SceneState(StrEnum):
    """Where one scene stands; only forwards within a take, `failed` from anywhere but `prepared`."""

    QUEUED = "queued"
    THROTTLED = "throttled"
    GENERATING = "generating"
    INGESTED = "ingested"
    PREPARED = "prepared"
    FAILED = "failed"


class ExecutionKind(StrEnum):
    """What an execution is started for.

    To make the video; to look at one paid call, of which the provider says that it has ended, beside the one that makes
    the video; to account for the calls of a job that has ended.
    """

    MAKE = "make"
    LOOK = "look"
    SETTLE = "settle"


class IntentStatus(StrEnum):
    """One paid call: planned → reserved → sending → created → ingested → settled, or refunded, or unknown."""

    PLANNED = "planned"
    RESERVED = "reserved"
    SENDING = "sending"
    CREATED = "created"
    INGESTED = "ingested"
    SETTLED = "settled"
    REFUNDED = "refunded"
    UNKNOWN = "unknown"


class OrderedVideo(Answer):
    """What the user ordered, validated and completed (an omitted seed and model are filled in), but for pictures."""

    prompt: Annotated[str, CLEAN_TEXT]
    category: Category = Category.AD_CREATIVE
    duration_s: int
    aspect_ratio: AspectRatio
    resolution: Resolution
    model: str = DEFAULT_VIDEO_MODEL
    style: Annotated[str, CLEAN_LINE] | None = None
    negative_prompt: Annotated[str, CLEAN_TEXT] | None = None
    seed: int
    continuity: Continuity = Continuity.PARALLEL
    music: bool = True
    music_model: str = MUSIC_MODEL.name
    narration: bool = False
    speech_model: str = SPEECH_MODEL.name
    voice: str | None = None
    captions: bool = False
    burn_captions: bool = False
    """Drawn into the pictures, too."""
    end_card: EndCard | None = None
    """A call to action over the last frames."""


class JobRequest(OrderedVideo):
    """With the pictures by their S3 keys, which lie under the user's prefix, and by the uploads that they came by."""

    reference_image: str | None = None
    """Of the subject."""
    reference_upload: str | None = None
    logo: Logo | None = None
    logo_upload: str | None = None
    planned_for: AspectRatio | None = None
    """Another shape of the same video whose plan this one has, too."""


class Used(Answer):
    """What is generated for an order. `resolution` is what the model delivers, `paid_s` the clips' whole seconds."""

    model: str
    resolution: str
    aspect_ratio: AspectRatio
    duration_s: float
    paid_s: int


class JobProblem(Answer):
    """Why a job or a scene failed: a stable code, where, and what to do."""

    code: str
    stage: str
    detail: Annotated[str, CLEAN_TEXT]
    remedy: str
    scene: int | None = None
    provider_id: str | None = None


class IntentRecord(Answer):
    """One paid call of a job, as stored. `intent_id` is deterministic: `plan.1`, `scene-02.1`, `music.1`."""

    intent_id: IntentId
    status: IntentStatus
    model: str
    fingerprint: str
    price_microusd: Microusd
    input: dict[str, Any]
    round: int = 1
    """In which of the job's rounds it was ordered: the first order, or one of its resumptions."""
    month: str = ""
    reservation_id: str = ""
    """Where quota holds its price: part of every call about it, also when the job has gone on to another round."""
    owner: str | None = None
    sent_at: datetime | None = None
    closed_at: datetime | None = None
    """When the socket of an unanswered create was closed; reconciling ends 120 s later."""
    provider_id: str | None = None
    actual_microusd: Microusd | None = None
    cached: bool = False
    output_key: str | None = None
    spoiled: str | None = None
    """Why the output cannot be used, once that is known: it is paid, and nobody will be given it again."""


class SceneRecord(Answer):
    """One scene of the storyboard and how far it is."""

    number: int
    state: SceneState
    take: int = 1
    """Which clip of the scene is made: a later one has a seed, and so a fingerprint, of its own."""
    clip_key: str | None = None
    problem: JobProblem | None = None
    updated_at: datetime


class JobOutput(Contract):
    """The finished video."""

    video_key: str
    poster_key: str
    captions_key: str | None = None
    frames: StrictInt = Field(ge=1)
    duration_s: StrictFloat = Field(gt=0)
    size_bytes: StrictInt = Field(gt=0)
    width: StrictInt
    height: StrictInt


class JobSnapshot(Answer):
    """The whole record without its events: what a step reads before it does anything."""

    job_id: JobId
    user_id: UserId
    kind: JobKind = JobKind.VIDEO
    plan: str
    status: JobStatus
    attempt: int
    round: int = 1
    deadline_at: datetime
    request: JobRequest
    plan_take: int = 1
    """A later one asks the planner for another plan of the same request."""
    cuts: tuple[Cut, ...] = ()
    """The scenes' lengths, decided when the job was ordered: the planner only finds words for them."""
    recipe_id: str | None = None
    storyboard: Storyboard | None = None
    music_key: str | None = None
    scenes: tuple[SceneRecord, ...] = ()
    intents: tuple[IntentRecord, ...] = ()
    output: JobOutput | None = None
    problem: JobProblem | None = None


class BeginStage(Contract):
    """POST …/status: planning, generating or composing begins. A replay of the present status changes nothing."""

    status: JobStatus


class StoreStoryboard(Contract):
    """PUT …/storyboard: the plan, and the recipe that every segment of this job is pinned to. The first one wins.

    A job that is a storyboard alone has no recipe, and is completed by this.
    """

    storyboard: Storyboard
    recipe_id: str | None = None


class UpdateScene(Contract):
    """PUT …/scenes/{number}: the scene's new state, and what came with it.

    A later take than the stored one begins the scene again, an earlier one changes nothing.
    """

    state: SceneState
    take: StrictInt = Field(default=1, ge=1, le=99)
    clip_key: str | None = None
    problem: JobProblem | None = None


class StoreMusic(Contract):
    """PUT …/music: where the ingested music lies."""

    music_key: str


class PlanIntent(Contract):
    """PUT …/intents/{intent_id}: an intended paid call; the stored one comes back, new or not.

    With `claims_clip`, one item per user owns the fingerprint. The answer's intent is `settled` with `cached: true`
    and an `output_key` when the same clip was already made; 409 `clip_in_progress` while another job makes it, 409
    `clip_spoiled` when what was made cannot be used: only another take helps.
    """

    model: str
    fingerprint: str = Field(pattern=r"^[0-9a-f]{64}$")
    price_microusd: Microusd
    input: dict[str, Any]
    claims_clip: StrictBool = True


class MoveIntent(Contract):
    """POST …/intents/{intent_id}/moves: one conditional step; 409 `intent_moved` when it is not at `expected`.

    `sending` needs `owner` (the winner alone may send), and is held back by 409 `send_in_progress` while anybody's call
    with the same model and input is being sent: the provider's list could not tell the two apart. `created` needs
    `provider_id`, which is bound to this intent and no other (409 `prediction_bound`); `ingested` needs `output_key`;
    `settled` needs `actual_microusd`.
    """

    expected: IntentStatus
    status: IntentStatus
    owner: str | None = None
    provider_id: str | None = None
    output_key: str | None = None
    actual_microusd: Microusd | None = None


class CloseSocket(Contract):
    """POST …/intents/{intent_id}/closed: the create's socket closed without an answer (only while `sending`)."""

    owner: str


class SpoilOutput(Contract):
    """POST …/intents/{intent_id}/spoiled: its output cannot be used, and is never given to anybody again.

    With `scene`, that scene goes on to its next take.
    """

    reason: str = Field(max_length=1000)
    scene: StrictInt | None = Field(default=None, ge=1, le=99)


class UnboundQuery(Contract):
    """POST /internal/v1/predictions/unbound: which of these provider ids no intent holds."""

    provider_ids: tuple[str, ...] = Field(max_length=500)


class Unbound(Answer):
    """Answer to UnboundQuery."""

    provider_ids: tuple[str, ...]


class Progress(Contract):
    """PUT …/progress: a replaceable snapshot of a stage, 0 … 1."""

    stage: str
    fraction: StrictFloat = Field(ge=0, le=1)


class ContinueAttempt(Answer):
    """Answer of POST …/continue: the attempt that jobs has started in place of this one."""

    attempt: int
