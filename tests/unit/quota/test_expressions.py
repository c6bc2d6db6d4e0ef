"""What is sent to DynamoDB is what the real one accepts; the emulator is too lenient to prove it."""

from typing import Any

import pytest
from tests.fakes.dynamodb.requests import Schema, check_request
from tests.fakes.dynamodb.values import size_of_item
from tests.fakes.quota_bench import QuotaBench

from omnigen_quota.domain.bookings import Booking, BookingMark, Intent, IntentMark, Tombstone, booking_path
from omnigen_quota.domain.lending import KEPT
from omnigen_quota.domain.plans import ENTERPRISE
from omnigen_quota.domain.tidying import MAX_TOMBSTONES
from omnigen_quota.domain.updates import Add, AtMost, Equals, Missing, Put, Remove, Update
from omnigen_quota.service.operating import Operator
from omnigen_quota.service.patrol import Patrol
from omnigen_quota.store.expressions import render_update
from omnigen_quota.store.items import month_key
from omnigen_shared.aws.items import to_item

MAX_ITEM_BYTES = 100_000


async def collect_updates() -> list[Update]:
    """Every kind of update that the service makes, over a full life and a forgotten past."""
    bench = QuotaBench()
    operator = Operator(bench.table, bench.clock)
    for n in range(3):
        if n == 1:
            await operator.set_deployment_caps(100_000_000, None)
            await operator.set_caps("user-1", {"videos_per_month": 20})
        bench.clock.advance(30 * 3600)
        job_id = f"job_{n}"
        await bench.reserve(job_id)
        for name in ("scene-01.1", "music.1", "late.1"):
            await bench.spend(job_id, name, 5)
        await bench.settle(job_id, "scene-01.1", 4)
        await bench.refund(job_id, "music.1")
        await (bench.release if n % 2 else bench.commit)(job_id)
        await bench.settle(job_id, "late.1", 3)
    await bench.reserve("job_0")
    bench.clock.advance(KEPT.total_seconds() + 1)
    await Patrol(bench.table, bench.clock, 300).go_round()
    return bench.table.updates


async def test_every_update_is_one_that_dynamodb_takes() -> None:
    updates = await collect_updates()
    touched = {action.path[0] for update in updates for action in update.actions}
    assert {"loan", "terms", "lent", "days", "pending"} <= touched
    assert any(isinstance(action, Remove) for update in updates for action in update.actions)
    for update in updates:
        check_request("UpdateItem", {"Key": month_key("user-1", "2026-11"), **render_update(update)}, Schema())


def test_an_update_is_rendered_whole() -> None:
    update = Update(
        (Missing(("a", "b")), Equals(("a", "state"), "open"), AtMost(("n",), 3)),
        (Put(("a", "b"), {"amount": 1}), Add(("n",), -2), Remove(("c",))),
    )
    assert render_update(update) == {
        "ConditionExpression": "attribute_not_exists(#n0.#n1) AND #n0.#n2 = :v0 AND #n3 <= :v1",
        "UpdateExpression": "SET #n0.#n1 = :v2, #n3 = #n3 + :v3 REMOVE #n4",
        "ExpressionAttributeNames": {"#n0": "a", "#n1": "b", "#n2": "state", "#n3": "n", "#n4": "c"},
        "ExpressionAttributeValues": {
            ":v0": {"S": "open"},
            ":v1": {"N": "3"},
            ":v2": {"M": {"amount": {"N": "1"}}},
            ":v3": {"N": "-2"},
        },
    }


def test_an_update_may_only_remove() -> None:
    update = Update((Missing(("a",)),), (Remove(("b",)), Remove(("c",))))
    assert render_update(update)["UpdateExpression"] == "REMOVE #n1, #n2"


@pytest.mark.parametrize("mark", IntentMark)
def test_the_fullest_month_stays_under_a_quarter_of_what_an_item_may_have(mark: IntentMark) -> None:
    at = "2026-11-24T12:00:00.000000Z"
    calls = ["plan.1", "music.1", *(f"scene-{n:02}.1" for n in range(1, 61))]
    cost = ENTERPRISE.spend_per_month_microusd
    intents = {call: Intent(cost, mark, cost) for call in calls}
    running = Booking(cost, 1, at, cost, intents=intents).to_map()
    entries: dict[str, Any] = {f"job_{n:032x}": running for n in range(ENTERPRISE.concurrent_jobs)}
    tombstone = Tombstone(BookingMark.COMMITTED, at).to_map()
    entries |= {f"job_{n:032x}": tombstone for n in range(100, 100 + MAX_TOMBSTONES)}
    assert size_of_item(to_item({booking_path("")[0]: entries})) < MAX_ITEM_BYTES
