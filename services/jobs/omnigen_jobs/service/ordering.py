"""What a user may order today."""

from dataclasses import dataclass
from decimal import Decimal

from omnigen_jobs.domain.abilities import Wish
from omnigen_jobs.domain.ordering import Order, place_order
from omnigen_shared.clock import Clock
from omnigen_shared.contracts.base import UserId
from omnigen_shared.contracts.job import JobRequest


@dataclass(frozen=True, slots=True)
class Ordering:
    """Reads the clock and nothing else: models retire."""

    clock: Clock

    def place(
        self, user_id: UserId, plan: str, request: JobRequest, max_cost_usd: Decimal | None, *, is_seeded: bool
    ) -> Order:
        """ModelUnableError, InvalidRequestError."""
        wish = Wish(request=request, is_seeded=is_seeded, today=self.clock.now().date())
        return place_order(user_id, plan, wish, max_cost_usd)
