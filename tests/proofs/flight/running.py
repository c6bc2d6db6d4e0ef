"""Many tiny jobs at once: all come to their end, however many wait for a worker of the Lambda."""

import asyncio
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final

from bench.goals import Scoreboard
from tests.integration.visitors import Visitor
from tests.proofs.load.ground import Ground, new_key

from omnigen_local.emulator import LAMBDA_WORKERS
from omnigen_local.provisioning import client_options
from omnigen_shared.aws.clients import open_session
from omnigen_shared.contracts.job import JobStatus

EACH: Final = 20
"""As many as a user of the largest plan may have at once."""
LOOK_S: Final = 3
TELL_S: Final = 30
ORDERED_WITHIN_S: Final = 120
S_PER_JOB: Final = 6
"""How long all may take, for each of them: twice what they need on two cores."""
SPARE_S: Final = 120
SETTINGS: Final[Mapping[str, Mapping[str, str]]] = {"jobs": {"DEADLINE_MARGIN_S": "1800"}}
"""All wait for each other."""
TERMINAL: Final = frozenset(status.value for status in JobStatus if status.is_terminal)


@dataclass
class Flight:
    """`jobs` by id: whose each is; `most` is how many were on their way at one time."""

    ground: Ground
    jobs: dict[str, Visitor] = field(default_factory=dict)
    refused: Counter[str] = field(default_factory=Counter)
    statuses: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)
    lost: set[str] = field(default_factory=set)
    most: int = 0

    async def order_all(self, count: int) -> None:
        """At once; who is asked to come again does so."""
        await self.ground.invite(-(-count // EACH))
        await asyncio.gather(*(self._order(number) for number in range(count)))

    async def _order(self, number: int) -> None:
        user, key = self.ground.users[number // EACH], new_key()
        until_s = time.monotonic() + ORDERED_WITHIN_S
        while time.monotonic() < until_s:
            answer = await self.ground.order(user, key, prompt=f"a harbour, seen for the {number}th time", seed=number)
            if answer.status == 202:
                self.jobs[answer.body["job_id"]] = user
                return
            self.refused[answer.told] += 1
            await asyncio.sleep(float(answer.retry_after or 1))

    async def look(self) -> None:
        """What has become of them by now, as their owners' lists say."""
        lists = await asyncio.gather(*(self.ground.list_jobs(user) for user in self.ground.users))
        found = {job["job_id"]: job for jobs in lists for job in jobs}
        self.lost = self.jobs.keys() - found.keys()
        self.statuses = Counter(job["status"] for job in found.values())
        self.reasons = Counter(job["problem"]["code"] for job in found.values() if job.get("problem"))
        self.most = max(self.most, self.open)

    @property
    def open(self) -> int:
        return sum(count for status, count in self.statuses.items() if status not in TERMINAL)


async def prove_flight(ground: Ground, board: Scoreboard, jobs: int) -> None:
    """Order, wait, count."""
    flight, began = Flight(ground), time.monotonic()
    ordering = asyncio.create_task(flight.order_all(jobs))
    until_s, told_s = began + SPARE_S + jobs * S_PER_JOB, began
    while time.monotonic() < until_s:
        await asyncio.sleep(LOOK_S)
        await flight.look()
        if ordering.done() and not flight.open:
            break
        if time.monotonic() - told_s >= TELL_S:
            told_s = time.monotonic()
            board.tell(f"{told_s - began:5.0f} s: {_describe(flight)}")
    await ordering
    took_s = time.monotonic() - began
    board.tell(f"{jobs} jobs took {took_s:.0f} s, {took_s / jobs:.2f} s each; {flight.most} were on their way at once")
    throttled = await count_throttles(ground)
    board.tell(
        f"{throttled} calls of the Lambda found all {LAMBDA_WORKERS} workers busy; while ordering: {_told(flight)}"
    )
    board.expect_equal("flight.ordered", len(flight.jobs), jobs)
    board.expect("flight.at_once", flight.most, f">={jobs}", holds=flight.most >= jobs)
    board.expect_equal("flight.lost", len(flight.lost), 0)
    board.expect_equal("flight.open", flight.open, 0)
    board.expect_equal("flight.completed", flight.statuses["completed"], jobs)


def _describe(flight: Flight) -> str:
    told = ", ".join(f"{count} {status}" for status, count in flight.statuses.most_common())
    return f"{told}{''.join(f', {count} {code}' for code, count in flight.reasons.items())}"


def _told(flight: Flight) -> str:
    return ", ".join(f"{count} times {what}" for what, count in flight.refused.items()) or "nobody was refused"


async def count_throttles(ground: Ground) -> int:
    """As CloudWatch has them."""
    now = datetime.now(UTC)
    async with open_session().create_client(
        "cloudwatch", **client_options(ground.stack.record().emulator_url)
    ) as client:
        answer = await client.get_metric_statistics(
            Namespace="AWS/Lambda",
            MetricName="Throttles",
            StartTime=now - timedelta(hours=2),
            EndTime=now + timedelta(minutes=1),
            Period=7200,
            Statistics=["Sum"],
        )
    return sum(int(point["Sum"]) for point in answer["Datapoints"])
