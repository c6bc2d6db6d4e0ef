"""The quota service as the generator sees it: one budget per job, every call idempotent by its intent."""

from dataclasses import dataclass, field

from omnigen_generator.domain.attempts import AttemptRef
from omnigen_generator.domain.errors import BudgetExceededError, ReservationMissingError
from omnigen_generator.ports import Quota
from omnigen_shared.contracts.base import IntentId
from omnigen_shared.contracts.job import IntentRecord


@dataclass(slots=True)
class Hold:
    amount_microusd: int
    state: str = "held"
    actual_microusd: int = 0


@dataclass(slots=True)
class FakeQuota(Quota):
    """Micro-dollars. `holds` by job and intent; the budget is that of each job."""

    budget_microusd: int = 10_000_000
    holds: dict[tuple[str, str], Hold] = field(default_factory=dict)

    async def spend(self, ref: AttemptRef, intent: IntentRecord) -> None:
        assert intent.month == "2026-11"
        assert intent.reservation_id.startswith(ref.job_id)
        intent_id, price_microusd = intent.intent_id, intent.price_microusd
        known = self.holds.get((ref.job_id, intent_id))
        if known is not None:
            assert (known.amount_microusd, known.state) == (price_microusd, "held")
            return
        if price_microusd > self.budget_microusd - self.used_microusd(ref.job_id):
            raise BudgetExceededError(402, "budget_exceeded", f"{intent_id} costs too much")
        self.holds[ref.job_id, intent_id] = Hold(price_microusd)

    async def settle(self, ref: AttemptRef, intent: IntentRecord, actual_microusd: int) -> None:
        hold = self._get(ref, intent.intent_id)
        assert hold.state in {"held", "settled"}, f"{intent.intent_id} is {hold.state}"
        assert actual_microusd <= hold.amount_microusd
        hold.state, hold.actual_microusd = "settled", actual_microusd

    async def refund(self, ref: AttemptRef, intent: IntentRecord) -> None:
        hold = self._get(ref, intent.intent_id)
        assert hold.state in {"held", "refunded"}, f"{intent.intent_id} is {hold.state}"
        hold.state = "refunded"

    def used_microusd(self, job_id: str) -> int:
        """Held and spent."""
        return self.held_microusd(job_id) + self.spent_microusd(job_id)

    def held_microusd(self, job_id: str) -> int:
        return sum(hold.amount_microusd for hold in self._of(job_id) if hold.state == "held")

    def spent_microusd(self, job_id: str) -> int:
        return sum(hold.actual_microusd for hold in self._of(job_id) if hold.state == "settled")

    def state(self, job_id: str, intent_id: str) -> str:
        return self.holds[job_id, intent_id].state

    def _of(self, job_id: str) -> list[Hold]:
        return [hold for (owner, _), hold in self.holds.items() if owner == job_id]

    def _get(self, ref: AttemptRef, intent_id: IntentId) -> Hold:
        hold = self.holds.get((ref.job_id, intent_id))
        if hold is None:
            raise ReservationMissingError(404, "not_found", f"{ref.job_id} holds nothing for {intent_id}")
        return hold
