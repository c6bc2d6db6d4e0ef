"""Whether a user may still come in: asked of the user pool and of our table, and remembered for less than a minute."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Final

from omnigen_gateway.domain.registration import Registration
from omnigen_gateway.domain.standing import GONE, Standing
from omnigen_gateway.ports import SessionTable, UserDirectory
from omnigen_gateway.service.remembering import Memory
from omnigen_shared.contracts.base import UserId
from omnigen_shared.patience import within_reason

MAX_AGE_S: Final = 30.0
LOOK_WITHIN_S: Final = 3.0
STALE_S: Final = 600.0
"""While the user pool does not answer, what it said last holds for so much longer; a sign-out holds all the same."""


class Standings:
    """Standings of users by their id."""

    def __init__(
        self,
        directory: UserDirectory,
        table: SessionTable,
        registration: Registration,
        wall_clock: Callable[[], float] = time.time,
        monotonic: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._directory = directory
        self._table = table
        self._registration = registration
        self._wall_clock = wall_clock
        self._sleep = sleep
        self._memory = Memory(self._look, MAX_AGE_S, monotonic=monotonic)
        self._pool = Memory(self._ask_pool, 0.0, stale_s=STALE_S, monotonic=monotonic)
        """Asked whenever something is looked up, and remembered only for when it does not answer."""

    def find(self, user_id: UserId) -> Standing | None:
        """What is remembered; None when `get` has to look."""
        return self._memory.find(user_id)

    async def get(self, user_id: UserId) -> Standing:
        """DependencyUnavailableError when nobody can tell."""
        return await self._memory.get(user_id) or GONE

    def forget(self, user_id: UserId) -> None:
        """What the pool says now holds from the next request on."""
        self._memory.forget(user_id)
        self._pool.overtake(user_id)

    async def sign_out_everywhere(self, user_id: UserId) -> None:
        """Everything that this user was given until now is void: here at once, on other gateways within MAX_AGE_S.

        Who signs in after that is in.
        """
        # Instants of tokens are whole seconds: one of this very second would outlive an exact cut, so the second is
        # over before anybody hears of it.
        cutoff = int(self._wall_clock()) + 1
        await self._table.put_cutoff(user_id, cutoff)
        self.forget(user_id)
        await self._directory.sign_out_everywhere(user_id)
        await self._sleep(max(0.0, cutoff - self._wall_clock()))

    async def _look(self, user_id: str) -> Standing:
        standing, cutoff = await asyncio.gather(self._pool.get(user_id), self._find_cutoff(UserId(user_id)))
        return replace(standing or GONE, signed_out_at=cutoff)

    async def _ask_pool(self, user_id: str) -> Standing:
        async with within_reason("The user pool", LOOK_WITHIN_S):
            standing = await self._directory.get_standing(UserId(user_id))
        return replace(standing, is_enabled=self._registration.admits(standing))

    async def _find_cutoff(self, user_id: UserId) -> int:
        async with within_reason("The identity table", LOOK_WITHIN_S):
            return await self._table.find_cutoff(user_id)
