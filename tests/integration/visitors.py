"""A user of the public API, as tests see it: every answer whole, nothing raised for a refusal."""

import io
import uuid
from collections.abc import Mapping
from contextlib import aclosing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
import orjson

from omnigen_local.demo.accounts import UserPool, new_account, sign_in, sign_up
from omnigen_local.demo.client import GatewayClient
from omnigen_local.demo.events import ServerEvent
from omnigen_local.stack import LocalStack
from omnigen_shared.contracts.spending import PlanName

SMALL = {"duration_s": 5, "aspect_ratio": "1:1", "resolution": "480p"}


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer of the gateway."""

    status: int
    headers: Mapping[str, str]
    raw: bytes

    @property
    def body(self) -> Any:
        return orjson.loads(self.raw)


@dataclass(slots=True)
class Watched:
    """A job from its acceptance to its end."""

    accepted: Reply
    events: list[ServerEvent]
    job: dict[str, Any]
    receipt: dict[str, Any]
    path: Path | None = None

    def told(self, kind: str) -> list[dict[str, Any]]:
        """The data of the events of one type, in their order."""
        return [event.data for event in self.events if event.type == kind]


@dataclass(slots=True)
class Visitor:
    """Somebody with a token (or without: an empty one)."""

    gateway_url: str
    token: str = ""
    email: str = ""
    headers: dict[str, str] = field(default_factory=dict)

    async def call(self, method: str, path: str, body: Any = None, **headers: str) -> Reply:
        """Send JSON, or bytes as they are."""
        sent = {**({"Authorization": f"Bearer {self.token}"} if self.token else {}), **headers}
        raw = body if isinstance(body, bytes | None) else orjson.dumps(body)
        data = None if raw is None else io.BytesIO(raw)
        if data is not None:
            sent.setdefault("Content-Type", "application/json")
        async with (
            aiohttp.ClientSession() as session,
            session.request(method, self.gateway_url + path, data=data, headers=sent, allow_redirects=False) as answer,
        ):
            return Reply(answer.status, answer.headers, await answer.read())

    async def order(self, key: str | None = None, **order: Any) -> Reply:
        """POST a job; a small one unless the order says otherwise."""
        headers = {"Idempotency-Key": key or uuid.uuid4().hex}
        return await self.call("POST", "/api/v1/jobs", {**SMALL, **order}, **headers)

    async def call_off(self, accepted: Reply) -> None:
        """Cancel a job whose video nobody will look at."""
        answer = await self.call("POST", f"{accepted.body['links']['self']}/cancel")
        assert answer.body["status"] == "canceled", answer.raw

    async def watch_job(self, path: Path, **order: Any) -> Watched:
        """Order a job, follow it to its end, and save the video if there is one."""
        accepted = await self.order(**order)
        assert accepted.status == 202, accepted.raw
        links = accepted.body["links"]
        async with GatewayClient(self.gateway_url, self.token) as gateway:
            events = await collect_events(gateway, links["events"])
            job = await gateway.get_json(links["self"])
            watched = Watched(accepted, events, job, await gateway.get_json(links["receipt"]))
            if "video" in job["links"]:
                await gateway.download(job["links"]["video"], path)
                watched.path = path
        return watched


async def collect_events(gateway: GatewayClient, path: str) -> list[ServerEvent]:
    """Every event of a job, up to its end."""
    async with aclosing(gateway.follow(path)) as events:
        return [event async for event in events]


async def visit(stack: LocalStack, plan: PlanName = PlanName.FREE) -> Visitor:
    """Somebody who has just signed up and in at this stack."""
    record = stack.record()
    pool = UserPool(record.emulator_url, record.user_pool_id, record.user_pool_client_id)
    return await sign_visitor_in(record.gateway_url, pool, plan)


async def sign_visitor_in(gateway_url: str, pool: UserPool, plan: PlanName) -> Visitor:
    """A fresh user of this plan."""
    account = new_account()
    await sign_up(pool, account, plan)
    return Visitor(gateway_url, await sign_in(pool, account), account.email)
