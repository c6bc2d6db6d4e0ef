"""A receiver that is down, and a jobs process that is killed meanwhile: the next process goes on with what was kept."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson
from aiohttp import web
from standardwebhooks import Webhook
from tests.fakes.emulated_jobs import TableStore, open_jobs_table
from tests.fakes.hook_receiver import serve_hook
from tests.fakes.hooks_bench import HOOK, SECRET, make_hook
from tests.fakes.jobs_bench import JOB, PRIVATE, PUBLIC, RECEIPT_KEY, USER, make_job, make_output

from omnigen_jobs.domain.changes import change_job
from omnigen_jobs.domain.events import job_completed
from omnigen_jobs.domain.hooks import Hooks
from omnigen_jobs.domain.messages import Message, Posting
from omnigen_jobs.store.access import TableAccess
from omnigen_jobs.store.post import PostTable
from omnigen_local.addresses import CREDENTIALS, REGION, choose_ports
from omnigen_local.processes import Processes, Program, Running
from omnigen_shared.contracts.job import JobStatus
from omnigen_shared.testing.clock import FrozenClock

NOBODY = "http://127.0.0.1:9"


@asynccontextmanager
async def receive(port: int) -> AsyncIterator[asyncio.Queue[tuple[dict[str, str], bytes]]]:
    """A receiver that takes everything."""
    taken: asyncio.Queue[tuple[dict[str, str], bytes]] = asyncio.Queue()

    async def take(request: web.Request) -> web.Response:
        taken.put_nowait((dict(request.headers), await request.read()))
        return web.Response(status=204)

    async with serve_hook(port, take):
        yield taken


async def start_jobs(processes: Processes, name: str, table: str, emulator_url: str) -> Running:
    """The service as it is run, over this table; nothing else that it would call is there."""
    [port] = choose_ports(1)
    environment = {
        **CREDENTIALS,
        "PATH": os.environ["PATH"],
        "AWS_REGION": REGION,
        "AWS_ENDPOINT_URL": emulator_url,
        "PORT": str(port),
        "IDENTITY_PUBLIC_KEYS": orjson.dumps({"gateway": [PUBLIC]}).decode(),
        "IDENTITY_PRIVATE_KEY": PRIVATE,
        "RECEIPT_KEYS": orjson.dumps([RECEIPT_KEY]).decode(),
        "JOBS_TABLE": table,
        "ASSETS_BUCKET": "assets",
        "STATE_MACHINE_ARN": "arn",
        "QUOTA_URL": NOBODY,
        "COMPOSER_URL": NOBODY,
        "REAPER_INTERVAL_S": "3600",
        "WEBHOOK_INTERVAL_S": "0.05",
        "WEBHOOK_RETRIES_S": orjson.dumps([0.1] * 1000).decode(),
        "OUTBOUND_ALLOW_CIDRS": '["127.0.0.1/32"]',
        "OUTBOUND_ALLOW_HTTP": "true",
    }
    command = (sys.executable, "-P", "-m", "omnigen_jobs")
    return await processes.start(Program(name, command, environment, f"http://127.0.0.1:{port}/ready"))


async def tell_of_a_job(access: TableAccess, url: str) -> Any:
    """A webhook, and a job that has just been completed."""
    clock, now = FrozenClock(), datetime.now(UTC)
    hooks = Hooks(user_id=USER, hooks=(make_hook(clock, url=url),))
    await PostTable(access).commit(Posting(hooks=hooks))
    job = make_job(clock, version=0, status=JobStatus.COMPLETED, lease_until=None)
    await TableStore(access).commit(change_job(job, job_completed(job, make_output(), now)))


async def wait_for_tries(access: TableAccess, tries: int) -> Message:
    while True:
        found = await PostTable(access).list_messages(HOOK, None, 10)
        if found and found[0].tries >= tries:
            return found[0]
        await asyncio.sleep(0.05)


async def test_what_was_not_delivered_before_the_end_is_delivered_after_it(emulator_url: str, tmp_path: Path) -> None:
    [port] = choose_ports(1)
    async with open_jobs_table(emulator_url) as access, Processes(tmp_path) as processes:
        await tell_of_a_job(access, f"http://127.0.0.1:{port}/hook")
        first = await start_jobs(processes, "first", access.table, emulator_url)
        before = await wait_for_tries(access, 2)
        os.kill(first.pid, signal.SIGKILL)
        await first.wait()
        assert {attempt.problem for attempt in before.attempts} == {"not_connected"}

        async with receive(port) as taken:
            await start_jobs(processes, "second", access.table, emulator_url)
            headers, body = await taken.get()
        told = Webhook(SECRET.text).verify(body, headers)
        assert (told["type"], told["data"]["job_id"]) == ("job.completed", JOB)
        assert headers["Webhook-Id"] == before.message_id
        assert body.decode() == before.body
