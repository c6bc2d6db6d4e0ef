"""The deployment's caps on DynamoDB's adapter: many users of several processes at once, and processes that die."""

import asyncio
import contextlib
import random
from collections.abc import AsyncIterator
from typing import Any, Final

import pytest
from tests.fakes.emulated_usage import FaultyClient, lost_reply, open_usage_table
from tests.fakes.quota_bench import MONTH, a_request

from omnigen_quota.domain.bookings import BookingMark
from omnigen_quota.domain.lending import KEPT, DeploymentRules
from omnigen_quota.domain.plans import PRO
from omnigen_quota.service.accounts import QuotaService
from omnigen_quota.service.auditing import Auditor
from omnigen_quota.service.patrol import Patrol
from omnigen_quota.service.rounds import Place
from omnigen_quota.store.usage import DynamoUsageTable
from omnigen_shared.errors import DependencyUnavailableError, NotFoundError, QuotaExceededError
from omnigen_shared.testing.clock import FrozenClock

USD: Final = 1_000_000
CAP: Final = 20
USERS: Final = 10


class Deployment:
    """Three processes, each behind a client that loses a reply now and then."""

    def __init__(self, client: Any, name: str) -> None:
        self.clock = FrozenClock()
        self.table = DynamoUsageTable(client, name, self.clock)
        self.clients = [FaultyClient(client) for _ in range(3)]
        self.processes = [
            QuotaService(DynamoUsageTable(faulty, name, self.clock), self.clock)  # type: ignore[arg-type]
            for faulty in self.clients
        ]

    async def book(self, n: int) -> str:
        """How it ended: the cap's name for a refusal."""
        if n % 9 == 0:
            self.clients[n % 3].after.append(lost_reply())
        try:
            await self.processes[n % 3].reserve(f"user-{n % USERS}", PRO, f"job_{n}", a_request(USD))
        except QuotaExceededError as refusal:
            return str(refusal.details["cap"])
        except DependencyUnavailableError:
            return "unknown"
        return "admitted"

    async def count_booked(self) -> int:
        """The truth: what users' months say."""
        months = [await self.table.find_month(f"user-{n}", MONTH) for n in range(USERS)]
        return sum(len(month.bookings) for month in months if month is not None)


@pytest.fixture
async def deployment(emulator_url: str) -> AsyncIterator[Deployment]:
    async with open_usage_table(emulator_url) as (client, name):
        deployment = Deployment(client, name)
        await deployment.table.set_caps(CAP * USD, CAP * USD)
        assert await deployment.table.find_rules() == DeploymentRules(False, CAP * USD, CAP * USD)
        yield deployment


async def test_all_users_at_once_get_exactly_the_cap(deployment: Deployment) -> None:
    numbers = list(range(3 * CAP))
    random.Random(1).shuffle(numbers)  # noqa: S311 - an order, no secret
    ends = await asyncio.gather(*(deployment.book(n) for n in numbers))
    assert set(ends) <= {"admitted", "unknown", "concurrent_jobs", "deployment_spend_per_month"}
    assert await deployment.count_booked() <= CAP
    assert await Auditor(deployment.table).audit_deployment(MONTH) == ()
    await _fill(deployment)
    assert await deployment.count_booked() == CAP
    assert await Auditor(deployment.table).audit_deployment(MONTH) == ()


async def test_what_is_given_back_is_lent_again(deployment: Deployment) -> None:
    await asyncio.gather(*(deployment.book(n) for n in range(2 * CAP)))
    for faulty in deployment.clients:
        faulty.after.clear()
    for n in range(2 * CAP):
        await _end(deployment, Place(f"user-{n % USERS}", MONTH, f"job_{n}"))
    await _patrol(deployment)
    lent = await deployment.table.find_deployment(MONTH)
    assert lent is not None
    assert (lent.lent, sum(lent.days.values()), lent.pending) == (0, 0, {})
    for n in range(USERS):
        assert (await Auditor(deployment.table).audit(f"user-{n}")).findings == ()


async def _fill(deployment: Deployment) -> None:
    """What lies idle is brought back, and whoever has room takes it."""
    await _patrol(deployment)
    for n in range(1000, 1000 + 6 * USERS):
        await deployment.book(n)


async def _end(deployment: Deployment, place: Place) -> None:
    with contextlib.suppress(NotFoundError):  # it was refused
        await deployment.processes[0].close(place, BookingMark.RELEASED)


async def _patrol(deployment: Deployment) -> None:
    for faulty in deployment.clients:
        faulty.after.clear()
    deployment.clock.advance(KEPT.total_seconds() + 1)
    await Patrol(deployment.table, deployment.clock, 300).go_round()
