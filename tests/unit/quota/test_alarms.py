"""What operators hear of the deployment's caps: half of one, most of one, all of one, and whom one turns away."""

import pytest
import structlog
from tests.fakes.counters import FakeCounter
from tests.fakes.quota_deployment import USD, Deployment

from omnigen_quota.service import lending
from omnigen_shared.errors import QuotaExceededError


@pytest.fixture
def world() -> Deployment:
    return Deployment()


async def test_half_of_a_cap_sounds_an_alarm_once(world: Deployment, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lending, "_reached", counter := FakeCounter())
    await world.cap(per_day=10 * USD)
    with structlog.testing.capture_logs() as logs:
        for n in range(10):
            await world.book(f"user-{n}", "job_1")
    told = [(entry["cap"], entry["percent"]) for entry in logs if entry["event"] == "deployment_spend_reached"]
    assert told == [("deployment_spend_per_day", percent) for percent in (50, 80, 100)]
    assert counter.counted == {
        (("cap", "deployment_spend_per_day"), ("percent", percent)): 1 for percent in (50, 80, 100)
    }


async def test_what_was_spent_before_a_cap_sounds_it_too(world: Deployment) -> None:
    await world.book("ann", "job_1", 6 * USD)
    with structlog.testing.capture_logs() as logs:
        await world.cap(per_month=10 * USD)
    (alarm,) = logs
    assert (alarm["event"], alarm["cap"], alarm["percent"]) == (
        "deployment_spend_reached",
        "deployment_spend_per_month",
        50,
    )


async def test_whom_the_deployments_cap_turns_away_is_told_to_operators(
    world: Deployment, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lending, "_turned_away", counter := FakeCounter())
    await world.cap(per_month=10 * USD)
    with structlog.testing.capture_logs() as logs, pytest.raises(QuotaExceededError):
        await world.book("ann", "job_1", 11 * USD)
    (alarm,) = logs
    assert (alarm["event"], alarm["cap"], alarm["used"]) == (
        "deployment_spend_refused",
        "deployment_spend_per_month",
        "0.00",
    )
    assert counter.counted == {(("cap", "deployment_spend_per_month"),): 1}
