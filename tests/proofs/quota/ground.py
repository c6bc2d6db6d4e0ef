"""What a round stands on, and how it tells how far it is."""

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bench.goals import Scoreboard
from tests.fakes.emulated_usage import USAGE, open_usage_table
from tests.fakes.table_proxy import TableProxy
from tests.proofs.quota.callers import Callers, open_callers
from tests.proofs.quota.fleet import Fleet, load_identities, open_fleet, quota_environment

from omnigen_quota.store.usage import DynamoUsageTable
from omnigen_shared.clock import SystemClock

CLIENTS: Final = 200
Advance = Callable[[str, int], None]
"""Told the name of a part and by how much it has come on."""


@dataclass(frozen=True)
class Ground:
    """The fleet, the proxy through which it sees its table, and the table itself to look into."""

    folder: Path
    table: DynamoUsageTable
    fleet: Fleet
    proxy: TableProxy


@dataclass(frozen=True)
class Round:
    """One round of the proof. Everything random in it comes from `chance`."""

    ground: Ground
    number: int
    attempts: int
    chance: random.Random
    board: Scoreboard
    advance: Advance

    def name_user(self, part: str) -> str:
        return f"{part}-{self.number}-{self.chance.randrange(10**9)}"

    def open_callers(self) -> AbstractAsyncContextManager[Callers]:
        return open_callers(load_identities(self.ground.folder), self.ground.fleet.urls, self.chance)


@asynccontextmanager
async def open_ground(folder: Path, emulator_url: str, seed: int) -> AsyncIterator[Ground]:
    """Everything that the rounds need, over an emulator."""
    async with AsyncExitStack() as stack:
        client, name = await stack.enter_async_context(open_usage_table(emulator_url))
        stack.push_async_callback(client.delete_table, TableName=name)
        proxy = await stack.enter_async_context(TableProxy(emulator_url, seed, USAGE))
        fleet = await stack.enter_async_context(open_fleet(folder, quota_environment(folder, proxy.url, name)))
        yield Ground(folder, DynamoUsageTable(client, name, SystemClock()), fleet, proxy)


async def crowd(works: Iterable[Callable[[], Awaitable[None]]], done: Callable[[], None]) -> None:
    """All of them, by CLIENTS clients at once."""
    waiting = iter(works)

    async def be_client() -> None:
        for work in waiting:
            await work()
            done()

    async with asyncio.TaskGroup() as group:
        for _ in range(CLIENTS):
            group.create_task(be_client())
