"""Somebody outside of the containers who does what the documentation tells clients: the same key again, and again."""

import asyncio
import json
import shutil
import subprocess
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import aiohttp
from tests.integration.visitors import SMALL, Reply, Visitor

from omnigen_local.demo.accounts import Account, UserPool, find_user_pool, new_account, sign_in, sign_up
from omnigen_local.demo.run import STACK_NAME
from omnigen_shared.contracts.spending import PlanName

AGAIN_AFTER_S: Final = 1.0
TRIES: Final = 90
ENDED: Final = {"completed", "failed", "canceled"}
ASKED_AGAIN: Final = {"dependency_unavailable", "deadline_exceeded", "idempotency_in_progress", "rate_limited"}
"""The refusals after which docs/errors.md says to ask again; no other one is excused by an update."""
READERS: Final = 4
READ_EVERY_S: Final = 0.2
READ: Final = ("/api/v1/jobs", "/api/v1/usage", "/api/v1/models")


class RefusedError(Exception):
    """An answer that nobody is told to ask again after."""


@dataclass(slots=True)
class Customer:
    """A user of the stack."""

    pool: UserPool
    account: Account
    visitor: Visitor
    asked: int = 0
    broken: int = 0
    """Requests that had to be made again."""

    @classmethod
    async def join(cls, gateway_url: str, emulator_url: str) -> "Customer":
        """Signed up and in."""
        pool, account = await find_user_pool(emulator_url, STACK_NAME), new_account()
        await sign_up(pool, account, PlanName.ENTERPRISE)
        return cls(pool, account, Visitor(gateway_url, await sign_in(pool, account)))

    async def call(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        """The answer's JSON, asking again where docs/errors.md tells clients to. RefusedError for any other refusal."""
        self.asked += 1
        for _ in range(TRIES):
            try:
                reply = await self.visitor.call(method, path, body, **headers)
                if reply.status < 400:
                    return reply.body
                if not _asks_for_patience(reply):
                    raise RefusedError(f"{method} {path}: {reply.status} {reply.raw!r}")
            except (aiohttp.ClientError, TimeoutError):
                pass
            self.broken += 1
            await asyncio.sleep(AGAIN_AFTER_S)
        raise TimeoutError(f"{method} {path} was not answered")

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[None]:
        """Pages of the API are read all the time meanwhile. RefusedError as of `call`."""
        is_over = asyncio.Event()

        async def read() -> None:
            while not is_over.is_set():
                for path in READ:
                    await self.call("GET", path)
                    await asyncio.sleep(READ_EVERY_S)

        async with asyncio.TaskGroup() as readers:
            for _ in range(READERS):
                readers.create_task(read())
            yield
            is_over.set()

    async def order(self, number: int) -> str:
        """A small video; its job's id."""
        body = {**SMALL, "prompt": f"a paper boat crosses the night sea, number {number}", "seed": number}
        accepted = await self.call("POST", "/api/v1/jobs", body, **{"Idempotency-Key": uuid.uuid4().hex})
        return str(accepted["job_id"])

    async def status(self, job_id: str) -> str:
        return str((await self.call("GET", f"/api/v1/jobs/{job_id}"))["status"])

    async def wait(self, job_id: str) -> str:
        """How it ended."""
        while (status := await self.status(job_id)) not in ENDED:  # noqa: ASYNC110 - another machine's event
            await asyncio.sleep(AGAIN_AFTER_S)
        return status


def _asks_for_patience(reply: Reply) -> bool:
    """Whether it is one of ours, and one to ask again after."""
    try:
        return reply.body["code"] in ASKED_AGAIN
    except (ValueError, KeyError, TypeError):
        return False


def order_with_curl(customer: Customer) -> str:
    """As README.md shows it."""
    body = json.dumps({**SMALL, "prompt": "a paper boat crosses the night sea"})
    answer = _curl(customer, "--data", body, "--header", "Content-Type: application/json", "/api/v1/jobs")
    return str(json.loads(answer)["job_id"])


def fetch_with_curl(customer: Customer, job_id: str, out: Path) -> str:
    """Save the video; the host that its signed link names."""
    path = f"/api/v1/jobs/{job_id}/video"
    signed = _curl(customer, "--output", "-", "--write-out", "%{redirect_url}", path).splitlines()[-1]
    _curl(customer, "--location", "--output", str(out), path)
    return urlsplit(signed).netloc


def _curl(customer: Customer, *arguments: str) -> str:
    curl = shutil.which("curl")
    if curl is None:
        raise FileNotFoundError("curl is not installed")
    *options, path = arguments
    token = f"Authorization: Bearer {customer.visitor.token}"
    command = [curl, "--silent", "--show-error", "--fail", "--header", token, *options]
    return subprocess.run(  # noqa: S603 - arguments as a list
        [*command, customer.visitor.gateway_url + path], capture_output=True, text=True, check=True
    ).stdout
