"""A storm: the table fails and processes die. And somebody who looks at the counters all the while."""

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Final

from bench.goals import Scoreboard
from tests.fakes.table_proxy import Weather
from tests.proofs.quota.ground import Ground

FAULTS: Final = 0.006
"""Per call and kind of fault: with eleven kinds one call in fifteen has its share."""
ATTEMPTS_PER_KILL: Final = 200
"""Kills are spread evenly over the work: a start takes more of a machine than many calls, however fast that is."""
FEWEST_KILLS: Final = 3
_LOOK_AGAIN_S: Final = 0.3


@asynccontextmanager
async def storm(
    ground: Ground, chance: random.Random, board: Scoreboard, part: str, attempts: int, share: Callable[[], float]
) -> AsyncIterator[None]:
    """Until the block ends: then the sky is clear and everybody is there. `share` says how much is done, 0 … 1."""
    wanted = max(FEWEST_KILLS, attempts // ATTEMPTS_PER_KILL)
    kills, faults = ground.fleet.kills, ground.proxy.faults.total()
    ground.proxy.weather = Weather.storm(FAULTS)
    killing = asyncio.create_task(_kill_and_start(ground, chance, wanted, share))
    try:
        yield
        await killing
    finally:
        killing.cancel()
        await ground.proxy.clear_up()
    board.expect_equal(f"{part}_kills", ground.fleet.kills - kills, wanted)
    faults = ground.proxy.faults.total() - faults
    board.expect(f"{part}_faults", faults, ">0", holds=faults > 0)
    board.expect_equal(f"{part}_requests_that_dynamodb_refuses", dict(ground.proxy.refusals), {})


@asynccontextmanager
async def watched(count: Callable[[], Awaitable[int]], board: Scoreboard, what: str, limit: int) -> AsyncIterator[None]:
    """Not for an instant is too much counted, as far as one who looks again and again can see."""
    highest = 0

    async def watch() -> None:
        nonlocal highest
        while True:
            highest = max(highest, await count())
            await asyncio.sleep(_LOOK_AGAIN_S)

    watching = asyncio.create_task(watch())
    try:
        yield
    finally:
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)
    board.expect_at_most(what, highest, limit)


async def _kill_and_start(ground: Ground, chance: random.Random, times: int, share: Callable[[], float]) -> None:
    for number in range(times):
        while share() < number / times:  # noqa: ASYNC110 - nobody tells of every step
            await asyncio.sleep(_LOOK_AGAIN_S)
        place = chance.randrange(len(ground.fleet.seats))
        await ground.fleet.kill(place)
        await asyncio.sleep(chance.uniform(0, 0.2))
        await ground.fleet.start_again(place)
