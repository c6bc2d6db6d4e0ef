"""The provider is there, then gone for good: the job fails within its deadline, says why, keeps and gives back."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from tests.integration.visitors import Visitor, sign_visitor_in

from omnigen_local.demo.accounts import UserPool
from omnigen_local.demo.client import GatewayClient
from omnigen_local.stack import LocalStack, StackPlan
from omnigen_shared.contracts.spending import PlanName

MARGIN_S = 1
RESERVE_S = 25
"""Beginning nothing in the last 25 s leaves such a job some 16 s for its work."""
OVERRIDES = {"jobs": {"DEADLINE_MARGIN_S": str(MARGIN_S)}, "generator": {"DEADLINE_RESERVE_S": str(RESERVE_S)}}
ORDER: dict[str, Any] = {
    "prompt": "a film in several scenes about a lighthouse and the sea [[sim:slow=600@2]]",
    "duration_s": 12,
    "music": False,
}


@asynccontextmanager
async def open_stack(folder: Path) -> AsyncIterator[tuple[Visitor, Visitor]]:
    """A visitor of a stack with short deadlines, and one of its provider's own calls."""
    async with LocalStack(StackPlan(folder / "state", folder / "logs", overrides=OVERRIDES)) as stack:
        record = stack.record()
        pool = UserPool(record.emulator_url, record.user_pool_id, record.user_pool_client_id)
        yield await sign_visitor_in(record.gateway_url, pool, PlanName.FREE), Visitor(record.simulator_url)


def scene_states(job: dict[str, Any]) -> dict[int, str]:
    return {scene["number"]: scene["state"] for scene in job["scenes"]}


@pytest.mark.parametrize("fault", ["down", "unreachable"])
async def test_a_provider_that_goes_away_ends_the_job_in_time(tmp_path: Path, fault: str) -> None:
    async with open_stack(tmp_path) as (visitor, provider):
        accepted = await visitor.order(**ORDER)
        assert accepted.status == 202, accepted.raw
        links = accepted.body["links"]
        async with GatewayClient(visitor.gateway_url, visitor.token) as gateway:
            prepared: set[int] = set()
            async for event in gateway.follow(links["events"]):
                if event.type == "scene.changed" and event.data["state"] == "prepared":
                    prepared.add(event.data["number"])
                    if prepared != {1, 3}:
                        continue
                    assert (await provider.call("POST", "/_simulator/faults", {"faults": fault})).status == 200
        job = (await visitor.call("GET", links["self"])).body
        receipt = (await visitor.call("GET", links["receipt"])).body
        usage = (await visitor.call("GET", "/api/v1/usage")).body
    problem = job["problem"]
    assert job["status"] == "failed"
    assert (problem["code"], problem["stage"], problem["scene"]) == ("provider_unreachable", "generating", 2)
    assert problem["provider_id"]
    assert problem["remedy"]
    assert job["updated_at"] < job["deadline_at"]
    states = scene_states(job)
    assert states == {1: "prepared", 2: "failed", 3: "prepared"}
    open_calls = [call for call in receipt["calls"] if call["charged_usd"] is None]
    assert {call["what"] for call in open_calls} == {"clip of scene 2"}
    assert (usage["videos"]["used"], usage["videos"]["reserved"]) == (0, 0)
    assert Decimal(usage["spend"]["reserved_usd"]) == sum(Decimal(call["price_usd"]) for call in open_calls)
    assert usage["spend"]["spent_usd"] == receipt["total_usd"] == job["cost"]["spent_usd"]
