"""Every public route while something that it depends on throttles, refuses connections or keeps silent.

It answers within its deadline, by 503 with Retry-After where it cannot do without, and by itself once that is back.
All delays are shortened together; `make prove-outages` shows the real ones.
"""

import asyncio
from collections.abc import AsyncIterator
from typing import Final

import pytest
from tests.fakes.emulated_usage import open_usage_table
from tests.fakes.outage_world import Dependency, UsageTable, World, open_world
from tests.fakes.outages import Outage
from tests.fakes.own_routes import Case
from tests.fakes.public_api import list_operations
from tests.fakes.visitors import Answer
from tests.proofs.outages.table import NEEDS, ROUTES, prepare

from omnigen_local.addresses import CREDENTIALS

DEADLINE_S: Final = 2.0
HANGS_S: Final = 20
"""No answer after that, on however busy a machine, is none at all."""
TRIES: Final = 100
FAILED: Final = 500
TOO_LATE: Final = 504
STILL_AWAY: Final = {503, TOO_LATE}
LATE_ANSWERS: Final = 3


@pytest.fixture(autouse=True)
def _shortened(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in CREDENTIALS.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr("omnigen_gateway.routes.door.SERVICE_DEADLINE_S", DEADLINE_S)
    monkeypatch.setattr("omnigen_gateway.clients.session.SILENCE_TIMEOUT_S", DEADLINE_S + 0.5)
    monkeypatch.setattr("omnigen_gateway.service.standings.LOOK_WITHIN_S", 0.5)
    monkeypatch.setattr("omnigen_gateway.domain.breaker.OPEN_S", 0.1)
    monkeypatch.setattr("omnigen_shared.patience.TO_TELL_SHARE", 0.5)


async def ask(world: World, case: Case) -> Answer:
    async with asyncio.timeout(HANGS_S):
        return await world.api.ask(case.method, case.target, case.body)


async def ask_for_the_reason(world: World, case: Case) -> Answer:
    """What is told while it is away. Delays are short: a machine that is busy elsewhere may be late now and then."""
    answer = await ask(world, case)
    for _ in range(LATE_ANSWERS):
        if answer.status != TOO_LATE:
            break
        answer = await ask(world, case)
    return answer


async def ask_until_it_is_back(world: World, case: Case) -> None:
    """As often as a client would."""
    answer = await ask(world, case)
    for _ in range(TRIES):
        if answer.status not in STILL_AWAY:
            return
        await asyncio.sleep(0.1)
        answer = await ask(world, case)
    pytest.fail(f"{case} is still answered {answer.status} {answer.parts}")


@pytest.fixture
async def usage_table(emulator_url: str) -> AsyncIterator[UsageTable]:
    async with open_usage_table(emulator_url) as (_, name):
        yield emulator_url, name


SHOWN: Final = (
    *((away, Outage.SILENT) for away in Dependency),
    *((away, Outage.THROTTLED) for away in (Dependency.QUOTA, Dependency.S3, Dependency.STEP_FUNCTIONS)),
    *((away, Outage.REFUSED) for away in (Dependency.COMPOSER, Dependency.IDENTITY_TABLE)),
)
"""Whoever keeps silent is the hardest; `make prove-outages` shows all of them, with the real delays."""


@pytest.mark.parametrize(("away", "outage"), SHOWN)
async def test_it_is_told_in_time_and_is_back_by_itself(
    away: Dependency, outage: Outage, usage_table: UsageTable
) -> None:
    affected = [case for case in ROUTES if NEEDS[away](case)]
    async with open_world(away, usage_table) as world:
        prepare(world)
        await world.front.fall(outage)
        answers = await asyncio.gather(*(ask_for_the_reason(world, case) for case in affected))
        for case, answer in zip(affected, answers, strict=True):
            told = (str(case), answer.status, answer.parts)
            assert (answer.status, answer.json["code"]) == (503, "dependency_unavailable"), told
            assert int(answer.header("retry-after") or 0) > 0, told
        for case in affected[:LATE_ANSWERS]:  # where the machine is busy, all may have given up before they came so far
            if not world.front.met:
                await ask(world, case)
        assert outage is Outage.REFUSED or not affected or world.front.met
        await world.front.rise()
        await asyncio.gather(*(ask_until_it_is_back(world, case) for case in affected))


@pytest.mark.parametrize("away", [name for name in Dependency if name is not Dependency.COGNITO])
async def test_whoever_can_do_without_it_is_answered(away: Dependency, usage_table: UsageTable) -> None:
    others = [case for case in ROUTES if not NEEDS[away](case)]
    assert others
    async with open_world(away, usage_table) as world:
        prepare(world)
        await world.front.fall(Outage.SILENT)
        for case, answer in zip(others, await asyncio.gather(*(ask(world, case) for case in others)), strict=True):
            assert answer.status < FAILED, (str(case), answer.status, answer.parts)


def test_every_public_route_and_every_dependency_is_in_the_table() -> None:
    elsewhere = {
        ("GET", "/api/v1/auth/login"),
        ("GET", "/api/v1/auth/callback"),
        ("POST", "/api/v1/webhooks/replicate"),
    }
    assert {(case.method, case.path) for case in ROUTES} | elsewhere == list_operations()
    assert set(NEEDS) == set(Dependency)
