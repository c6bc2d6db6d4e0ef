"""`make prove-outages`: each dependency throttles, refuses connections or keeps silent; every public route is asked.

With the real delays: how long until the last of them is answered, and how long until all are as before.
"""

import asyncio
import logging
import os
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import structlog
from bench.goals import Scoreboard
from tests.fakes.emulated_usage import open_usage_table
from tests.fakes.outage_world import Dependency, World, open_world
from tests.fakes.outages import Outage
from tests.fakes.own_routes import Case
from tests.proofs.outages.table import NEEDS, ROUTES, prepare

from omnigen_local.addresses import CREDENTIALS, REGION
from omnigen_local.emulator import Emulator

ANSWERED_WITHIN_S: Final = 30.0
"""What a client has to wait at most: as long as the gateway waits for a service that keeps silent."""
BACK_WITHIN_S: Final = 10.0
AT_ONCE: Final = 4
UNAVAILABLE: Final = 503
STILL_AWAY: Final = {503, 504}
GIVEN_UP_S: Final = 60.0


@dataclass(frozen=True, slots=True)
class Seen:
    """Of all routes that need it: when the last was answered, which were answered otherwise, when the last was back."""

    answered_s: float
    others: Sequence[str]
    back_s: float


def main() -> int:
    board = Scoreboard("prove-outages")
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    os.environ.update({**CREDENTIALS, "AWS_DEFAULT_REGION": REGION})
    asyncio.run(_prove(board))
    return board.conclude()


async def _prove(board: Scoreboard) -> None:
    seats = asyncio.Semaphore(AT_ONCE)
    with tempfile.TemporaryDirectory(prefix="omnigen-prove-outages-") as folder:
        async with Emulator(state_dir=None, log_path=Path(folder) / "emulator.log") as emulator:

            async def show(away: Dependency, outage: Outage) -> None:
                async with (
                    seats,
                    open_usage_table(emulator.url) as (_, name),
                    open_world(away, (emulator.url, name)) as world,
                ):
                    _judge(board, away, outage, await _watch(world, away, outage))

            await asyncio.gather(*(show(away, outage) for away in Dependency for outage in Outage))


async def _watch(world: World, away: Dependency, outage: Outage) -> Seen:
    routes = [case for case in ROUTES if NEEDS[away](case)]
    prepare(world)
    await world.front.fall(outage)
    answers = await asyncio.gather(*(_ask(world, case) for case in routes))
    await world.front.rise()
    risen_s = time.monotonic()
    backs = await asyncio.gather(*(_wait_for(world, case, risen_s) for case in routes))
    others = [f"{case} {status}" for case, (status, _) in zip(routes, answers, strict=True) if status != UNAVAILABLE]
    return Seen(max((took for _, took in answers), default=0), others, max(backs, default=0))


async def _ask(world: World, case: Case) -> tuple[int, float]:
    """Its status (0 for a 503 that does not say when to come again) and the seconds that it took."""
    began_s = time.monotonic()
    answer = await world.api.ask(case.method, case.target, case.body)
    says_when = answer.status != UNAVAILABLE or int(answer.header("retry-after") or 0) > 0
    return answer.status if says_when else 0, time.monotonic() - began_s


async def _wait_for(world: World, case: Case, risen_s: float) -> float:
    """Seconds from the dependency's return to that of the route."""
    while time.monotonic() - risen_s < GIVEN_UP_S:
        status, _ = await _ask(world, case)
        if status not in {*STILL_AWAY, 0}:
            break
        await asyncio.sleep(0.5)
    return time.monotonic() - risen_s


def _judge(board: Scoreboard, away: Dependency, outage: Outage, seen: Seen) -> None:
    name = f"{away}.{outage}"
    routes = sum(1 for case in ROUTES if NEEDS[away](case))
    board.tell(
        f"{name}: {routes} routes, the last answer after {seen.answered_s:.1f} s, back after {seen.back_s:.1f} s"
    )
    board.expect_equal(f"{name}.otherwise_answered", list(seen.others), [])
    board.expect_at_most(f"{name}.answered_s", seen.answered_s, ANSWERED_WITHIN_S)
    board.expect_at_most(f"{name}.back_s", seen.back_s, BACK_WITHIN_S)


if __name__ == "__main__":
    sys.exit(main())
