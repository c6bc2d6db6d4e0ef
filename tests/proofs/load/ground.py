"""What the load falls on: the whole local stack with a model of tiny videos, and users who are signed in."""

import asyncio
import uuid
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import aiohttp
import orjson
from tests.integration.visitors import Visitor, visit
from tests.proofs.chaos.offering import make_artefacts, make_site
from tests.proofs.load.answers import Answer, read_answer
from tests.proofs.spend.tiny import ORDER

from omnigen_local.stack import LocalStack, StackPlan
from omnigen_shared.contracts.spending import PlanName

JOBS: Final = "/api/v1/jobs"
PATIENCE: Final = aiohttp.ClientTimeout(total=70)
"""Longer than the gateway takes for any answer."""
TINY: Final = {**ORDER, "aspect_ratio": "16:9", "music": False}
UNLIMITED: Final = {"ADDRESS_REQUESTS_PER_MIN": "0", "GUEST_REQUESTS_PER_MIN": "0", "STREAMS_PER_USER": "0"}
"""A crowd has as many addresses; here all have one."""
ASKED_AGAIN: Final = 20
KEPT_ALIVE_S: Final = 4
"""Less than a service keeps a connection: what it closes at that moment would be no answer."""
MANY: Final = "1000000"
PROVIDER: Final = {
    "SIMULATOR_HAS_TINY_MODEL": "1",
    "SIMULATOR_CREATES_PER_MINUTE": MANY,
    "SIMULATOR_REQUESTS_PER_MINUTE": MANY,
    "SIMULATOR_LOG_LEVEL": "WARNING",
}
QUIET: Final = {"LOG_LEVEL": "WARNING"}


@dataclass
class Ground:
    """Where to send, and as whom."""

    stack: LocalStack
    session: aiohttp.ClientSession
    users: list[Visitor] = field(default_factory=list)

    @property
    def url(self) -> str:
        return self.stack.record().gateway_url

    @property
    def pids(self) -> dict[str, int]:
        """The processes of the stack by name."""
        return {part.name: part.pid for part in self.stack.record().parts}

    async def invite(self, count: int) -> None:
        """So many users, of the largest plan, if there are not as many."""
        while len(self.users) < count:
            self.users.append(await visit(self.stack, PlanName.ENTERPRISE))

    async def ask(self, method: str, path: str, user: Visitor, body: Any = None, **headers: str) -> Answer:
        """One request. Whoever answers nothing has status 0."""
        sent = {"Authorization": f"Bearer {user.token}", "Content-Type": "application/json", **headers}
        data = None if body is None else orjson.dumps(body)
        try:
            async with self.session.request(method, self.url + path, data=data, headers=sent) as answer:
                return await read_answer(answer)
        except (aiohttp.ClientError, TimeoutError) as error:
            return Answer(0, type(error).__name__)

    async def ask_patiently(self, method: str, path: str, user: Visitor, body: Any = None, **headers: str) -> Answer:
        """As `ask`, and again when it is said to; RuntimeError when it is never answered well."""
        answer = Answer(0)
        for _ in range(ASKED_AGAIN):
            answer = await self.ask(method, path, user, body, **headers)
            if answer.is_good:
                return answer
            await asyncio.sleep(float(answer.retry_after or 1))
        raise RuntimeError(f"{method} {path} was answered {answer}")

    async def order(self, user: Visitor, key: str, **changes: Any) -> Answer:
        """A tiny job."""
        return await self.ask("POST", JOBS, user, {**TINY, **changes}, **{"Idempotency-Key": key})

    async def list_jobs(self, user: Visitor) -> list[dict[str, Any]]:
        """All of a user's."""
        found: list[dict[str, Any]] = []
        cursor = ""
        while True:
            page = await self.ask_patiently("GET", f"{JOBS}?limit=100{cursor}", user)
            found += page.body["jobs"]
            if not page.body.get("next_cursor"):
                return found
            cursor = f"&cursor={page.body['next_cursor']}"


@asynccontextmanager
async def open_ground(folder: Path, overrides: Mapping[str, Mapping[str, str]]) -> AsyncIterator[Ground]:
    """Ready to be asked; `overrides` are further settings by unit."""
    own = {
        "gateway": {**QUIET, **UNLIMITED},
        "jobs": {**QUIET, "PYTHONPATH": str(make_site(folder / "site"))},
        "quota": QUIET,
        "composer": QUIET,
        "simulator": PROVIDER,
    }
    merged = {unit: {**own.get(unit, {}), **overrides.get(unit, {})} for unit in {*own, *overrides}}
    root = make_artefacts(folder / "artefacts")
    plan = StackPlan(folder / "state", folder / "logs", overrides=merged, artefacts_root=root)
    connector = aiohttp.TCPConnector(limit=0, keepalive_timeout=KEPT_ALIVE_S)
    async with LocalStack(plan) as stack, aiohttp.ClientSession(connector=connector, timeout=PATIENCE) as session:
        yield Ground(stack, session)


def new_key() -> str:
    return uuid.uuid4().hex
