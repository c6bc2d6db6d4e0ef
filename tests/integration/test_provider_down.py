"""The provider is there, then gone for good: the job fails within its deadline, says why, keeps and gives back."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from tests.integration.conftest import run_stack
from tests.integration.visitors import Visitor, visit

from omnigen_local.demo.client import GatewayClient
from omnigen_local.stack import LocalStack

MARGIN_S = 20
RESERVE_S = 25
"""Beginning nothing in the last 25 s leaves such a job some 35 s for its work."""
OVERRIDES = {"jobs": {"DEADLINE_MARGIN_S": str(MARGIN_S)}, "generator": {"DEADLINE_RESERVE_S": str(RESERVE_S)}}
ORDER: dict[str, Any] = {
    "prompt": "a film in several scenes about a lighthouse and the sea [[sim:slow=600@2]]",
    "duration_s": 12,
    "music": False,
}


@pytest.fixture(scope="module")
def short_lived(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalStack]:
    """A stack with short deadlines."""
    with run_stack(tmp_path_factory.mktemp("stack"), OVERRIDES) as stack:
        yield stack


def scene_states(job: dict[str, Any]) -> dict[int, str]:
    return {scene["number"]: scene["state"] for scene in job["scenes"]}


@pytest.mark.parametrize("fault", ["down", "unreachable"])
async def test_a_provider_that_goes_away_ends_the_job_in_time(short_lived: LocalStack, fault: str) -> None:
    visitor = await visit(short_lived)
    provider = Visitor(short_lived.record().simulator_url)
    try:
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
    finally:
        await provider.call("DELETE", "/_simulator/faults")
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
