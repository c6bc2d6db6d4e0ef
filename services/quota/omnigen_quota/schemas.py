"""What users see of their month: GET /api/v1/usage. Money is a decimal string in USD."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from omnigen_quota.domain.bookings import MonthState
from omnigen_quota.domain.ledger import LedgerRow
from omnigen_quota.domain.plans import Plan
from omnigen_quota.service.accounts import Usage
from omnigen_shared.contracts.base import Answer
from omnigen_shared.contracts.spending import PlanName
from omnigen_shared.money import format_usd

_ID: Final = "[A-Za-z0-9._-]{1,64}"
CURSOR_PATTERN: Final = f"^({_ID}~(reserved|closed|(held|ended)~{_ID}))?$"
"""Where a page ends: the place of its last row. The user is no part of it: a cursor opens nobody's ledger."""


class CountUsage(Answer):
    """used = finished in this month, reserved = under way; neither is negative, nor is remaining."""

    used: int
    reserved: int
    limit: int
    remaining: int


class JobUsage(Answer):
    """Jobs that are under way now."""

    running: int
    limit: int


class SpendUsage(Answer):
    """spent = what paid calls cost; reserved = what jobs under way and open calls hold."""

    spent_usd: str
    reserved_usd: str
    limit_usd: str
    remaining_usd: str


class MonthUsage(Answer):
    """What a month (UTC, YYYY-MM) came to. spent = what its paid calls cost, whenever they were accounted for."""

    month: str
    videos: int
    storyboards: int
    spent_usd: str


class UsageAnswer(Answer):
    """One month (UTC, YYYY-MM) of one user against the plan's caps, and all months of the user, newest first."""

    plan: PlanName
    month: str
    videos: CountUsage
    storyboards: CountUsage
    concurrent_jobs: JobUsage
    spend: SpendUsage
    resets_at: datetime
    history: list[MonthUsage]


def show_usage(usage: Usage, plan: Plan) -> UsageAnswer:
    """A month as its user sees it."""
    state, plan = usage.state, usage.state.terms.apply(plan)
    limit = plan.spend_per_month_microusd
    return UsageAnswer(
        plan=plan.name,
        month=usage.month,
        videos=_show_count(state.videos, state.open_videos, plan.videos_per_month),
        storyboards=_show_count(state.storyboards, state.open_storyboards, plan.storyboards_per_month),
        concurrent_jobs=JobUsage(running=state.open_jobs + usage.elsewhere, limit=plan.concurrent_jobs),
        spend=SpendUsage(
            spent_usd=format_usd(state.settled_microusd),
            reserved_usd=format_usd(state.spend_microusd - state.settled_microusd),
            limit_usd=format_usd(limit),
            remaining_usd=format_usd(max(0, limit - state.spend_microusd)),
        ),
        resets_at=usage.resets_at,
        history=[_show_month(month, past) for month, past in reversed([*usage.history.items()])],
    )


def _show_count(counted: int, under_way: int, limit: int) -> CountUsage:
    return CountUsage(used=counted - under_way, reserved=under_way, limit=limit, remaining=max(0, limit - counted))


def _show_month(month: str, state: MonthState) -> MonthUsage:
    return MonthUsage(
        month=month,
        videos=state.videos,
        storyboards=state.storyboards,
        spent_usd=format_usd(state.settled_microusd),
    )


class LedgerEntry(Answer):
    """One fact, and what it adds to the counters of its month. `counted_usd` = spent or still held."""

    month: str
    job_id: str
    kind: str
    intent_id: str | None
    amount_usd: str
    videos: int
    storyboards: int
    counted_usd: str
    spent_usd: str


class LedgerAnswer(Answer):
    """A page, job by job. `next_cursor` is null at the end."""

    entries: list[LedgerEntry]
    next_cursor: str | None


def place_of(cursor: str) -> str:
    """Where in the ledger a cursor points."""
    return cursor.replace("~", "#")


def show_ledger(rows: Sequence[LedgerRow], limit: int) -> LedgerAnswer:
    """A page as its user sees it."""
    is_full = len(rows) == limit
    return LedgerAnswer(
        entries=[_show_row(row) for row in rows], next_cursor=rows[-1].place.replace("#", "~") if is_full else None
    )


def _show_row(row: LedgerRow) -> LedgerEntry:
    return LedgerEntry(
        month=row.month,
        job_id=row.job_id,
        kind=row.kind.value,
        intent_id=row.intent_id or None,
        amount_usd=format_usd(row.amount_microusd),
        videos=row.videos,
        storyboards=row.storyboards,
        counted_usd=format_usd(row.spend_microusd),
        spent_usd=format_usd(row.settled_microusd),
    )
