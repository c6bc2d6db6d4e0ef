"""How fast the clocks of a proof run: the same waits and delays, all long as in production, or all short."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """Seconds. What is listed late comes within `reconcile_for_s`, a late reply after `provider_timeout_s`."""

    reconcile_for_s: float
    listed_soon_s: float
    listed_late_s: float
    provider_timeout_s: float
    reply_late_s: float
    slow_s: float
    webhook_late_s: float
    webhook_replayed_s: float
    execution_budget_s: float
    lease_s: float
    deadline_margin_s: int
    deadline_reserve_s: float
    kept_after_deadline_s: float
    resting_s: float
    """How long a user thinks before a cancel, and how long a doomed execution lives, at most."""


REAL: Final = Pace(
    reconcile_for_s=120,
    listed_soon_s=5,
    listed_late_s=90,
    provider_timeout_s=8,
    reply_late_s=12,
    slow_s=12,
    webhook_late_s=8,
    webhook_replayed_s=5,
    execution_budget_s=60,
    lease_s=12,
    deadline_margin_s=180,
    deadline_reserve_s=20,
    kept_after_deadline_s=60,
    resting_s=20,
)
QUICK: Final = Pace(
    reconcile_for_s=8,
    listed_soon_s=0.5,
    listed_late_s=6,
    provider_timeout_s=2,
    reply_late_s=3,
    slow_s=2,
    webhook_late_s=1,
    webhook_replayed_s=0.5,
    execution_budget_s=10,
    lease_s=6,
    deadline_margin_s=90,
    deadline_reserve_s=4,
    kept_after_deadline_s=5,
    resting_s=4,
)
