"""What users see of their month: GET /api/v1/usage. Money is a decimal string in USD."""

from datetime import datetime

from omnigen_quota.domain.plans import Plan
from omnigen_quota.service.accounts import Usage
from omnigen_shared.contracts.base import Answer
from omnigen_shared.contracts.spending import PlanName
from omnigen_shared.money import format_usd


class VideoUsage(Answer):
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


class UsageAnswer(Answer):
    """One month (UTC, YYYY-MM) of one user against the plan's caps."""

    plan: PlanName
    month: str
    videos: VideoUsage
    concurrent_jobs: JobUsage
    spend: SpendUsage
    resets_at: datetime


def show_usage(usage: Usage, plan: Plan) -> UsageAnswer:
    """A month as its user sees it."""
    state, limit = usage.state, plan.spend_per_month_microusd
    return UsageAnswer(
        plan=plan.name,
        month=usage.month,
        videos=VideoUsage(
            used=state.videos - state.open_videos,
            reserved=state.open_videos,
            limit=plan.videos_per_month,
            remaining=max(0, plan.videos_per_month - state.videos),
        ),
        concurrent_jobs=JobUsage(running=state.open_jobs + usage.elsewhere, limit=plan.concurrent_jobs),
        spend=SpendUsage(
            spent_usd=format_usd(state.settled_microusd),
            reserved_usd=format_usd(state.spend_microusd - state.settled_microusd),
            limit_usd=format_usd(limit),
            remaining_usd=format_usd(max(0, limit - state.spend_microusd)),
        ),
        resets_at=usage.resets_at,
    )
