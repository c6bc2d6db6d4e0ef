"""What is claimed of streams that go through the gateway and jobs, each a process of its own."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

import aiohttp
from bench.goals import Scoreboard
from bench.processes import count_descriptors, resident_bytes
from tests.fakes.gateway_process import serve_surroundings, sign_tokens
from tests.proofs.streams.claims import (
    KIB_EACH,
    STARTS_WITHIN_S,
    count_left,
    expect_small,
    settle,
    start_gateway,
)
from tests.proofs.streams.jobs_process import EVENTS, READS, USERS
from tests.proofs.streams.readers import Readers

from omnigen_local.addresses import LOOPBACK, choose_ports
from omnigen_local.environments import process_environment
from omnigen_local.processes import Processes, Program
from omnigen_shared.contracts.spending import PlanName

HELLO: Final = b"event: job.created"
KIB_AT_JOBS: Final = 64.0
READS_A_SECOND: Final = 60.0
COUNTED_S: Final = 6.0
"""Four looks at each job."""
_KIB: Final = 1024


@dataclass(frozen=True)
class Whole:
    """Both processes by name, their readers, and where jobs tells its reads."""

    pids: dict[str, int]
    readers: Readers
    jobs_url: str

    async def count_reads(self) -> int:
        async with aiohttp.ClientSession(self.jobs_url) as session, session.get(READS) as answer:
            return int(await answer.text())

    async def settle_bytes(self) -> dict[str, int]:
        return {name: await settle(partial(resident_bytes, pid)) for name, pid in self.pids.items()}

    def count_descriptors(self) -> dict[str, int]:
        return {name: count_descriptors(pid) for name, pid in self.pids.items()}


@asynccontextmanager
async def open_whole(folder: Path) -> AsyncIterator[Whole]:
    """Until the block ends."""
    url, jobs_url = (f"http://{LOOPBACK}:{port}" for port in choose_ports(2))
    async with serve_surroundings() as around, Processes(folder / "logs") as processes:
        settings = {
            "IDENTITY_PUBLIC_KEYS": json.dumps(around.public_keys),
            "PORT": jobs_url.rpartition(":")[2],
            "LOG_LEVEL": "WARNING",
        }
        argv = (sys.executable, "-m", "tests.proofs.streams.jobs_process")
        program = Program("jobs", argv, {**process_environment(folder), **settings}, f"{jobs_url}/health")
        jobs = await processes.start(program)
        await jobs.wait_ready(STARTS_WITHIN_S)
        gateway = await start_gateway(processes, folder, around, jobs_url, url)
        readers = Readers(int(url.rpartition(":")[2]), sign_tokens(PlanName.ENTERPRISE, USERS), HELLO)
        try:
            yield Whole({"gateway": gateway.pid, "jobs": jobs.pid}, readers, jobs_url)
        finally:
            readers.vanish()


async def prove_whole(whole: Whole, board: Scoreboard, streams: int, leave_within_s: float = 3.0) -> None:
    """So many idle ones of USERS jobs: what each costs where, what all cost the table, and that nothing is left."""
    await whole.readers.open(2 * USERS, EVENTS)
    whole.readers.vanish()
    await asyncio.sleep(leave_within_s)
    before, first = whole.count_descriptors(), streams // 10
    await whole.readers.open(first, EVENTS)
    few = await whole.settle_bytes()
    await whole.readers.open(streams - first, EVENTS)
    many = await whole.settle_bytes()
    for name, most_kib in (("gateway", KIB_EACH), ("jobs", KIB_AT_JOBS)):
        expect_small(board, f"whole.{name}_kib_each", (many[name] - few[name]) / (streams - first), most_kib)
    await _prove_reads(whole, board, streams)
    board.expect_equal("whole.lost", whole.readers.lost, 0)
    whole.readers.vanish()
    for name, pid in whole.pids.items():
        left = await count_left(partial(_count_more, pid, before[name]), leave_within_s)
        board.expect_equal(f"whole.{name}_leaked", left, 0)
    seen = await whole.count_reads()
    await asyncio.sleep(COUNTED_S / 2)
    board.expect_equal("whole.reads_for_nobody", await whole.count_reads() - seen, 0)


def _count_more(pid: int, before: int) -> int:
    return max(0, count_descriptors(pid) - before)


async def _prove_reads(whole: Whole, board: Scoreboard, streams: int) -> None:
    opened = count_descriptors(whole.pids["jobs"])
    board.expect("whole.open", opened, f">={streams}", holds=opened >= streams)
    reads, began = await whole.count_reads(), asyncio.get_running_loop().time()
    await asyncio.sleep(COUNTED_S)
    made, took_s = await whole.count_reads() - reads, asyncio.get_running_loop().time() - began
    board.tell(f"whole.reads_a_second is {made / took_s:.1f}")
    board.expect("whole.reads", made, ">0", holds=made > 0)
    board.expect_at_most("whole.reads_a_second", round(made / took_s, 1), READS_A_SECOND)
