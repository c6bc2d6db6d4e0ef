"""A job that wants to begin."""

from dataclasses import dataclass, field
from datetime import datetime

from omnigen_quota.domain.bookings import Booking
from omnigen_quota.domain.lending import Borrowing, DeploymentRules
from omnigen_quota.domain.loans import Loan
from omnigen_quota.domain.plans import Plan
from omnigen_shared.clock import to_rfc3339
from omnigen_shared.contracts.spending import ReserveRequest


@dataclass(frozen=True, slots=True)
class Order:
    """A job that wants to begin. `elsewhere` = open jobs of the user in adjacent months."""

    job_id: str
    request: ReserveRequest
    plan: Plan
    now: datetime
    elsewhere: int = 0
    rules: DeploymentRules = field(default_factory=DeploymentRules)

    @property
    def booking(self) -> Booking:
        """What the map holds when the order is admitted."""
        return Booking(
            max_microusd=self.request.max_cost_microusd,
            videos=self.request.videos,
            reserved_at=to_rfc3339(self.now),
            remaining_microusd=self.request.max_cost_microusd,
            storyboards=self.request.storyboards,
        )

    def borrow(self, loan: Loan) -> Borrowing:
        """What the order asks of the deployment."""
        return Borrowing(loan, self.request.max_cost_microusd, self.now, self.rules)
