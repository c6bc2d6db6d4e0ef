"""Who orders: some users with few wishes, so that equal orders meet, and two with hardly any money."""

import asyncio
import random
from collections import Counter
from dataclasses import dataclass, field
from typing import Any, Final

from tests.integration.visitors import SMALL
from tests.proofs.chaos.client import Client, GivenUpError
from tests.proofs.chaos.watching import Watch
from tests.proofs.spend.customers import PROMPTS
from tests.proofs.spend.tiny import ORDER

from omnigen_shared.clock import SystemClock, from_rfc3339
from omnigen_shared.contracts.base import UserId

RICH: Final = 5
POOR: Final = 2
AT_ONCE: Final = 24
"""Jobs at work at once, of all users together."""
SLACK_S: Final = 90
"""After its deadline a job is ended by the reaper: so long that may take in a storm."""
ORDER_AGAIN_S: Final = 5
REAL_ONES: Final = 40
"""One order in so many is for a model of the catalogue."""
CANCELED: Final = 0.06
RESUMED: Final = 0.6
RETAKEN: Final = 0.12
DELETED: Final = 0.08
DEPLOYMENT_CAP: Final = "deployment_spend_per_month"
ENDS: Final = ("completed", "failed", "canceled", "stuck", "deleted")


@dataclass
class Customers:
    """Orders so many jobs over so many seconds, and stays until each has come to its (last) end."""

    rich: list[Client]
    poor: list[Client]
    chance: random.Random
    jobs: list[tuple[UserId, str]] = field(default_factory=list)
    clients: dict[str, Client] = field(default_factory=dict)
    watches: dict[str, Watch] = field(default_factory=dict)
    deleted: set[str] = field(default_factory=set)
    stuck: list[str] = field(default_factory=list)
    ends: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    placed: int = 0

    @property
    def open(self) -> int:
        return len(self.jobs) - sum(self.ends[end] for end in ENDS)

    async def order_all(self, count: int, over_s: float) -> None:
        """One after the other, steadily; returns when all have ended."""
        gate = asyncio.Semaphore(AT_ONCE)
        async with asyncio.TaskGroup() as group:
            for number in range(count):
                await gate.acquire()
                group.create_task(self._be_customer(gate, number, count))
                await asyncio.sleep(over_s / count * self.chance.uniform(0.5, 1.5))

    async def _be_customer(self, gate: asyncio.Semaphore, number: int, count: int) -> None:
        try:
            client, body = self._draw(number, count)
            self.placed += 1
            await self._stay(*await self._order(client, body), body)
        except GivenUpError as error:
            self.refused[f"given up: {error}"] += 1
        finally:
            gate.release()

    def _draw(self, number: int, count: int) -> tuple[Client, dict[str, Any]]:
        client = self.chance.choice(self.poor if self.chance.random() < 0.1 else self.rich)
        drawn = {"prompt": self.chance.choice(PROMPTS), "seed": self.chance.randrange(max(3, count // 8))}
        if number % REAL_ONES == REAL_ONES // 2:
            return client, {**SMALL, **drawn}
        chained = "chained" if self.chance.random() < 0.2 else "parallel"
        return client, {**ORDER, **drawn, "music": self.chance.random() < 0.4, "continuity": chained}

    async def _order(self, client: Client, body: dict[str, Any]) -> tuple[Client, dict[str, Any]]:
        """The job. Who has no money left lets somebody rich order it; all wait for what others give back.

        One for which all together have too little becomes the least one: what idles goes back after ten minutes.
        """
        while (reply := await client.order(body)).status != 202:
            self.refused[f"{reply.status} {reply.body['code']} {reply.body['details'].get('cap', '')}"] += 1
            if reply.body["code"] != "quota_exceeded":
                raise GivenUpError(f"the order is refused: {reply.raw!r}")
            if reply.body["details"]["cap"] == DEPLOYMENT_CAP:
                body = {**ORDER, "prompt": body["prompt"], "seed": body["seed"]}
            client = self.chance.choice(self.rich)
            await asyncio.sleep(ORDER_AGAIN_S)
        job_id = str(reply.body["job_id"])
        self.jobs.append((UserId(client.user_id), job_id))
        self.clients[job_id] = client
        self.watches[job_id] = Watch(client, job_id)
        return client, reply.body

    async def _stay(self, client: Client, job: dict[str, Any], body: dict[str, Any]) -> None:
        job_id = str(job["job_id"])
        wants_none = self.chance.random() < CANCELED
        canceling = asyncio.create_task(self._cancel(client, job_id)) if wants_none else None
        end = await self._wait(job)
        if canceling is not None:
            await canceling
        action, sent = self._draw_action(end, body)
        if action:
            reply = await client.call("POST", f"/api/v1/jobs/{job_id}/{action}", sent)
            self.ends[f"{action.rpartition('/')[2]}: {reply.status} {reply.body.get('code', '')}"] += 1
            # The answer to the first may have been lost.
            if reply.status == 202 or reply.body["code"] == "job_running":
                end = await self._wait((await client.call("GET", f"/api/v1/jobs/{job_id}")).body)
        elif end != "stuck" and self.chance.random() < DELETED and await self._delete(client, job_id):
            end = "deleted"
        self.ends[end] += 1

    async def _cancel(self, client: Client, job_id: str) -> None:
        await asyncio.sleep(self.chance.uniform(0, 20))
        await client.call("POST", f"/api/v1/jobs/{job_id}/cancel")

    async def _delete(self, client: Client, job_id: str) -> bool:
        reply = await client.call("DELETE", f"/api/v1/jobs/{job_id}")
        if reply.status in {204, 404}:  # the answer to the first may have been lost
            self.deleted.add(job_id)
        return job_id in self.deleted

    def _draw_action(self, end: str, body: dict[str, Any]) -> tuple[str, Any]:
        drawn = self.chance.random()
        if end == "completed":
            may_cascade = body.get("continuity") == "chained" and drawn < RETAKEN / 2
            return ("scenes/1/regenerate", {"cascade": may_cascade}) if drawn < RETAKEN else ("", None)
        return ("resume" if drawn < RESUMED and end != "stuck" else "", None)

    async def _wait(self, job: dict[str, Any]) -> str:
        """How it ended, as its events tell; "stuck" when it has not, so long after its deadline.

        A job whose next round is asked for and not begun shows the deadline of the last one.
        """
        now, deadline_at = SystemClock().now(), from_rfc3339(job["deadline_at"])
        if job["status"] in ENDS:
            deadline_at = now + (deadline_at - from_rfc3339(job["created_at"]))
        left_s = (deadline_at - now).total_seconds()
        watch = self.watches[str(job["job_id"])]
        try:
            async with asyncio.timeout(left_s + SLACK_S):
                return await watch.follow()
        except TimeoutError:
            self.stuck.append(watch.job_id)
            return "stuck"
