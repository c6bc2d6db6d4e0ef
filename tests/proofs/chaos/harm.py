"""What may be done to the stack, one deed at a time. Every deed ends by itself and leaves nothing behind."""

import asyncio
import random
import resource
import signal
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import aiohttp
from tests.fakes.cloud_proxy import SERVICES as CLOUD
from tests.proofs.chaos.ground import SERVICES, Ground
from tests.proofs.continuing.watchdog import kill_workers

from omnigen_local.stack import SIMULATOR

PROCESSES: Final = (*SERVICES, SIMULATOR)
STORM: Final = 0.03
"""Per call and kind of fault: with some ten kinds every third call has its share."""
DRIZZLE: Final = 0.002
"""Always, of everything."""
OUTAGE: Final = 0.09
BEAT_S: Final = 0.15
LONGEST_S: Final = 8.0
SMALLEST_VIDEO: Final = 16 << 10
FILL: Final = bytes(1 << 20)


@dataclass
class Harm:
    """Deeds by name, of which `done` keeps count.

    `workers` of the Lambda have died; `ended` are processes that did so though nobody had killed them.
    """

    ground: Ground
    chance: random.Random
    done: Counter[str] = field(default_factory=Counter)
    ended: list[str] = field(default_factory=list)
    workers: int = 0
    _dead: set[str] = field(default_factory=set)
    _locks: dict[str, asyncio.Lock] = field(default_factory=lambda: {name: asyncio.Lock() for name in PROCESSES})

    def begin(self) -> None:
        """The weather is never fine."""
        for service in CLOUD:
            self.ground.proxy.storm(service, DRIZZLE)

    async def do_something(self) -> None:
        """One deed, drawn by chance; returns when it is over."""
        name, deed = self.chance.choice(self._list_deeds())
        self.done[name] += 1
        await deed()

    async def kill(self, name: str) -> None:
        """SIGKILL to the process and all that it has started; soon it is there again, at the same address."""
        pause_s = self.chance.uniform(0, LONGEST_S / 2)
        async with self._locks[name]:
            self._dead.add(name)
            running = self.ground.stack.get_running(name)
            running.signal_all(signal.SIGKILL)
            await running.wait()
            await asyncio.sleep(pause_s)
            await self.ground.stack.start_again(name)
            self._dead.discard(name)

    async def pause(self, name: str) -> None:
        """It stands still, with its connections open."""
        async with self._locks[name]:
            await self._stand_still(name, self.chance.uniform(2, LONGEST_S))

    async def slow(self, name: str) -> None:
        """It gets a part of its time only."""
        beats = self.chance.randrange(20, 40)
        async with self._locks[name]:
            for _ in range(beats):
                await self._stand_still(name, BEAT_S)
                await asyncio.sleep(BEAT_S / 2)

    async def kill_workers(self) -> None:
        """Every Lambda that is at work, or waits for some."""
        self.workers += kill_workers(self.ground.stack)

    async def storm(self, service: str) -> None:
        await self._change_weather(service, STORM, self.chance.uniform(5, 15))

    async def break_down(self, service: str) -> None:
        """Nearly nothing comes through."""
        await self._change_weather(service, OUTAGE, self.chance.uniform(2, LONGEST_S))

    async def lose_provider(self) -> None:
        """Every call of the provider fails for as many calls as come."""
        fault, count = self.chance.choice(["down", "unreachable"]), self.chance.randrange(5, 40)
        with suppress(aiohttp.ClientError, TimeoutError):
            rule = {"faults": fault, "count": count, "seed": self.chance.randrange(10**6)}
            async with self.ground.simulator.post(
                "/_simulator/faults", json=rule, timeout=aiohttp.ClientTimeout(total=10)
            ):
                pass

    async def fill_disk(self) -> None:
        """The composer has no room left for a while."""
        lasting_s = self.chance.uniform(5, 20)
        if self.ground.disk is None:
            await self._limit_files(lasting_s)
        else:
            await _fill(self.ground.disk / "filler", lasting_s)

    async def watch(self) -> None:
        """Never returns: whoever ends without being killed is noted, and started again."""
        while True:
            for name in PROCESSES:
                if self.ground.stack.get_running(name).has_ended and not self._locks[name].locked():
                    self.ended.append(name)
                    await self.ground.stack.start_again(name)
            await asyncio.sleep(0.5)

    async def make_peace(self) -> None:
        """Everybody is up and awake, and every call comes through."""
        await self.ground.proxy.clear_up()
        for name in PROCESSES:
            async with self._locks[name]:
                self.ground.stack.get_running(name).signal_all(signal.SIGCONT)
        async with self.ground.simulator.delete("/_simulator/faults"):
            pass
        for name in PROCESSES:
            await self.ground.stack.get_running(name).wait_ready(60)

    def _list_deeds(self) -> list[tuple[str, Callable[[], Awaitable[None]]]]:
        process, service = self.chance.choice(PROCESSES), self.chance.choice(CLOUD)
        return [
            (f"{process} killed", lambda: self.kill(process)),
            (f"{process} paused", lambda: self.pause(process)),
            (f"{process} slowed", lambda: self.slow(process)),
            ("all workers killed", self.kill_workers),
            (f"{service} in a storm", lambda: self.storm(service)),
            (f"{service} broken down", lambda: self.break_down(service)),
            ("provider gone", self.lose_provider),
            ("disk full", self.fill_disk),
        ]

    async def _stand_still(self, name: str, lasting_s: float) -> None:
        running = self.ground.stack.get_running(name)
        running.signal_all(signal.SIGSTOP)
        try:
            await asyncio.sleep(lasting_s)
        finally:
            running.signal_all(signal.SIGCONT)

    async def _change_weather(self, service: str, likelihood: float, lasting_s: float) -> None:
        self.ground.proxy.storm(service, likelihood)
        await asyncio.sleep(lasting_s)
        self.ground.proxy.storm(service, DRIZZLE)

    async def _limit_files(self, lasting_s: float) -> None:
        """Nothing that the composer writes grows beyond a few kilobytes, but for its log."""
        composer = self.ground.stack.get_running("composer")
        pid, most = composer.pid, composer.log_path.stat().st_size + SMALLEST_VIDEO
        with suppress(ProcessLookupError):
            unlimited = resource.prlimit(pid, resource.RLIMIT_FSIZE)
            resource.prlimit(pid, resource.RLIMIT_FSIZE, (most, unlimited[1]))
            await asyncio.sleep(lasting_s)
            resource.prlimit(pid, resource.RLIMIT_FSIZE, unlimited)


async def _fill(path: Path, lasting_s: float) -> None:
    """To the last byte, again and again: whoever removes something makes room that is taken at once."""
    loop = asyncio.get_running_loop()
    until = loop.time() + lasting_s
    try:
        with path.open("ab", buffering=0) as file:
            while loop.time() < until:
                with suppress(OSError):
                    while file.write(FILL):
                        pass
                await asyncio.sleep(0.1)
    finally:
        path.unlink(missing_ok=True)  # noqa: ASYNC240 - in memory
