"""A service that is told to stop lets nobody in any more, answers whoever is in, and ends."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import aiohttp
import orjson
import pytest
from aiohttp import web
from tests.contract.test_jobs_restart import NOBODY, tell_of_a_job
from tests.fakes.emulated_jobs import TableStore, open_jobs_table
from tests.fakes.gateway_process import serve_surroundings, sign_tokens
from tests.fakes.hook_receiver import serve_hook
from tests.fakes.hooks_bench import HOOK
from tests.fakes.jobs_bench import JOB, OTHER_JOB, PRIVATE, PUBLIC, RECEIPT_KEY, USER, make_job
from tests.fakes.waiting import wait_until
from yarl import URL

from omnigen_jobs.domain.changes import change_job
from omnigen_jobs.domain.messages import MessageState
from omnigen_jobs.store.post import PostTable
from omnigen_local.addresses import CREDENTIALS, REGION, choose_ports
from omnigen_local.processes import Processes, Program, Running
from omnigen_shared.contracts.spending import PlanName
from omnigen_shared.identity import IDENTITY_HEADER, IdentitySigner
from omnigen_shared.testing.clock import FrozenClock

AT_ONCE = 8
"""Fewer than a client of AWS has connections: each of them is seen behind the service."""
ENDS_WITHIN_S = 30
EMPTY = {"Items": [], "Count": 0, "ScannedCount": 0}
HEALTH = "/health"


@dataclass
class Backstage:
    """What a service asks, a table or another service: while it is slow it answers no request until it is let.

    What the service asks for by itself is always answered, and not counted: it may come at any time.
    """

    url: str = ""
    is_slow: bool = False
    waiting: int = 0
    may_answer: asyncio.Event = field(default_factory=asyncio.Event)

    async def answer(self, request: web.Request) -> web.StreamResponse:
        if request.path.endswith("/events"):
            return await self._stream(request)
        told = request.path.encode() + await request.read()
        if self.is_slow and any(name.encode() in told for name in (JOB, USER)):
            self.waiting += 1
            await self.may_answer.wait()
        return web.json_response(EMPTY)

    async def _stream(self, request: web.Request) -> web.StreamResponse:
        """One event, and then nothing for ever."""
        stream = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await stream.prepare(request)
        await stream.write(b"retry: 2000\n\n")
        await asyncio.Event().wait()
        return stream


@asynccontextmanager
async def open_backstage() -> AsyncIterator[Backstage]:
    backstage, [port] = Backstage(), choose_ports(1)
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", backstage.answer)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    backstage.url = f"http://127.0.0.1:{port}"
    try:
        yield backstage
    finally:
        await runner.cleanup()


def internal_environment(backstage: Backstage) -> dict[str, str]:
    return {
        **CREDENTIALS,
        "AWS_REGION": REGION,
        "AWS_ENDPOINT_URL": backstage.url,
        "IDENTITY_PUBLIC_KEYS": orjson.dumps({"gateway": [PUBLIC]}).decode(),
        "IDENTITY_PRIVATE_KEY": PRIVATE,
        "RECEIPT_KEYS": orjson.dumps([RECEIPT_KEY]).decode(),
        "JOBS_TABLE": "jobs",
        "USAGE_TABLE": "usage",
        "ASSETS_BUCKET": "assets",
        "STATE_MACHINE_ARN": "arn",
        "QUOTA_URL": backstage.url,
        "COMPOSER_URL": backstage.url,
        **dict.fromkeys(("REAPER_INTERVAL_S", "WEBHOOK_INTERVAL_S", "TIDY_INTERVAL_S"), "3600"),
    }


async def start(processes: Processes, unit: str, port: int, environment: dict[str, str]) -> Running:
    command = (sys.executable, "-P", "-m", f"omnigen_{unit}")
    whole = {"PATH": os.environ["PATH"], **environment, "PORT": str(port)}
    running = await processes.start(Program(unit, command, whole, f"http://127.0.0.1:{port}{HEALTH}"))
    await running.wait_ready()
    return running


async def is_let_in(port: int | None) -> bool:
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return False
    writer.close()
    return True


async def end_under_load(running: Running, backstage: Backstage, url: str, headers: dict[str, str]) -> set[int]:
    """Told to stop while AT_ONCE requests wait for their answers; how these were answered."""
    port = URL(url).port
    async with aiohttp.ClientSession(headers=headers) as session:

        async def ask() -> int:
            async with session.get(url) as answer:
                await answer.read()
                return answer.status

        backstage.is_slow = True
        asked = [asyncio.create_task(ask()) for _ in range(AT_ONCE)]
        await wait_until(lambda: backstage.waiting >= AT_ONCE or any(task.done() for task in asked))
        os.kill(running.pid, signal.SIGTERM)
        async with asyncio.timeout(ENDS_WITHIN_S):
            while await is_let_in(port):  # noqa: ASYNC110 - another process sets no event of ours
                await asyncio.sleep(0.01)
            backstage.may_answer.set()
            statuses = set(await asyncio.gather(*asked))
            assert await running.wait() in {0, -signal.SIGTERM}
    return statuses


@pytest.mark.parametrize(
    ("unit", "path", "status"), [("jobs", f"/api/v1/jobs/{JOB}", 404), ("quota", "/api/v1/usage", 200)]
)
async def test_a_service_answers_whoever_is_in(tmp_path: Path, unit: str, path: str, status: int) -> None:
    async with open_backstage() as backstage, Processes(tmp_path) as processes:
        [port] = choose_ports(1)
        running = await start(processes, unit, port, internal_environment(backstage))
        identity = IdentitySigner("gateway", PRIVATE).sign(unit, USER, PlanName.FREE)
        url = f"http://127.0.0.1:{port}{path}"
        assert await end_under_load(running, backstage, url, {IDENTITY_HEADER: identity}) == {status}


async def test_the_gateway_lets_its_streams_go_and_answers_whoever_is_in(tmp_path: Path) -> None:
    """The stream ends while a request still waits: nobody has to be cut off for it."""
    async with open_backstage() as backstage, serve_surroundings() as around, Processes(tmp_path) as processes:
        [port] = choose_ports(1)
        running = await start(processes, "gateway", port, {**around.settings, "JOBS_URL": backstage.url})
        [token] = sign_tokens(PlanName.PRO, 1)
        async with aiohttp.ClientSession(
            f"http://127.0.0.1:{port}", headers={"Authorization": f"Bearer {token}"}
        ) as session:
            stream = await session.get(f"/api/v1/jobs/{JOB}/events")
            await stream.content.readuntil(b"\n\n")
            backstage.is_slow = True
            asked = asyncio.create_task(session.get(f"/api/v1/jobs/{JOB}"))
            await wait_until(lambda: backstage.waiting > 0)
            os.kill(running.pid, signal.SIGTERM)
            async with asyncio.timeout(ENDS_WITHIN_S):
                with suppress(aiohttp.ClientPayloadError):
                    await stream.content.read()
                assert not asked.done()
                backstage.may_answer.set()
                assert (await asked).status == 200
                assert await running.wait() in {0, -signal.SIGTERM}


async def test_the_gateway_answers_whoever_is_in(tmp_path: Path) -> None:
    async with open_backstage() as backstage, serve_surroundings() as around, Processes(tmp_path) as processes:
        [port] = choose_ports(1)
        environment = {**around.settings, "JOBS_URL": backstage.url}
        running = await start(processes, "gateway", port, environment)
        [token] = sign_tokens(PlanName.PRO, 1)
        url = f"http://127.0.0.1:{port}/api/v1/jobs/{JOB}"
        assert await end_under_load(running, backstage, url, {"Authorization": f"Bearer {token}"}) == {200}


@asynccontextmanager
async def open_slow_receiver() -> AsyncIterator[tuple[str, asyncio.Event, asyncio.Event]]:
    """Its address; set once something has come; answers once the last is set."""
    arrived, may_answer, [port] = asyncio.Event(), asyncio.Event(), choose_ports(1)

    async def take(_request: web.Request) -> web.Response:
        arrived.set()
        await may_answer.wait()
        return web.Response(status=204)

    async with serve_hook(port, take) as url:
        yield url, arrived, may_answer


async def test_jobs_ends_its_streams_and_brings_what_is_on_its_way(emulator_url: str, tmp_path: Path) -> None:
    async with (
        open_jobs_table(emulator_url) as access,
        open_slow_receiver() as (hook_url, arrived, may_answer),
        Processes(tmp_path) as processes,
        aiohttp.ClientSession() as session,
    ):
        await tell_of_a_job(access, hook_url)
        leased = datetime.now(UTC) + timedelta(hours=1)
        at_work = make_job(FrozenClock(), job_id=OTHER_JOB, version=0, lease_until=leased)
        await TableStore(access).commit(change_job(at_work))
        [port] = choose_ports(1)
        environment = {
            **internal_environment(Backstage(url=NOBODY)),
            "AWS_ENDPOINT_URL": emulator_url,
            "JOBS_TABLE": access.table,
            "WEBHOOK_INTERVAL_S": "0.05",
            "OUTBOUND_ALLOW_CIDRS": '["127.0.0.1/32"]',
            "OUTBOUND_ALLOW_HTTP": "true",
        }
        running = await start(processes, "jobs", port, environment)
        identity = IdentitySigner("gateway", PRIVATE).sign("jobs", USER, PlanName.FREE)
        events = f"http://127.0.0.1:{port}/api/v1/jobs/{OTHER_JOB}/events"
        async with asyncio.timeout(ENDS_WITHIN_S), session.get(events, headers={IDENTITY_HEADER: identity}) as stream:
            await stream.content.readuntil(b"\n\n")
            await arrived.wait()
            os.kill(running.pid, signal.SIGTERM)
            await stream.content.read()  # to its end: it is not broken off
            may_answer.set()
            assert await running.wait() in {0, -signal.SIGTERM}
        (message,) = await PostTable(access).list_messages(HOOK, None, 10)
        assert (message.state, message.tries) == (MessageState.DELIVERED, 1)
