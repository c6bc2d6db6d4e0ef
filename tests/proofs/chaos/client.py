"""A program of a user that does what the documentation tells programs: it waits, repeats, signs in anew, goes on."""

import asyncio
import io
import time
import uuid
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any, Final

import aiohttp
import orjson
from botocore.exceptions import BotoCoreError, ClientError
from tests.integration.visitors import Reply

from omnigen_local.demo.accounts import Account, UserPool, new_account, sign_in, sign_up
from omnigen_local.demo.events import ConnectionLostError, ServerEvent, follow_events
from omnigen_shared.contracts.spending import PlanName

PATIENCE_S: Final = 240
LONGEST_WAIT_S: Final = 10
TIMEOUT: Final = aiohttp.ClientTimeout(total=60, sock_connect=5)
STREAM_TIMEOUT: Final = aiohttp.ClientTimeout(total=None, sock_connect=5, sock_read=45)
AGAIN: Final = frozenset({429, 502, 503, 504})
MONTHS: Final = frozenset({"quota_exceeded"})


class GivenUpError(Exception):
    """No answer for so long that nobody would wait any longer."""


@dataclass
class Client:
    """One user. `answers` counts what was not wanted, by status and code, over all users."""

    session: aiohttp.ClientSession
    gateway_url: str
    pool: UserPool
    account: Account
    answers: Counter[str]
    token: str = ""
    user_id: str = ""
    _renewing: asyncio.Lock = field(default_factory=asyncio.Lock)

    @classmethod
    async def join(
        cls, session: aiohttp.ClientSession, gateway_url: str, pool: UserPool, answers: Counter[str]
    ) -> "Client":
        """Signed up and in, with the largest plan."""
        account = new_account()
        await sign_up(pool, account, PlanName.ENTERPRISE)
        client = cls(session, gateway_url, pool, account, answers)
        client.token = await sign_in(pool, account)
        client.user_id = (await client.call("GET", "/api/v1/auth/me")).body["user_id"]
        return client

    async def call(self, method: str, path: str, body: Any = None, key: str = "") -> Reply:
        """The answer that counts. GivenUpError when there is none for PATIENCE_S."""
        deadline, asked_again = time.monotonic() + PATIENCE_S, 0
        while time.monotonic() < deadline:
            with suppress(aiohttp.ClientError, TimeoutError):
                token = self.token
                reply = await self._ask(method, path, body, key, token)
                pause_s = await self._judge(reply, token)
                if pause_s is None:
                    return reply
                await asyncio.sleep(pause_s)
                continue
            asked_again += 1
            self.answers["no answer"] += 1
            await asyncio.sleep(min(5, 0.25 * 2**asked_again))
        raise GivenUpError(f"{method} {path}")

    async def order(self, body: dict[str, Any]) -> Reply:
        """One order, however often it has to be sent."""
        return await self.call("POST", "/api/v1/jobs", body, uuid.uuid4().hex)

    async def follow(self, job_id: str, last_id: str) -> AsyncIterator[ServerEvent]:
        """Stored events after the given one, up to the stream's end. Whoever waits too long ends it."""

        def connect(last: str) -> AbstractAsyncContextManager[AsyncIterator[bytes]]:
            return self._open_stream(job_id, last or last_id)

        while True:
            with suppress(ConnectionLostError):
                async for event in follow_events(connect):
                    if event.id:
                        last_id = event.id
                        yield event
                return

    async def _ask(self, method: str, path: str, body: Any, key: str, token: str) -> Reply:
        headers = {"Authorization": f"Bearer {token}"}
        if key:
            headers["Idempotency-Key"] = key
        data = None
        if body is not None:
            headers["Content-Type"] = "application/json"
            data = io.BytesIO(orjson.dumps(body))
        async with self.session.request(
            method, self.gateway_url + path, data=data, headers=headers, allow_redirects=False, timeout=TIMEOUT
        ) as answer:
            return Reply(answer.status, answer.headers, await answer.read())

    async def _judge(self, reply: Reply, token: str) -> float | None:
        """How long to wait before the same is asked again; None when this is the answer."""
        if reply.status < 400:
            return None
        code = reply.body.get("code", "")
        self.answers[f"{reply.status} {code}"] += 1
        if reply.status == 401:
            await self._renew(token)
            return 0
        if code == "idempotency_in_progress":
            return _wait_of(reply)
        if reply.status not in AGAIN or is_final(reply):
            return None if reply.status < 500 else 1
        return _wait_of(reply)

    async def _renew(self, token: str) -> None:
        async with self._renewing:
            if self.token == token:
                with suppress(BotoCoreError, ClientError):
                    self.token = await sign_in(self.pool, self.account)

    @asynccontextmanager
    async def _open_stream(self, job_id: str, last_id: str) -> AsyncIterator[AsyncIterator[bytes]]:
        token = self.token
        headers = {"Authorization": f"Bearer {token}", "Accept": "text/event-stream"}
        if last_id:
            headers["Last-Event-ID"] = last_id
        url = f"{self.gateway_url}/api/v1/jobs/{job_id}/events"
        try:
            async with self.session.get(url, headers=headers, timeout=STREAM_TIMEOUT, read_bufsize=1 << 20) as answer:
                if not answer.ok:
                    pause_s = await self._judge(Reply(answer.status, answer.headers, await answer.read()), token)
                    await asyncio.sleep(1 if pause_s is None else pause_s)
                    raise ConnectionLostError(f"HTTP {answer.status}")
                yield aiter(answer.content)
        except (aiohttp.ClientError, TimeoutError) as error:
            raise ConnectionLostError(type(error).__name__) from error


def is_final(reply: Reply) -> bool:
    """Whether waiting helps nobody who lives this month."""
    problem = reply.body
    return problem.get("code") in MONTHS and problem["details"].get("cap") != "concurrent_jobs"


def _wait_of(reply: Reply) -> float:
    return min(LONGEST_WAIT_S, float(reply.headers.get("Retry-After", 1)))
