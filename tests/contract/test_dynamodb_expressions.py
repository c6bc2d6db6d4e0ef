"""What is sent to DynamoDB is what the real one accepts; the emulator is too lenient to prove it.

Every contract test's client is held to the same rules: here the whole of quota is walked through, and each update is
also held against the item that it meets.
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest
from tests.fakes.dynamodb.effects import check_effect
from tests.fakes.dynamodb.grammar import CLAUSES
from tests.fakes.dynamodb.strict import Strictness
from tests.fakes.dynamodb.words import RefusedError
from tests.fakes.emulated_jobs import open_jobs_table
from tests.fakes.emulated_usage import USAGE, open_usage_table
from tests.fakes.quota_bench import USER, a_request

from omnigen_quota.domain.bookings import BookingMark
from omnigen_quota.domain.plans import FREE
from omnigen_quota.service.accounts import QuotaService
from omnigen_quota.service.agreements import Agreements
from omnigen_quota.service.auditing import Auditor
from omnigen_quota.service.leasing import RateService
from omnigen_quota.service.operating import Operator
from omnigen_quota.service.patrol import Patrol
from omnigen_quota.service.rounds import Place
from omnigen_quota.store.leases import DynamoRateTable
from omnigen_quota.store.usage import DynamoUsageTable
from omnigen_shared.contracts.rates import RateLeaseRequest
from omnigen_shared.testing.clock import FrozenClock

GATEWAY = "gateway1"


class LookingClient:
    """Looks at the item before each update that is made: has it a place for what is done?"""

    def __init__(self, client: Any) -> None:
        self._client = client

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)

    async def update_item(self, **arguments: Any) -> Any:
        found = await self._client.get_item(TableName=arguments["TableName"], Key=arguments["Key"], ConsistentRead=True)
        reply = await self._client.update_item(**arguments)
        check_effect(arguments, found.get("Item", {}))
        return reply


@dataclass
class Walk:
    """Quota over a table that looks at everything."""

    strictness: Strictness
    clock: FrozenClock
    table: DynamoUsageTable
    rates: DynamoRateTable

    def shapes(self) -> set[str]:
        """Operations, those of updates with their clauses."""
        return {
            " ".join((name, *(clause for clause in CLAUSES if clause in params.get("UpdateExpression", ""))))
            for name, params in self.strictness.seen
        }


@pytest.fixture
async def walk(emulator_url: str) -> AsyncIterator[Walk]:
    async with open_usage_table(emulator_url) as (client, name):
        strictness, clock = Strictness(USAGE), FrozenClock()
        strictness.watch(client)
        looking: Any = LookingClient(client)
        yield Walk(strictness, clock, DynamoUsageTable(looking, name, clock), DynamoRateTable(looking, name))


async def test_all_that_quota_sends_is_accepted(walk: Walk) -> None:
    quota, operator = QuotaService(walk.table, walk.clock), Operator(walk.table, walk.clock)
    await operator.set_deployment_caps(10**9, 10**10)
    for day in range(4):
        await live_a_job(quota, f"job_{day}", BookingMark.RELEASED if day % 2 else BookingMark.COMMITTED)
        await operator.set_caps(USER, {"videos_per_month": None if day % 2 else 50})
        walk.clock.advance(30 * 3600)
    await quota.reserve(USER, FREE, "job_0", a_request())
    await operator.pause(paused=True)
    walk.clock.advance(3600)
    await Patrol(walk.table, walk.clock, 300).take_turn()
    await operator.set_deployment_caps(None, None)
    assert (await Auditor(walk.table).audit(USER)).findings == ()
    await quota.get_usage(USER)
    assert await walk.table.list_users() == [USER]
    shapes = walk.shapes()
    assert {"PutItem", "GetItem", "Query", "Scan", "UpdateItem SET", "UpdateItem SET REMOVE"} <= shapes
    assert "UpdateItem REMOVE" in shapes


async def live_a_job(quota: QuotaService, job_id: str, mark: BookingMark) -> None:
    place = Place(USER, (await quota.reserve(USER, FREE, job_id, a_request())).month, job_id)
    for name in ("scene-01.1", "music.1", "late.1"):
        await quota.spend(place, name, 5)
    await quota.settle(place, "scene-01.1", 4)
    await quota.refund(place, "music.1")
    await quota.close(place, mark)
    await quota.settle(place, "late.1", 3)


async def test_all_that_rate_leases_send_is_accepted(walk: Walk) -> None:
    rates = RateService(walk.rates, Agreements(walk.table, walk.clock), walk.clock)
    for gateway in ("gone0001", "gone0002", GATEWAY):
        await rates.lease(USER, FREE, RateLeaseRequest(gateway_id=gateway, number=1))
    walk.clock.advance(240)
    await rates.lease(USER, FREE, RateLeaseRequest(gateway_id=GATEWAY, number=2))
    walk.clock.advance(240)
    lease = await rates.lease(USER, FREE, RateLeaseRequest(gateway_id=GATEWAY, number=3))
    again = RateLeaseRequest(gateway_id=GATEWAY, number=4, window=lease.window, give_back=lease.size)
    assert (await rates.lease(USER, FREE, again)).size
    assert {"UpdateItem SET", "UpdateItem SET REMOVE"} <= walk.shapes()


async def test_the_jobs_table_is_held_to_the_same_rules(emulator_url: str) -> None:
    async with open_jobs_table(emulator_url) as access:
        with pytest.raises(RefusedError, match="reserved keyword: status"):
            await access.query_page(
                {
                    "KeyConditionExpression": "pk = :pk",
                    "FilterExpression": "status = :pk",
                    "ExpressionAttributeValues": {":pk": {"S": "JOB#1"}},
                }
            )
