"""What a job has cost, call by call."""

from datetime import datetime
from typing import Any, Final, Self

from pydantic import BaseModel

from omnigen_jobs.domain.ending import list_open
from omnigen_jobs.domain.moves import UNSENT
from omnigen_jobs.domain.records import Intent, Money, Record
from omnigen_jobs.domain.takes import prompt_of
from omnigen_jobs.schemas.views import Instant
from omnigen_shared.contracts.base import IntentId
from omnigen_shared.contracts.calls import CallKind, find_kind, find_scene, take_of, unit_of
from omnigen_shared.contracts.job import IntentStatus, JobStatus
from omnigen_shared.money import format_usd


class CallView(BaseModel):
    """One call. `price_usd` was held for it; `charged_usd` is null as long as that is not known.

    `seconds` are a clip's, as is `prompt`: what its scene was described with. A `cached` one was answered from what was
    made before: nobody was asked, and it is free.
    """

    intent_id: str
    what: str
    model: str
    seconds: int | None
    prompt: str | None
    round: int
    provider_id: str | None
    sent_at: Instant | None
    price_usd: str
    charged_usd: str | None
    cached: bool

    @classmethod
    def of(cls, intent: Intent, record: Record) -> Self:
        charged = charged_microusd(intent)
        return cls(
            intent_id=intent.intent_id,
            what=name_call(intent.intent_id),
            model=intent.model,
            seconds=find_seconds(intent.intent_id, record),
            prompt=find_prompt(intent, record),
            round=intent.round,
            provider_id=intent.provider_id,
            sent_at=intent.sent_at,
            price_usd=format_usd(intent.price_microusd),
            charged_usd=None if charged is None else format_usd(charged),
            cached=intent.cached,
        )


class Receipt(BaseModel):
    """Every call that was sent, or answered from what was made before, in the order of their names.

    `is_final`: the job has ended and all is accounted for; only another round of the job adds to it.
    """

    job_id: str
    status: JobStatus
    is_final: bool
    issued_at: Instant
    calls: list[CallView]
    total_usd: str

    @classmethod
    def of(cls, record: Record, now: datetime) -> Self:
        sent = [intent for intent in record.intents if intent.status not in UNSENT]
        total = sum(charged_microusd(intent) or 0 for intent in sent)
        job = record.job
        is_over = job.status.is_terminal and job.money is Money.CLOSED and job.next_round is None
        return cls(
            job_id=job.job_id,
            status=job.status,
            is_final=is_over and not any(list_open(record)),
            issued_at=now,
            calls=[CallView.of(intent, record) for intent in sent],
            total_usd=format_usd(total),
        )


class SignedReceipt(Receipt):
    """`signature` is a detached JWS (ES256) over all else, as docs/receipts.md has it."""

    signature: str


class ReceiptKeys(BaseModel):
    """A JWK set: the key that signs now first, then those that have signed before."""

    keys: list[dict[str, Any]]


def find_seconds(intent_id: IntentId, record: Record) -> int | None:
    """How long a clip is that was paid; None for what is no clip."""
    number, plan = find_scene(intent_id), record.job.storyboard
    if find_kind(intent_id) is not CallKind.SCENE or number is None or plan is None:
        return None
    return next((scene.clip_duration_s for scene in plan.scenes if scene.number == number), None)


def find_prompt(intent: Intent, record: Record) -> str | None:
    """In which words a clip was asked for; None for what is no clip."""
    number = find_scene(intent.intent_id)
    if find_kind(intent.intent_id) is not CallKind.SCENE or number is None or record.job.storyboard is None:
        return None
    return prompt_of(record, number, take_of(intent.intent_id))


def charged_microusd(intent: Intent) -> int | None:
    """What a call has cost; None while it is open."""
    if intent.status is IntentStatus.REFUNDED:
        return 0
    return intent.actual_microusd if intent.status is IntentStatus.SETTLED else None


_MADE_FOR_SCENES: Final = {CallKind.SCENE: "clip", CallKind.VOICE: "narration"}


def name_call(intent_id: IntentId) -> str:
    """What a person calls it: plan.1 → storyboard, scene-02.1 → clip of scene 2, voice-02.1 → its narration."""
    kind, scene = find_kind(intent_id), find_scene(intent_id)
    if kind in _MADE_FOR_SCENES and scene is not None:
        return f"{_MADE_FOR_SCENES[kind]} of scene {scene}"
    return "storyboard" if kind is CallKind.PLAN else unit_of(intent_id).partition("-")[0]
