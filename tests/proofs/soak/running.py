"""One long run: what there is before the flow and after it, and the memory meanwhile."""

import asyncio
import random
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from bench.goals import Scoreboard
from bench.processes import list_tree, resident_bytes
from tests.proofs.load.ground import Ground
from tests.proofs.soak.flow import Flow
from tests.proofs.soak.remains import Remains, count_temporary
from tests.proofs.soak.slopes import Sample

from omnigen_local.provisioning import client_options
from omnigen_shared.aws.clients import open_session

USERS: Final = 8
WARM_UP_S: Final = 45.0
"""What is made once, at the first request of its kind, is there from then on."""
SAMPLE_S: Final = 5.0
TELL_S: Final = 60.0
LOOKS: Final = 6
LOOK_S: Final = 2.0
QUIET_S: Final = 20.0
"""Connections that nobody uses are kept for 15 s at most."""
GONE_WITHIN_S: Final = 240.0
"""The composer keeps the ends of clips for three minutes."""
EMULATOR: Final = "emulator"
"""Stands for AWS: it keeps all that was ever written in its memory, and lets the Lambda's workers stay."""
WORKER: Final = "lambda worker"


@dataclass
class Run:
    """What was seen."""

    before: Remains
    after: Remains
    happened: Counter[str]
    wrong: Counter[str]
    memory: dict[str, list[Sample]] = field(default_factory=dict)


async def soak(ground: Ground, board: Scoreboard, seconds: float, seed: int) -> Run:
    """Warm up, look, let flow, look again."""
    await ground.invite(USERS)
    async with open_session().create_client("s3", **client_options(ground.stack.record().emulator_url)) as s3:
        await Flow(ground, random.Random(seed)).run(WARM_UP_S)  # noqa: S311 - drawn the same again
        await asyncio.sleep(QUIET_S)
        before = await _look(ground, s3)
        flow, memory = Flow(ground, random.Random(seed + 1)), dict[str, list[Sample]]()  # noqa: S311 - as above
        async with _sampling(ground, memory), _telling(board, flow):
            await flow.run(seconds)
        await asyncio.sleep(QUIET_S)
        after = await _look_until_gone(ground, s3, before)
        return Run(before, after, flow.happened, flow.wrong, memory)


async def _look(ground: Ground, s3: Any) -> Remains:
    """The most of a few looks: who polls has a connection now and none then."""
    seen = await _take(ground, s3)
    for _ in range(LOOKS):
        await asyncio.sleep(LOOK_S)
        seen = seen.most(await _take(ground, s3))
    return seen


async def _look_until_gone(ground: Ground, s3: Any, before: Remains) -> Remains:
    """The least of all looks: what is there each time is left."""
    seen, until_s = await _take(ground, s3), time.monotonic() + GONE_WITHIN_S
    while seen.more_than(before) and time.monotonic() < until_s:
        await asyncio.sleep(LOOK_S)
        seen = seen.least(await _take(ground, s3))
    return seen


async def _take(ground: Ground, s3: Any) -> Remains:
    pids = {name: pid for name, pid in ground.pids.items() if name != EMULATOR}
    folders = {"tmp": ground.stack.plan.state_dir / "tmp"}
    return Remains.take(pids, folders, await count_temporary(s3, ground.stack.outputs.assets_bucket_name))


@asynccontextmanager
async def _sampling(ground: Ground, memory: dict[str, list[Sample]]) -> AsyncIterator[None]:
    """What of each process's memory is in RAM, every few seconds; of the Lambda's workers the average."""
    began_s = time.monotonic()

    def take() -> None:
        at_s = time.monotonic() - began_s
        for name, pid in ground.pids.items():
            memory.setdefault(name, []).append(Sample(at_s, resident_bytes(pid)))
        workers = [_find_resident(pid) for pid in list_tree(ground.pids[EMULATOR])[1:]]
        if sizes := [size for size in workers if size]:
            memory.setdefault(WORKER, []).append(Sample(at_s, sum(sizes) / len(sizes)))

    async def go_on() -> None:
        while True:
            take()
            await asyncio.sleep(SAMPLE_S)

    async with _beside(go_on()):
        yield


def _find_resident(pid: int) -> int:
    """0 of one that has ended meanwhile."""
    return resident_bytes(pid) if Path(f"/proc/{pid}/statm").exists() else 0


@asynccontextmanager
async def _telling(board: Scoreboard, flow: Flow) -> AsyncIterator[None]:
    began_s = time.monotonic()

    async def tell() -> None:
        while True:
            await asyncio.sleep(TELL_S)
            told = ", ".join(f"{count} {what}" for what, count in flow.happened.most_common())
            board.tell(f"{time.monotonic() - began_s:5.0f} s: {told}")

    async with _beside(tell()):
        yield


@asynccontextmanager
async def _beside(work: Any) -> AsyncIterator[None]:
    task = asyncio.create_task(work)
    try:
        yield
    finally:
        task.cancel()
