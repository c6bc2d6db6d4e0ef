"""Gateways and quota as real processes over the emulator's table, and a user who asks for more than the plan allows."""

import asyncio
import sys
import uuid
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import orjson
from bench.goals import Scoreboard
from starlette.responses import JSONResponse
from starlette.routing import Route
from tests.fakes.emulated_usage import open_usage_table
from tests.fakes.gateway import bearer
from tests.fakes.lenient_cloud import LENIENT_CLOUD, lenient_settings
from tests.fakes.loopback import listen, serve_app, url_of
from tests.fakes.services import ScriptedService
from tests.fakes.table_proxy import TableProxy
from tests.fakes.tokens import CLIENT_ID, ISSUER, provider_key

from omnigen_local.addresses import CREDENTIALS, NO_ACCOUNTS, REGION
from omnigen_local.environments import process_environment
from omnigen_local.identities import Identities
from omnigen_local.processes import Processes, Program, wait_all_ready
from omnigen_quota.domain.leases import remaining_ms, window_of
from omnigen_quota.domain.plans import plan_named
from omnigen_shared.clock import SystemClock
from omnigen_shared.contracts.spending import PlanName

CLIENTS = 16
JOB = "/api/v1/jobs/job_1"
GATEWAYS, QUOTAS = 2, 2


@dataclass
class Town:
    """What is running."""

    gateway_urls: Sequence[str]
    table: TableProxy
    service: ScriptedService


@dataclass
class Rush:
    """Five times the limit, in one window: answers by status, and what the table was asked to write."""

    limit: int
    statuses: Counter[int]
    writes: int
    arrived: int
    """Requests that the service behind the gateways was asked."""


async def prove_processes(board: Scoreboard, folder: Path, emulator_url: str) -> None:
    """Every plan's limit, each for a user of its own."""
    async with open_town(folder, emulator_url) as town:
        for plan in PlanName:
            expect_fair(board, plan, await rush(town, plan))


@asynccontextmanager
async def open_town(folder: Path, emulator_url: str) -> AsyncIterator[Town]:
    """GATEWAYS gateways, each with a quota process of its own, over one table."""
    identities, service = Identities.create(), ScriptedService()
    service.app.routes.append(Route("/jwks.json", lambda _request: JSONResponse({"keys": [provider_key().jwk()]})))
    service.app.routes.append(LENIENT_CLOUD)
    async with (
        open_usage_table(emulator_url) as (_client, name),
        TableProxy(emulator_url) as proxy,
        serve_app(service.app) as service_url,
        Processes(folder / "logs") as processes,
    ):
        quota_settings = {
            **CREDENTIALS,
            **NO_ACCOUNTS,
            "AWS_REGION": REGION,
            "AWS_ENDPOINT_URL": proxy.url,
            "USAGE_TABLE": name,
            "IDENTITY_PUBLIC_KEYS": orjson.dumps(identities.public_keys()).decode(),
        }
        gateway_settings = {
            **lenient_settings(service_url),
            "IDENTITY_PRIVATE_KEY": identities.private_key("gateway"),
            "COGNITO_ISSUER": ISSUER,
            "COGNITO_CLIENT_ID": CLIENT_ID,
            "COGNITO_JWKS_URL": f"{service_url}/jwks.json",
            "JOBS_URL": service_url,
            "PUBLIC_BASE_URL": "http://localhost:8080",
            "RATE_LIMIT_FAILS": "closed",
            "ADDRESS_REQUESTS_PER_MIN": "0",
        }
        quotas = [_program(folder, "quota", n, quota_settings) for n in range(QUOTAS)]
        gateways = [
            _program(folder, "gateway", n, {**gateway_settings, "QUOTA_URL": _url_of(quotas[n % QUOTAS])})
            for n in range(GATEWAYS)
        ]
        await wait_all_ready([await processes.start(program) for program in (*quotas, *gateways)])
        yield Town([_url_of(gateway) for gateway in gateways], proxy, service)


async def rush(town: Town, plan: str) -> Rush:
    """A new user makes five times the requests that the plan allows, through all gateways, within one window."""
    clock, limit = SystemClock(), plan_named(plan).requests_per_min
    while True:
        await asyncio.sleep(max(0, _guard_ms(limit) - remaining_ms(clock.now())) / 1000)
        window = window_of(clock.now())
        writes, arrived = town.table.calls["UpdateItem"], town.service.calls
        headers = bearer(sub=f"{plan}-{uuid.uuid4().hex}")
        work = iter(range(5 * limit))
        asking = [_ask(url, headers, work) for url in town.gateway_urls for _ in range(CLIENTS)]
        statuses = sum(await asyncio.gather(*asking), Counter[int]())
        if window_of(clock.now()) == window:
            written = town.table.calls["UpdateItem"] - writes
            return Rush(limit, statuses, written, town.service.calls - arrived)


def expect_fair(board: Scoreboard, plan: str, seen: Rush) -> None:
    """At most the limit, at least 95 % of it, and a store write for ten requests at most."""
    name, passed = f"rates.processes[{plan}]", seen.statuses[200]
    board.expect_at_most(f"{name}.passed", passed, seen.limit)
    board.expect(f"{name}.passed", passed, f">={0.95 * seen.limit:g}", holds=passed >= 0.95 * seen.limit)
    board.expect_equal(f"{name}.statuses", set(seen.statuses), {200, 429})
    board.expect_equal(f"{name}.arrived", seen.arrived, passed)
    board.expect_at_most(f"{name}.writes_per_request", seen.writes / seen.statuses.total(), 0.1)


def _guard_ms(limit: int) -> int:
    """So much of a window must be left before somebody begins to use it up."""
    return 5_000 + 7 * limit


async def _ask(url: str, headers: dict[str, str], work: Iterator[int]) -> Counter[int]:
    statuses = Counter[int]()
    async with aiohttp.ClientSession(url, headers=headers) as client:
        for _ in work:
            async with client.get(JOB) as answer:
                await answer.read()
                statuses[answer.status] += 1
    return statuses


def _program(folder: Path, unit: str, number: int, settings: dict[str, str]) -> Program:
    with listen() as sock:
        url = url_of(sock)
    environment = {**process_environment(folder), **settings, "LOG_LEVEL": "WARNING", "PORT": url.rpartition(":")[2]}
    command = (sys.executable, "-m", f"omnigen_{unit}")
    return Program(f"{unit}-{number}", command, environment, ready_url=f"{url}/health")


def _url_of(program: Program) -> str:
    return str(program.ready_url).removesuffix("/health")
