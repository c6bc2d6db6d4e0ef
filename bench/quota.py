"""`make bench-quota`: what a call of quota costs, in calls of its table and in CPU."""

import asyncio
import os
import random
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.table import Table
from tests.fakes.emulated_usage import open_usage_table
from tests.fakes.table_proxy import TableProxy
from tests.proofs.quota import orders
from tests.proofs.quota.callers import Call, Callers, open_callers
from tests.proofs.quota.fleet import Fleet, load_identities, open_fleet, quota_environment

from bench.goals import Scoreboard
from omnigen_local.addresses import CREDENTIALS
from omnigen_local.emulator import Emulator
from omnigen_local.environments import forget_accounts
from omnigen_quota.domain.months import adjacent_months, month_of
from omnigen_shared.clock import SystemClock

USERS: Final = 40
JOBS: Final = 10
"""Each user's: no more than a plan lets run at once."""
COST: Final = 1_000_000
OPERATIONS: Final = ("UpdateItem", "PutItem", "GetItem", "Query")
_SPARE: Final = 0.05
"""What a process asks of its table every few seconds on behalf of nobody, spread over many calls."""


@dataclass(frozen=True)
class Cost:
    """Of one call, on average."""

    calls: dict[str, float]
    cpu_ms: float

    @property
    def all_calls(self) -> float:
        return sum(self.calls.values())


@dataclass(frozen=True)
class Bench:
    """One quota process, one client, and the proxy that counts."""

    callers: Callers
    fleet: Fleet
    proxy: TableProxy

    async def measure(self, calls: Sequence[Call]) -> Cost:
        """One after the other; all of them must be answered by yes."""
        before, cpu_s = Counter(self.proxy.calls), self.fleet.cpu_s()
        for call in calls:
            answer = await self.callers.ask(call)
            if not answer.is_yes:
                raise RuntimeError(f"{call.method} {call.path} was answered {answer.code}")
        made = self.proxy.calls - before
        return Cost(
            {name: made[name] / len(calls) for name in sorted(made.keys() | set(OPERATIONS))},
            (self.fleet.cpu_s() - cpu_s) / len(calls) * 1000,
        )


def main() -> int:
    """Measure, print the table, compare with the goals."""
    forget_accounts(os.environ)
    os.environ.update(CREDENTIALS)
    board = Scoreboard("bench-quota")
    with tempfile.TemporaryDirectory(prefix="omnigen-bench-quota-") as folder:
        costs = asyncio.run(_measure_all(Path(folder)))
    _print_table(costs)
    if adjacent_months(SystemClock().now()):
        board.skip("reserve_calls", "near_a_month's_border_the_other_month_is_read_too")
    else:
        board.expect_at_most("reserve_calls", costs["reserve"].all_calls, 2 + _SPARE)
    board.expect_equal("reserve_updates", costs["reserve"].calls["UpdateItem"], 1)
    board.expect_equal("reserve_rows", costs["reserve"].calls["PutItem"], 1)
    board.expect_equal("spend_updates", costs["spend"].calls["UpdateItem"], 1)
    board.expect_at_most("spend_calls", costs["spend"].all_calls, 2 + _SPARE)
    return board.conclude()


async def _measure_all(folder: Path) -> dict[str, Cost]:
    async with (
        Emulator(None, folder / "logs" / "emulator.log") as emulator,
        open_usage_table(emulator.url) as (_, name),
        TableProxy(emulator.url) as proxy,
        open_fleet(folder, quota_environment(folder, proxy.url, name), 1) as fleet,
        open_callers(load_identities(folder), fleet.urls, random.Random(1)) as callers,  # noqa: S311 - no secret
    ):
        bench, month = Bench(callers, fleet, proxy), month_of(SystemClock().now())
        for user in _users():
            await callers.ask(orders.reserve(user, "job_first", COST))
        return {
            "reserve": await bench.measure(_each(lambda user, job: orders.reserve(user, job, COST))),
            "reserve again": await bench.measure(_each(lambda user, job: orders.reserve(user, job, COST))),
            "spend": await bench.measure(_each(lambda user, job: orders.spend(user, month, job, "clip.1", COST // 2))),
            "settle": await bench.measure(_each(lambda user, job: orders.settle(user, month, job, "clip.1", 1))),
            "commit": await bench.measure(_each(lambda user, job: orders.commit(user, month, job))),
        }


def _users() -> list[str]:
    return [f"user-{number}" for number in range(USERS)]


def _each(make: Callable[[str, str], Call]) -> list[Call]:
    return [make(user, f"job_{number}") for user in _users() for number in range(JOBS)]


def _print_table(costs: dict[str, Cost]) -> None:
    table = Table(title=f"quota, per call ({USERS * JOBS} of each)")
    for column in ("", *OPERATIONS, "all calls", "CPU ms"):
        table.add_column(column, justify="left" if not column else "right")
    for name, cost in costs.items():
        numbers = (*(cost.calls[operation] for operation in OPERATIONS), cost.all_calls, cost.cpu_ms)
        table.add_row(name, *(f"{number:.2f}" for number in numbers))
    Console().print(table)


if __name__ == "__main__":
    sys.exit(main())
