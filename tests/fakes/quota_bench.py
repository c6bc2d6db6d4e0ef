"""The quota service over a table and a clock that a test holds in its hands, and the proof that its books balance."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from tests.fakes.usage_table import FakeUsageTable

from omnigen_quota.domain.auditing import audit_month
from omnigen_quota.domain.bookings import BookingMark, MonthState
from omnigen_quota.domain.ledger import LedgerRow
from omnigen_quota.domain.plans import FREE, Plan
from omnigen_quota.service.accounts import QuotaService
from omnigen_quota.service.rounds import Place
from omnigen_shared.contracts.media import Resolution
from omnigen_shared.contracts.spending import Closing, IntentState, Reservation, ReserveRequest
from omnigen_shared.testing.clock import FrozenClock

USER = "user-1"
MONTH = "2026-11"


def a_request(cost: int = 1_000_000, videos: int = 1, duration_s: int = 15, resolution: str = "720p") -> ReserveRequest:
    return ReserveRequest(
        videos=videos, max_cost_microusd=cost, duration_s=duration_s, resolution=Resolution(resolution)
    )


@dataclass
class QuotaBench:
    """One user's calls in short."""

    table: FakeUsageTable = field(default_factory=FakeUsageTable)
    clock: FrozenClock = field(default_factory=FrozenClock)
    plan: Plan = FREE

    def __post_init__(self) -> None:
        self.quota = QuotaService(self.table, self.clock)

    async def reserve(self, job_id: str, cost: int = 1_000_000, videos: int = 1) -> Reservation:
        return await self.quota.reserve(USER, self.plan, job_id, a_request(cost, videos))

    async def spend(self, job_id: str, intent_id: str, price: int, month: str = MONTH) -> IntentState:
        return await self.quota.spend(Place(USER, month, job_id), intent_id, price)

    async def settle(self, job_id: str, intent_id: str, actual: int, month: str = MONTH) -> IntentState:
        return await self.quota.settle(Place(USER, month, job_id), intent_id, actual)

    async def refund(self, job_id: str, intent_id: str, month: str = MONTH) -> IntentState:
        return await self.quota.refund(Place(USER, month, job_id), intent_id)

    async def commit(self, job_id: str, month: str = MONTH) -> Closing:
        return await self.quota.close(Place(USER, month, job_id), BookingMark.COMMITTED)

    async def release(self, job_id: str, month: str = MONTH) -> Closing:
        return await self.quota.close(Place(USER, month, job_id), BookingMark.RELEASED)

    def state(self, month: str = MONTH) -> MonthState:
        return MonthState.from_item(self.table.months[(USER, month)])

    def slots(self, job_id: str) -> set[str]:
        return {slot for user, job, slot in self.table.rows if (user, job) == (USER, job_id)}

    def assert_balanced(self) -> None:
        """Every month's counters are what its bookings and its ledger say, rows that are still owed included."""
        for user_id, month in self.table.months:
            state = MonthState.from_item(self.table.months[(user_id, month)])
            stored = {key[1:]: row for key, row in self.table.rows.items() if key[0] == user_id and row.month == month}
            assert_month_balanced(state, month, stored)


def assert_month_balanced(state: MonthState, month: str, stored: Mapping[tuple[str, str], LedgerRow]) -> None:
    assert list(audit_month(month, state, list(stored.values()))) == []
    for booking in state.list_open():
        assert booking.max_microusd == booking.remaining_microusd + booking.held_microusd + booking.spent_microusd
        assert booking.remaining_microusd >= 0
