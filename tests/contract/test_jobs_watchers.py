"""Watchers over real connections, which break at any byte."""

import asyncio
import random
from typing import Final

import aiohttp
from tests.fakes.job_store import seed
from tests.fakes.jobs_bench import JOB, USER, JobsBench, identity, make_job, make_problem, make_settings
from tests.fakes.loopback import serve_app
from tests.fakes.waiting import wait_until

from omnigen_jobs.app import create_app
from omnigen_jobs.domain.changes import Change
from omnigen_jobs.domain.records import NewEvent

CUTS: Final = 100
EVENTS: Final = 200


async def test_a_watcher_that_is_cut_a_hundred_times_sees_each_event_once_and_in_order() -> None:
    bench = JobsBench(settings=make_settings(heartbeat_s=0.001))
    seed(bench.store, make_job(bench.clock))
    watcher = Watcher(random.Random(7))  # noqa: S311 - drawn the same again
    async with serve_app(create_app(bench.settings, bench.adapters)) as url, aiohttp.ClientSession(url) as session:
        working = asyncio.create_task(work(bench, watcher))
        async with asyncio.timeout(60):
            while not watcher.has_ended:
                await watcher.watch(session)
        await working
    assert watcher.cuts >= CUTS
    assert watcher.seen == list(range(1, EVENTS + 2))


async def work(bench: JobsBench, watcher: "Watcher") -> None:
    """Tells what happens, with pauses for as long as the watcher is to be cut off."""
    for number in range(EVENTS):
        event = NewEvent(type="scene.changed", data={"number": number})
        await bench.store.commit(Change(fence=(await bench.read()).job, event=event))
        await watcher.wait_for_cuts(min(CUTS, number // 2))
    await bench.uses.ending.fail(USER, JOB, 1, make_problem())


class Watcher:
    """Reads a stream until a random byte, and goes on after the last event that was whole."""

    def __init__(self, chance: random.Random) -> None:
        self.seen: list[int] = []
        self.cuts = 0
        self.has_ended = False
        self._chance = chance

    async def wait_for_cuts(self, wanted: int) -> None:
        await wait_until(lambda: self.cuts >= wanted)

    async def watch(self, session: aiohttp.ClientSession) -> None:
        """One connection."""
        headers = {**identity(), **({"Last-Event-ID": str(self.seen[-1])} if self.seen else {})}
        left = self._chance.randint(1, 120) if self.cuts < CUTS else 1 << 30
        text = b""
        async with session.get(f"/api/v1/jobs/{JOB}/events", headers=headers) as answer:
            assert answer.status == 200
            while left > 0 and (chunk := await answer.content.read(left)):
                left -= len(chunk)
                text += chunk
        self.cuts += left <= 0
        for block in text.split(b"\n\n")[:-1]:
            fields = dict(line.split(b": ", 1) for line in block.split(b"\n"))
            if b"id" in fields:
                self.seen.append(int(fields[b"id"]))
            self.has_ended = fields.get(b"event") == b"end"
