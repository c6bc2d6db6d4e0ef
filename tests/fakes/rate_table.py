"""What of the table `usage` is about rate leases, in memory; slow, down or losing replies where a test says so."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace

from omnigen_quota.domain.leases import LeaseUpdate, WindowState
from omnigen_shared.errors import DependencyUnavailableError


@dataclass
class FakeRateTable:
    """Implements ports.RateTable. `writes` counts what the real one would be billed for, refused updates included."""

    leased: dict[tuple[str, int], int] = field(default_factory=dict)
    gateways: dict[tuple[str, int, str], WindowState] = field(default_factory=dict)
    seen_s: dict[str, int] = field(default_factory=dict)
    writes: int = 0
    sightings: int = 0
    lost_replies: int = 0
    """So many leases happen from now on and are answered by nothing."""
    is_down: bool = False
    delay_s: float = 0.0
    before_lease: Callable[[], Awaitable[None]] | None = None

    async def lease(self, user_id: str, window: int, update: LeaseUpdate) -> WindowState:
        self.writes += 1
        if self.before_lease is not None:
            await self.before_lease()
        await self._take_time()
        place, order = (user_id, window), update.order
        mine = self.gateways.get((*place, order.gateway_id), WindowState())
        leased = self.leased.get(place)
        if (
            (leased is None or leased <= update.most_leased)
            and mine.number < order.number
            and mine.held >= order.give_back
        ):
            mine = WindowState(0, order.number, update.size, mine.held + update.change)
            self.gateways[(*place, order.gateway_id)] = mine
            leased = self.leased[place] = (leased or 0) + update.change
            if self.lost_replies:
                self.lost_replies -= 1
                raise DependencyUnavailableError("The reply was lost.")
        return replace(mine, leased=leased or 0)

    async def note_gateway(self, gateway_id: str, now_s: int, gone: Sequence[str]) -> dict[str, int]:
        self.sightings += 1
        await self._take_time()
        self.seen_s = {name: seen for name, seen in self.seen_s.items() if name not in gone} | {gateway_id: now_s}
        return dict(self.seen_s)

    async def _take_time(self) -> None:
        if self.delay_s:
            await asyncio.sleep(self.delay_s)
        if self.is_down:
            raise DependencyUnavailableError("The table does not answer.")
