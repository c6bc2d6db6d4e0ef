"""What is claimed of streams, tried on one gateway process."""

import asyncio
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bench.goals import Scoreboard
from bench.processes import count_descriptors, resident_bytes
from tests.fakes.gateway_process import Surroundings, serve_surroundings, sign_tokens
from tests.proofs.streams.readers import Readers
from tests.proofs.streams.service import FLOOD, StreamService, serve_streams

from omnigen_local.addresses import LOOPBACK, choose_ports
from omnigen_local.environments import process_environment
from omnigen_local.processes import Processes, Program, Running
from omnigen_shared.contracts.spending import PlanName

USERS: Final = 64
KIB_EACH: Final = 32.0
KIB_OF_SLOW: Final = 2048.0
"""Of a slow reader: what the loop reads at a time (256 KB), in a few copies on its way through, and no more."""
QUIET_S: Final = 0.5
SLOW_READERS: Final = 20
STARTS_WITHIN_S: Final = 120
_KIB: Final = 1024


@dataclass(frozen=True)
class Ground:
    """One gateway process, the service behind it, and its readers."""

    pid: int
    service: StreamService
    readers: Readers


@asynccontextmanager
async def open_ground(folder: Path) -> AsyncIterator[Ground]:
    """Until the block ends."""
    [port] = choose_ports(1)
    url = f"http://{LOOPBACK}:{port}"
    async with (
        serve_streams() as service,
        serve_surroundings() as around,
        Processes(folder / "logs") as processes,
    ):
        running = await start_gateway(processes, folder, around, service.url, url)
        readers = Readers(port, sign_tokens(PlanName.ENTERPRISE, USERS))
        try:
            yield Ground(running.pid, service, readers)
        finally:
            readers.vanish()


async def start_gateway(processes: Processes, folder: Path, around: Surroundings, jobs_url: str, url: str) -> Running:
    """Ready to be asked at `url`."""
    settings = {
        **around.settings,
        "JOBS_URL": jobs_url,
        "PORT": url.rpartition(":")[2],
        "LOG_LEVEL": "WARNING",
        "STREAMS_PER_USER": "0",
    }
    argv = (sys.executable, "-m", "omnigen_gateway")
    program = Program("gateway", argv, {**process_environment(folder), **settings}, f"{url}/health")
    running = await processes.start(program)
    await running.wait_ready(STARTS_WITHIN_S)
    return running


async def prove_streams(ground: Ground, board: Scoreboard, streams: int, leave_within_s: float = 3.0) -> None:
    """So many idle ones: what each costs, and that nothing is left of them `leave_within_s` after they are gone."""
    await _warm_up(ground)
    descriptors = count_descriptors(ground.pid)
    first = streams // 10
    await ground.readers.open(first)
    few = await _settled_bytes(ground)
    await ground.readers.open(streams - first)
    many = await _settled_bytes(ground)
    board.expect_equal("streams.open", len(ground.service.streams), streams)
    board.expect_equal("streams.lost", ground.readers.lost, 0)
    expect_small(board, "streams.kib_each", (many - few) / (streams - first), KIB_EACH)
    ground.readers.vanish()
    left = await count_left(lambda: len(ground.service.streams), leave_within_s)
    board.expect_equal("streams.leaked", left, 0)
    kept = await count_left(lambda: max(0, count_descriptors(ground.pid) - descriptors), leave_within_s)
    board.expect_equal("streams.leaked_descriptors", kept, 0)


async def prove_slow_readers(ground: Ground, board: Scoreboard) -> None:
    """Who is sent more than they take makes the service wait, not the gateway swell."""
    await _warm_up(ground)
    before, flooded = await _settled_bytes(ground), ground.service.flooded_bytes
    await ground.readers.open(SLOW_READERS, FLOOD, is_slow=True)
    sent = await settle(lambda: ground.service.flooded_bytes - flooded)
    grown = await _settled_bytes(ground) - before
    board.expect("slow_readers.sent_kib_each", sent // SLOW_READERS // _KIB, ">0", holds=sent > 0)
    expect_small(board, "slow_readers.kib_each", grown / SLOW_READERS, KIB_OF_SLOW)
    ground.readers.vanish()


def expect_small(board: Scoreboard, what: str, size_bytes: float, most_kib: float) -> None:
    kib = round(size_bytes / _KIB, 1)
    board.tell(f"{what} is {kib}")
    board.expect_at_most(what, kib, most_kib)


async def _warm_up(ground: Ground) -> None:
    """What is made once (keys, users, connections to quota) is no stream's cost."""
    await ground.readers.open(USERS)
    ground.readers.vanish()
    await count_left(lambda: len(ground.service.streams), 20)


async def _settled_bytes(ground: Ground) -> int:
    return await settle(lambda: resident_bytes(ground.pid))


async def settle(measure: Callable[[], int]) -> int:
    """The value, once it has stopped growing for a while."""
    seen, since_s = measure(), time.monotonic()
    while time.monotonic() - since_s < QUIET_S:
        await asyncio.sleep(0.1)
        if (now := measure()) > seen:
            seen, since_s = now, time.monotonic()
    return seen


async def count_left(count: Callable[[], int], within_s: float) -> int:
    """What is still there after so long; 0 as soon as nothing is."""
    until_s = time.monotonic() + within_s
    while (left := count()) and time.monotonic() < until_s:  # noqa: ASYNC110 - another process sets no event of ours
        await asyncio.sleep(0.02)
    return left
