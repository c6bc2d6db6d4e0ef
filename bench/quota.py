"""`make bench-quota`: what a call of quota costs, in calls of its table and in CPU."""

import asyncio
import os
import random
import sys
import tempfile
import time
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
from tests.proofs.quota.books import agree
from tests.proofs.quota.callers import Call, Callers, open_callers
from tests.proofs.quota.fleet import Fleet, load_identities, open_fleet, quota_environment

from bench.goals import Scoreboard
from omnigen_local.addresses import CREDENTIALS
from omnigen_local.emulator import Emulator
from omnigen_local.environments import forget_accounts
from omnigen_quota.domain.months import adjacent_months, month_of
from omnigen_quota.service.switch import LOOK_EVERY_S
from omnigen_quota.store.usage import DynamoUsageTable
from omnigen_shared.clock import SystemClock

USERS: Final = tuple(f"user-{number}" for number in range(40))
AGREED: Final = tuple(f"agreed-{number}" for number in range(40))
"""Users with caps of their own."""
JOBS: Final = 10
"""Each user's: no more than a plan lets run at once."""
COST: Final = 1_000_000
OPERATIONS: Final = ("UpdateItem", "PutItem", "GetItem", "Query")
_UNSWEPT: Final = {"SWEEP_INTERVAL_S": "86400"}
"""What the patrol asks of the table is no call's cost."""


@dataclass(frozen=True)
class Cost:
    """Of one call, on average."""

    calls: dict[str, float]
    cpu_ms: float
    spare: float
    """Calls of the table that the process made meanwhile on behalf of nobody: it looks at the switch all the time."""

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
        before, cpu_s, started_s = Counter(self.proxy.calls), self.fleet.cpu_s(), time.monotonic()
        for call in calls:
            answer = await self.callers.ask(call)
            if not answer.is_yes:
                raise RuntimeError(f"{call.method} {call.path} was answered {answer.code}")
        made, looks = self.proxy.calls - before, (time.monotonic() - started_s) / LOOK_EVERY_S + 1
        return Cost(
            {name: made[name] / len(calls) for name in sorted(made.keys() | set(OPERATIONS))},
            (self.fleet.cpu_s() - cpu_s) / len(calls) * 1000,
            looks / len(calls),
        )


def main() -> int:
    """Measure, print the table, compare with the goals."""
    forget_accounts(os.environ)
    os.environ.update(CREDENTIALS)
    board = Scoreboard("bench-quota")
    with tempfile.TemporaryDirectory(prefix="omnigen-bench-quota-") as folder:
        costs = asyncio.run(_measure_all(Path(folder)))
    _print_table(costs)
    for name in ("reserve", "reserve, own caps"):
        goal, cost = name.replace(", ", "_").replace(" ", "_"), costs[name]
        if adjacent_months(SystemClock().now()):
            board.skip(f"{goal}_calls", "near_a_month's_border_the_other_month_is_read_too")
        else:
            board.expect_at_most(f"{goal}_calls", cost.all_calls, 2 + cost.spare)
        board.expect_equal(f"{goal}_updates", cost.calls["UpdateItem"], 1)
        board.expect_equal(f"{goal}_rows", cost.calls["PutItem"], 1)
    board.expect_equal("spend_updates", costs["spend"].calls["UpdateItem"], 1)
    board.expect_at_most("spend_calls", costs["spend"].all_calls, 2 + costs["spend"].spare)
    return board.conclude()


async def _measure_all(folder: Path) -> dict[str, Cost]:
    async with (
        Emulator(None, folder / "logs" / "emulator.log") as emulator,
        open_usage_table(emulator.url) as (client, name),
        TableProxy(emulator.url) as proxy,
        open_fleet(folder, {**quota_environment(folder, proxy.url, name), **_UNSWEPT}, 1) as fleet,
        open_callers(load_identities(folder), fleet.urls, random.Random(1)) as callers,  # noqa: S311 - no secret
    ):
        bench, month = Bench(callers, fleet, proxy), month_of(SystemClock().now())
        for user in AGREED:
            await agree(DynamoUsageTable(client, name, SystemClock()), user, concurrent_jobs=JOBS + 1)
        for user in (*USERS, *AGREED):
            await callers.ask(orders.reserve(user, "job_first", COST))
        return {
            "reserve": await bench.measure(_each(lambda user, job: orders.reserve(user, job, COST))),
            "reserve, own caps": await bench.measure(_each(lambda user, job: orders.reserve(user, job, COST), AGREED)),
            "reserve again": await bench.measure(_each(lambda user, job: orders.reserve(user, job, COST))),
            "spend": await bench.measure(_each(lambda user, job: orders.spend(user, month, job, "clip.1", COST // 2))),
            "settle": await bench.measure(_each(lambda user, job: orders.settle(user, month, job, "clip.1", 1))),
            "commit": await bench.measure(_each(lambda user, job: orders.commit(user, month, job))),
        }


def _each(make: Callable[[str, str], Call], users: Sequence[str] = USERS) -> list[Call]:
    return [make(user, f"job_{number}") for user in users for number in range(JOBS)]


def _print_table(costs: dict[str, Cost]) -> None:
    table = Table(title=f"quota, per call ({len(USERS) * JOBS} of each)")
    for column in ("", *OPERATIONS, "all calls", "CPU ms"):
        table.add_column(column, justify="left" if not column else "right")
    for name, cost in costs.items():
        numbers = (*(cost.calls[operation] for operation in OPERATIONS), cost.all_calls, cost.cpu_ms)
        table.add_row(name, *(f"{number:.2f}" for number in numbers))
    Console().print(table)


if __name__ == "__main__":
    sys.exit(main())
