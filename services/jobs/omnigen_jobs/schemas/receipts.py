"""What a job has cost, call by call."""

from typing import Final, Self

from pydantic import BaseModel

from omnigen_jobs.domain.moves import UNSENT
from omnigen_jobs.domain.records import Intent, Record
from omnigen_shared.contracts.base import IntentId
from omnigen_shared.contracts.calls import CallKind, find_kind, find_scene, unit_of
from omnigen_shared.contracts.job import IntentStatus
from omnigen_shared.money import format_usd


class CallView(BaseModel):
    """One call. `price_usd` was held for it; `charged_usd` is null as long as that is not known."""

    intent_id: str
    what: str
    model: str
    provider_id: str | None
    price_usd: str
    charged_usd: str | None
    cached: bool

    @classmethod
    def of(cls, intent: Intent) -> Self:
        charged = charged_microusd(intent)
        return cls(
            intent_id=intent.intent_id,
            what=name_call(intent.intent_id),
            model=intent.model,
            provider_id=intent.provider_id,
            price_usd=format_usd(intent.price_microusd),
            charged_usd=None if charged is None else format_usd(charged),
            cached=intent.cached,
        )


class Receipt(BaseModel):
    """Every call that was sent, or answered from what was made before."""

    job_id: str
    calls: list[CallView]
    total_usd: str

    @classmethod
    def of(cls, record: Record) -> Self:
        sent = [intent for intent in record.intents if intent.status not in UNSENT]
        total = sum(charged_microusd(intent) or 0 for intent in sent)
        return cls(
            job_id=record.job.job_id, calls=[CallView.of(intent) for intent in sent], total_usd=format_usd(total)
        )


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
