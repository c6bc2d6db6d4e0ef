"""What each plan allows, as data."""

from dataclasses import dataclass
from typing import Final

from omnigen_shared.contracts.media import Resolution
from omnigen_shared.contracts.spending import PlanName


@dataclass(frozen=True, slots=True)
class Plan:
    """A plan's caps. `max_*` bound a single job, `*_per_min` a minute, the others a user's month (UTC)."""

    name: PlanName
    videos_per_month: int
    storyboards_per_month: int
    requests_per_min: int
    concurrent_jobs: int
    spend_per_month_microusd: int
    max_duration_s: int
    max_resolution: Resolution


FREE: Final = Plan(
    name=PlanName.FREE,
    videos_per_month=10,
    storyboards_per_month=100,
    requests_per_min=100,
    concurrent_jobs=2,
    spend_per_month_microusd=15_000_000,
    max_duration_s=60,
    max_resolution=Resolution.P720,
)
PRO: Final = Plan(
    name=PlanName.PRO,
    videos_per_month=100,
    storyboards_per_month=1000,
    requests_per_min=600,
    concurrent_jobs=5,
    spend_per_month_microusd=300_000_000,
    max_duration_s=120,
    max_resolution=Resolution.P1080,
)
ENTERPRISE: Final = Plan(
    name=PlanName.ENTERPRISE,
    videos_per_month=1000,
    storyboards_per_month=10_000,
    requests_per_min=3000,
    concurrent_jobs=20,
    spend_per_month_microusd=5_000_000_000,
    max_duration_s=180,
    max_resolution=Resolution.P1080,
)
PLANS: Final = {plan.name.value: plan for plan in (FREE, PRO, ENTERPRISE)}


def plan_named(name: str) -> Plan:
    """The plan of that name; free for a name that nobody knows, so that a typo in a group never gives more."""
    return PLANS.get(name, FREE)
