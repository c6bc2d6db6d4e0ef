"""What an order and a list cost as a user's history grows tenfold: calls of the tables, and CPU."""

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Any, Final

from bench.goals import Scoreboard
from rich.table import Table
from tests.fakes.emulated_jobs import TableStore, open_jobs_table
from tests.fakes.emulated_usage import open_usage_table
from tests.fakes.job_history import CallCounter, fill
from tests.fakes.jobs_bench import BODY, JobsBench, open_http
from tests.fakes.quota_bench import QuotaBench

from omnigen_quota.domain.plans import plan_named
from omnigen_quota.store.usage import DynamoUsageTable
from omnigen_shared.contracts.spending import PlanName

FEW: Final = 100
MANY: Final = 1_000
TIMES: Final = 40
MOST: Final = 1.1
NO_LIMIT: Final = 10**6
COST: Final = 1_000


@dataclass(frozen=True, slots=True)
class Cost:
    """Of one time, on average."""

    calls: float
    items: float
    cpu_ms: float


Costs = dict[str, Cost]


async def prove_history(emulator_url: str, board: Scoreboard) -> Table:
    """The figures; the goals are the calls and items, since CPU depends on what else a machine does."""
    few, many = await _measure_jobs(emulator_url)
    quota_few, quota_many = await _measure_quota(emulator_url)
    few, many = few | quota_few, many | quota_many
    for what in few:
        name = f"history.{what.replace(' ', '_')}"
        board.expect_at_most(f"{name}_calls_ratio", round(many[what].calls / few[what].calls, 3), MOST)
        board.expect_at_most(f"{name}_items_ratio", round(many[what].items / few[what].items, 3), MOST)
    return _draw(few, many)


async def _measure_jobs(emulator_url: str) -> tuple[Costs, Costs]:
    async with open_jobs_table(emulator_url) as access:
        counter = CallCounter()
        counter.watch(access._client)
        bench = JobsBench(store=TableStore(access))
        costs = []
        async with open_http(bench) as http:
            for numbers in (range(FEW), range(FEW, MANY)):
                await fill(access._client, access.table, numbers)
                order = await _measure(counter, lambda: _expect(http.post("/api/v1/jobs", json=BODY), 202))
                page = await _measure(counter, lambda: _expect(http.get("/api/v1/jobs"), 200))
                costs.append({"order": order, "list": page})
        return costs[0], costs[1]


async def _measure_quota(emulator_url: str) -> tuple[Costs, Costs]:
    """A user's month that has so many videos in it already."""
    plan = replace(plan_named(PlanName.ENTERPRISE), videos_per_month=NO_LIMIT, concurrent_jobs=NO_LIMIT)
    async with open_usage_table(emulator_url) as (client, table):
        counter = CallCounter()
        counter.watch(client)
        bench = QuotaBench(plan=plan)
        bench.table = DynamoUsageTable(client, table, bench.clock)  # type: ignore[assignment]
        bench.__post_init__()
        costs, number = [], 0

        async def one() -> None:
            nonlocal number
            number += 1
            await bench.reserve(f"job_{number}", COST)
            await bench.commit(f"job_{number}")

        for history in (FEW, MANY):
            while number < history:
                await one()
            costs.append({"reserve and commit": await _measure(counter, one)})
        return costs[0], costs[1]


async def _expect(asking: Awaitable[Any], status: int) -> None:
    answer = await asking
    if answer.status_code != status:
        raise RuntimeError(f"answered {answer.status_code}: {answer.text[:300]}")


async def _measure(counter: CallCounter, act: Callable[[], Awaitable[None]]) -> Cost:
    await act()
    counter.forget()
    began_s = time.process_time()
    for _ in range(TIMES):
        await act()
    cpu_s = time.process_time() - began_s
    calls, items = counter.forget()
    return Cost(len(calls) / TIMES, items / TIMES, cpu_s / TIMES * 1000)


def _draw(few: Costs, many: Costs) -> Table:
    table = Table(title=f"cost of one, with {FEW} and with {MANY:,} jobs before it")
    for column in ("", "calls", "items read", "CPU ms", "CPU ratio"):
        table.add_column(column, justify="left" if not column else "right")
    for what, cost in few.items():
        more = many[what]
        table.add_row(
            what,
            f"{cost.calls:.2f} → {more.calls:.2f}",
            f"{cost.items:.2f} → {more.items:.2f}",
            f"{cost.cpu_ms:.1f} → {more.cpu_ms:.1f}",
            f"{more.cpu_ms / cost.cpu_ms:.2f}",
        )
    return table
