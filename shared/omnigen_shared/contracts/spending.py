"""Quota's internal calls: reserve a job, spend per paid call, settle or refund it, commit or release the job.

Every call is idempotent by the ids in it; a replay with other amounts is refused (`amount_mismatch`).
"""

from enum import StrEnum
from typing import Annotated

from pydantic import Field, StrictInt

from omnigen_shared.contracts.base import Answer, Contract, IntentId, JobId, Microusd
from omnigen_shared.contracts.media import Resolution


class PlanName(StrEnum):
    """What a user has subscribed to."""

    FREE = "free"
    PRO = "pro"
    ENTERPRISE = "enterprise"


class ReserveRequest(Contract):
    """PUT /internal/v1/reservations/{job_id}: a place in the month, and up to max_cost of its spend.

    A max_cost of 0 is a round that buys nothing: what was bought before is only cut again.
    """

    videos: StrictInt = Field(default=1, ge=0, le=1)
    storyboards: StrictInt = Field(default=0, ge=0, le=1)
    """1 = a plan without a video: counted against the month's storyboards, and no running job."""
    max_cost_microusd: Microusd
    duration_s: StrictInt = Field(ge=1)
    resolution: Resolution


class Reservation(Answer):
    """What is held for a job. `month` (UTC, YYYY-MM) names the period that every later call charges."""

    job_id: JobId
    month: str
    max_cost_microusd: Microusd
    remaining_microusd: Microusd


class SpendRequest(Contract):
    """PUT /internal/v1/reservations/{month}/{job_id}/intents/{intent_id}: hold the price of one paid call."""

    price_microusd: Annotated[Microusd, Field(ge=1)]


class SettleRequest(Contract):
    """POST …/intents/{intent_id}/settle: what the provider charged, from nothing to the held price."""

    actual_microusd: Microusd


class IntentState(Answer):
    """One paid call as quota sees it."""

    intent_id: IntentId
    state: str
    amount_microusd: Microusd
    remaining_microusd: Microusd


class Closing(Answer):
    """POST …/commit and …/release: what the job cost, and what open intents still hold."""

    job_id: JobId
    state: str
    spent_microusd: Microusd
    held_microusd: Microusd
