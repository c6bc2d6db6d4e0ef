"""Who orders: few users with few wishes, so that equal orders meet; some cancel, resume or want another take."""

import asyncio
import random
from collections import Counter
from dataclasses import dataclass, field
from typing import Any, Final

from tests.proofs.spend.ground import Ground
from tests.proofs.spend.tiny import ORDER

from omnigen_shared.contracts.base import JobId, UserId
from omnigen_shared.errors import RemoteProblemError

PROMPTS: Final = (
    "a harbour at dawn",
    "a mountain in fog",
    "a market at noon",
    "a lake in the rain",
    "a street at night",
)
AT_ONCE: Final = 100
PATIENCE_S: Final = 900
POLL_S: Final = 1
RETAKEN: Final = 0.1
RESUMED: Final = 0.5
"""Shares of completed jobs, and of the others."""


@dataclass(frozen=True, slots=True)
class Order:
    """What a user asks for. Equal ones of two users are equal to the provider, too."""

    user_id: UserId
    body: dict[str, Any]


@dataclass
class Customers:
    """Orders so many jobs, and stays until each has come to its (last) end."""

    ground: Ground
    chance: random.Random
    jobs: list[tuple[UserId, str]] = field(default_factory=list)
    ends: Counter[str] = field(default_factory=Counter)
    stuck: list[str] = field(default_factory=list)

    def describe(self) -> str:
        """How far they are."""
        ended = sum(self.ends[status] for status in ("completed", "failed", "canceled", "stuck"))
        told = f"{self.ends['completed']} completed, {self.ends['failed']} failed, {self.ends['canceled']} canceled"
        return f"{told}, {len(self.jobs) - ended} open"

    async def order_all(self, count: int) -> None:
        gate = asyncio.Semaphore(AT_ONCE)
        orders = [self._draw(count) for _ in range(count)]

        async def one(order: Order) -> None:
            async with gate:
                await self._be_customer(order)

        async with asyncio.TaskGroup() as group:
            for order in orders:
                group.create_task(one(order))

    def _draw(self, count: int) -> Order:
        user = UserId(f"user-{self.chance.randrange(max(2, count // 8))}")
        body = {
            **ORDER,
            "prompt": self.chance.choice(PROMPTS),
            "seed": self.chance.randrange(max(2, count // 40)),
            "music": self.chance.random() < 0.5,
            "continuity": "chained" if self.chance.random() < 0.2 else "parallel",
        }
        return Order(user, body)

    async def _be_customer(self, order: Order) -> None:
        job = await self._order(order)
        job_id = str(job["job_id"])
        self.jobs.append((order.user_id, job_id))
        if self.chance.random() < 0.05:
            await asyncio.sleep(self.chance.uniform(0, self.ground.pace.resting_s))
            await self._try(order.user_id, f"/{job_id}/cancel")
        end = await self._wait(job_id)
        action, body = self._draw_action(end, order)
        if action and await self._try(order.user_id, f"/{job_id}/{action}", body):
            end = await self._wait(job_id)
        self.ends[end] += 1

    async def _order(self, order: Order) -> Any:
        """The job, once the user's other ones leave a place."""
        while True:
            try:
                return await self._call(order.user_id, "POST", "", order.body)
            except RemoteProblemError as refusal:
                if refusal.remote_code != "quota_exceeded":
                    raise
                await asyncio.sleep(POLL_S)

    def _draw_action(self, end: str, order: Order) -> tuple[str, Any]:
        drawn = self.chance.random()
        if end == "completed":
            may_cascade = order.body["continuity"] == "chained" and drawn < RETAKEN / 2
            return ("scenes/1/regenerate", {"cascade": may_cascade}) if drawn < RETAKEN else ("", None)
        return ("resume" if drawn < RESUMED else "", None)

    async def _wait(self, job_id: str) -> str:
        try:
            async with asyncio.timeout(PATIENCE_S):
                while True:
                    pulse = await self.ground.store.find_pulse(JobId(job_id))
                    if pulse is not None and pulse.status.is_terminal:
                        return pulse.status.value
                    await asyncio.sleep(POLL_S)
        except TimeoutError:
            self.stuck.append(job_id)
            return "stuck"

    async def _try(self, user_id: UserId, action: str, body: Any = None) -> bool:
        """Whether it was done; too late, too early or over the quota it is not."""
        try:
            await self._call(user_id, "POST", action, body)
        except RemoteProblemError as refusal:
            self.ends[f"{action.rpartition('/')[2]} refused: {refusal.remote_code}"] += 1
            return False
        return True

    async def _call(self, user_id: UserId, method: str, path: str, body: Any = None) -> Any:
        reply = await self.ground.orders.call(
            method, f"/api/v1/jobs{path}", subject=user_id, plan="enterprise", body=body
        )
        return reply.body
