"""Webhooks and their deliveries as their user sees them. A secret is shown when it is made, and never again."""

from datetime import datetime
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, PlainSerializer, StrictInt

from omnigen_jobs.domain.hooks import MOST_HOOKS, Hook, Reason
from omnigen_jobs.domain.messages import Message, MessageState
from omnigen_shared.clock import to_rfc3339
from omnigen_shared.contracts.base import Contract
from omnigen_shared.contracts.text import FIT_LINE

Instant = Annotated[datetime, PlainSerializer(to_rfc3339)]
EventName = Literal[
    "job.created",
    "job.planned",
    "job.resumed",
    "job.completed",
    "job.failed",
    "job.canceled",
    "webhook.disabled",
]
"""domain/hooks.py's SUBSCRIBABLE (a test compares)."""


class HookOrder(Contract):
    """Where to send what happens to your jobs, and what of it."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"url": "https://example.com/omnigen", "events": ["job.completed"]}]}
    )

    url: Annotated[str, Field(min_length=8, max_length=1000, pattern=r"^https?://[!-~]+$")]
    events: Annotated[tuple[EventName, ...], Field(min_length=1, max_length=7)] = (
        "job.completed",
        "job.failed",
        "job.canceled",
    )
    description: Annotated[str, Field(max_length=200), FIT_LINE] = ""


class RotateOrder(Contract):
    """How long the former secret goes on signing beside the new one; 0: it has become known to somebody."""

    overlap_h: Annotated[StrictInt, Field(ge=0, le=168, json_schema_extra={"unit": "h"})] = 24


class HookView(BaseModel):
    """`failing_since`: nothing has got through since then. `disabled_at`: nothing is sent any more."""

    webhook_id: str
    url: str
    description: str
    events: list[str]
    created_at: Instant
    enabled: bool
    failing_since: Instant | None
    disabled_at: Instant | None
    disabled_for: Reason | None
    former_secret_until: Instant | None

    @classmethod
    def of(cls, hook: Hook) -> Self:
        return cls(**_describe(hook))


class HookWithSecret(HookView):
    """Keep the secret: it is not shown again."""

    secret: str

    @classmethod
    def of(cls, hook: Hook) -> Self:
        return cls(**_describe(hook), secret=hook.secrets[0].text)


class HookList(BaseModel):
    """All of them; `limit` is how many there may be."""

    webhooks: list[HookView]
    limit: int = MOST_HOOKS


class AttemptView(BaseModel):
    """One request. `problem` is null when it was answered 2xx; `answer` is the beginning of what was answered."""

    model_config = ConfigDict(from_attributes=True)

    at: Instant
    duration_ms: int
    status: int | None
    problem: str | None
    detail: str
    answer: str


class DeliveryView(BaseModel):
    """A message on its way, or there. `attempts` are the last twenty."""

    delivery_id: str
    type: str
    job_id: str | None
    created_at: Instant
    state: MessageState
    next_attempt_at: Instant | None
    attempts: list[AttemptView]

    @classmethod
    def of(cls, message: Message) -> Self:
        return cls(
            delivery_id=message.message_id,
            type=message.type,
            job_id=message.job_id,
            created_at=message.created_at,
            state=message.state,
            next_attempt_at=message.due_at,
            attempts=[AttemptView.model_validate(attempt) for attempt in message.attempts],
        )


class DeliveryList(BaseModel):
    """A page, the newest first. `next_cursor` is null at the end."""

    deliveries: list[DeliveryView]
    next_cursor: str | None


def _describe(hook: Hook) -> dict[str, object]:
    former = [secret.valid_until for secret in hook.secrets if secret.valid_until is not None]
    return {
        "webhook_id": hook.hook_id,
        "url": hook.url,
        "description": hook.description,
        "events": list(hook.events),
        "created_at": hook.created_at,
        "enabled": hook.is_enabled,
        "failing_since": hook.failing_since,
        "disabled_at": hook.disabled_at,
        "disabled_for": hook.disabled_for,
        "former_secret_until": former[0] if former else None,
    }
