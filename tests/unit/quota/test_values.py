"""Plans, months and money: the data that the rules stand on."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from omnigen_quota.domain.months import adjacent_months, end_of_month, month_of
from omnigen_quota.domain.plans import ENTERPRISE, FREE, PRO, plan_named
from omnigen_shared.contracts.media import Resolution
from omnigen_shared.money import format_usd


def test_plans_are_what_the_product_promises() -> None:
    plans = (FREE, PRO, ENTERPRISE)
    caps = [(p.videos_per_month, p.concurrent_jobs, p.max_duration_s, p.max_resolution) for p in plans]
    assert caps == [
        (10, 2, 60, Resolution.P720),
        (100, 5, 120, Resolution.P1080),
        (1000, 20, 180, Resolution.P1080),
    ]
    assert [format_usd(p.spend_per_month_microusd) for p in plans] == ["15.00", "300.00", "5000.00"]


@pytest.mark.parametrize("name", ["", "Enterprise", "root", "free "])
def test_an_unknown_plan_is_free(name: str) -> None:
    assert plan_named(name) is FREE


def test_plans_are_found_by_name() -> None:
    assert [plan_named(name) for name in ("free", "pro", "enterprise")] == [FREE, PRO, ENTERPRISE]


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        (0, "0.00"),
        (1, "0.000001"),
        (425_000, "0.425"),
        (500_000, "0.50"),
        (15_000_000, "15.00"),
        (10**12, "1000000.00"),
    ],
)
def test_money_is_exact_and_has_two_places_at_least(amount: int, text: str) -> None:
    assert format_usd(amount) == text


def test_months_are_utc() -> None:
    in_new_york = datetime(2026, 11, 30, 20, 0, tzinfo=timezone(timedelta(hours=-5)))
    assert month_of(in_new_york) == "2026-12"
    assert end_of_month(in_new_york) == datetime(2027, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize("day", [1, 28, 31])
@pytest.mark.parametrize("month", [1, 12])
def test_a_month_ends_when_the_next_begins(month: int, day: int) -> None:
    end = end_of_month(datetime(2027, month, day, 23, 59, 59, 999_999, tzinfo=UTC))
    assert end.day == 1
    assert month_of(end - timedelta(microseconds=1)) == f"2027-{month:02}"


@pytest.mark.parametrize(
    ("instant", "expected"),
    [
        (datetime(2026, 11, 15, tzinfo=UTC), ()),
        (datetime(2026, 11, 2, 0, 59, tzinfo=UTC), ("2026-10",)),
        (datetime(2026, 11, 2, 1, 1, tzinfo=UTC), ()),
        (datetime(2026, 11, 30, 23, 58, tzinfo=UTC), ()),
        (datetime(2026, 11, 30, 23, 59, 30, tzinfo=UTC), ("2026-12",)),
    ],
)
def test_only_near_a_border_are_other_months_looked_at(instant: datetime, expected: tuple[str, ...]) -> None:
    assert adjacent_months(instant) == expected
