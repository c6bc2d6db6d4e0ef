"""The operator's commands on a table in the emulator: what they change, what they tell, and how they end."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import pytest
from tests.fakes.emulated_usage import open_usage_table
from tests.fakes.quota_bench import a_request
from typer.testing import CliRunner, Result

from omnigen_quota.domain.bookings import BookingMark
from omnigen_quota.domain.plans import FREE
from omnigen_quota.domain.updates import Add, Update
from omnigen_quota.operator import app
from omnigen_quota.service.accounts import QuotaService
from omnigen_quota.service.rounds import Place
from omnigen_quota.store.usage import DynamoUsageTable
from omnigen_shared.aws.clients import open_client
from omnigen_shared.clock import SystemClock
from omnigen_shared.settings import BaseUnitSettings

USER = "user-1"


@dataclass
class Desk:
    """Where an operator sits: the commands, and the table beside them."""

    emulator_url: str
    name: str

    def run(self, *arguments: str) -> Result:
        environment = {"USAGE_TABLE": self.name, "AWS_ENDPOINT_URL": self.emulator_url}
        return CliRunner().invoke(app, ["--json", *arguments], env=environment)

    def facts(self, *arguments: str, ends_with: int = 0) -> list[dict[str, Any]]:
        result = self.run(*arguments)
        assert result.exit_code == ends_with, result.output
        return [json.loads(line) for line in result.stdout.splitlines()]

    def do(self, work: Callable[[DynamoUsageTable], Awaitable[object]]) -> None:
        asyncio.run(self._do(work))

    async def _do(self, work: Callable[[DynamoUsageTable], Awaitable[object]]) -> None:
        async with open_client("dynamodb", BaseUnitSettings(aws_endpoint_url=self.emulator_url)) as client:
            await work(DynamoUsageTable(client, self.name, SystemClock()))


@pytest.fixture
def desk(emulator_url: str) -> Desk:
    async def create() -> str:
        async with open_usage_table(emulator_url) as (client, name):
            await one_video_and_one_job(DynamoUsageTable(client, name, SystemClock()))
            return name

    return Desk(emulator_url, asyncio.run(create()))


async def one_video_and_one_job(table: DynamoUsageTable) -> None:
    quota = QuotaService(table, SystemClock())
    month = (await quota.reserve(USER, FREE, "job_1", a_request(2_000_000))).month
    await quota.spend(Place(USER, month, "job_1"), "a", 300_000)
    await quota.settle(Place(USER, month, "job_1"), "a", 250_000)
    await quota.close(Place(USER, month, "job_1"), BookingMark.COMMITTED)
    await quota.reserve(USER, FREE, "job_2", a_request(1_000_000))


def test_show_tells_terms_and_months(desk: Desk) -> None:
    terms, month = desk.facts("show", USER)
    assert terms == {"user": USER, "plan": "sign-in"}
    assert {**month, "month": ""} == {
        "month": "",
        "videos": 2,
        "storyboards": 0,
        "open_jobs": 1,
        "spend_usd": "1.25",
        "settled_usd": "0.25",
    }


def test_a_plan_and_caps_are_given_and_taken_back(desk: Desk) -> None:
    assert desk.facts("set-plan", USER, "pro")[0]["plan"] == "pro"
    given = desk.facts("set-caps", USER, "videos_per_month=7", "spend_per_month_usd=2.5")[0]
    assert given == {"user": USER, "plan": "pro", "videos_per_month": 7, "spend_per_month_microusd": 2_500_000}
    taken = desk.facts("set-caps", USER, "videos_per_month=plan", "spend_per_month_usd=plan")[0]
    assert taken == {"user": USER, "plan": "pro"}
    assert desk.facts("set-plan", USER, "sign-in")[0]["plan"] == "sign-in"


def test_caps_for_everybody_and_the_switch(desk: Desk) -> None:
    capped = desk.facts("set-deployment-caps", "--per-day", "none", "--per-month", "100")
    assert capped[0] == {
        "paused": False,
        "per_day_usd": None,
        "today_usd": "1.25",
        "per_month_usd": "100.00",
        "this_month_usd": "1.25",
    }
    assert desk.facts("pause")[0]["paused"] is True
    assert desk.facts("deployment")[0]["per_month_usd"] == "100.00"
    assert desk.facts("unpause")[0]["paused"] is False
    assert [fact for fact in desk.facts("audit") if not fact.get("sound")] == []


def test_an_audit_of_sound_books_ends_well(desk: Desk) -> None:
    assert desk.facts("audit") == [{"user": USER, "rows": 5, "owed": 0, "sound": True}]
    assert desk.facts("sweep", USER) == [
        {"user": USER, "rows_written": 0, "bookings_withdrawn": 0, "bookings_released": 0}
    ]


def test_an_audit_of_unsound_books_names_what_is_wrong_and_ends_with_1(desk: Desk) -> None:
    async def steal(table: DynamoUsageTable) -> None:
        (month,) = await table.list_months(USER)
        await table.apply(USER, month, Update((), (Add(("spend_microusd",), -1),)))

    desk.do(steal)
    summary, finding = desk.facts("audit", ends_with=1)
    assert summary["sound"] is False
    assert (finding["row"], finding["what"]) == ("spend_microusd", "the rows sum to 1250000, the counter is 1249999")


@pytest.mark.parametrize(
    "arguments",
    [
        ("set-plan", USER, "gold"),
        ("set-caps", USER, "videos=1"),
        ("set-caps", USER, "videos_per_month=-1"),
        ("set-caps", USER, "videos_per_month=many"),
        ("set-caps", USER, "videos_per_month=1000000000001"),
        ("set-caps", USER, "spend_per_month_usd=NaN"),
        ("set-caps", USER, "spend_per_month_usd=1e999"),
        ("set-deployment-caps", "--per-day", "-1", "--per-month", "none"),
        ("set-deployment-caps", "--per-day", "none"),
    ],
)
def test_a_mistaken_command_ends_with_2_and_changes_nothing(desk: Desk, arguments: tuple[str, ...]) -> None:
    assert desk.run(*arguments).exit_code == 2
    assert desk.facts("show", USER)[0] == {"user": USER, "plan": "sign-in"}


def test_without_a_table_it_says_what_is_not_set() -> None:
    result = CliRunner().invoke(app, ["audit"], env={"USAGE_TABLE": None})
    assert (result.exit_code, "USAGE_TABLE" in result.output) == (2, True)


def test_people_get_tables(desk: Desk) -> None:
    environment = {"USAGE_TABLE": desk.name, "AWS_ENDPOINT_URL": desk.emulator_url}
    result = CliRunner().invoke(app, ["show", USER], env=environment)
    assert result.exit_code == 0
    assert {"sign-in", "videos", "1.25"} <= set(result.stdout.replace("│", " ").replace("┃", " ").split())
