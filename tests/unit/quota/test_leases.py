"""How a window's requests are shared out, and what an update of it rests on."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omnigen_quota.domain.leases import (
    LeaseOrder,
    LeaseUpdate,
    WindowState,
    decide_lease,
    end_of_window,
    lease_size,
    remaining_ms,
    window_of,
)
from omnigen_quota.domain.problems import ExcessReturnError, StaleLeaseError

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


def an_order(number: int = 5, give_back: int = 0, *, is_wanted: bool = True) -> LeaseOrder:
    return LeaseOrder("gateway001", number, give_back, is_wanted)


@pytest.mark.parametrize(
    ("remaining", "gateways", "size"),
    [
        (100, 2, 10),
        (40, 2, 10),
        (39, 2, 9),
        (7, 2, 1),
        (1, 2, 1),
        (100, 20, 2),
        (3000, 20, 10),
        (60, 20, 1),
        (20, 1, 10),
    ],
)
def test_the_less_is_left_the_finer_it_is_shared(remaining: int, gateways: int, size: int) -> None:
    assert lease_size(remaining, gateways) == size


def test_a_window_is_a_minute_of_quotas_clock() -> None:
    assert window_of(NOON + timedelta(seconds=59.999)) == window_of(NOON)
    assert window_of(NOON + timedelta(seconds=60)) == window_of(NOON) + 1
    assert end_of_window(window_of(NOON)) == int(NOON.timestamp()) + 60


@given(st.integers(min_value=0, max_value=59_999_999))
def test_what_remains_of_a_window_never_reaches_into_the_next(micros: int) -> None:
    now = NOON + timedelta(microseconds=micros)
    assert window_of(now + timedelta(milliseconds=remaining_ms(now))) == window_of(now)
    assert 60_000 - micros / 1000 - remaining_ms(now) <= 2


def test_a_lease_is_an_update_that_names_what_it_rests_on() -> None:
    state = WindowState(leased=50)
    assert decide_lease(state, an_order(), 100, 2) == LeaseUpdate(an_order(), size=10, most_leased=60)
    assert decide_lease(WindowState(leased=97), an_order(), 100, 2) == LeaseUpdate(an_order(), size=1, most_leased=99)


@given(
    limit=st.integers(0, 5000), leased=st.integers(0, 6000), held=st.integers(0, 20),
    give_back=st.integers(0, 20), gateways=st.integers(1, 50), guess=st.integers(0, 6000),
)  # fmt: skip
def test_whatever_was_assumed_the_condition_keeps_the_limit(
    limit: int, leased: int, held: int, give_back: int, gateways: int, guess: int
) -> None:
    order = an_order(give_back=min(give_back, held))
    update = decide_lease(WindowState(guess, held=held), order, limit, gateways)
    if isinstance(update, LeaseUpdate) and leased <= update.most_leased:
        assert leased + update.change <= limit
        assert update.size <= lease_size(limit - leased + order.give_back, gateways)


def test_a_replay_gets_what_the_first_call_got() -> None:
    assert decide_lease(WindowState(leased=100, number=5, size=7, held=30), an_order(5), 100, 2) == 7


def test_an_older_call_is_void() -> None:
    with pytest.raises(StaleLeaseError):
        decide_lease(WindowState(leased=10, number=6, size=7, held=30), an_order(5), 100, 2)


def test_nothing_left_is_a_lease_of_nothing() -> None:
    assert decide_lease(WindowState(leased=100), an_order(), 100, 2) == 0
    assert decide_lease(WindowState(), an_order(), 0, 2) == 0


def test_a_limit_that_was_lowered_in_the_middle_gives_nothing() -> None:
    assert decide_lease(WindowState(leased=500), an_order(), 100, 2) == 0


def test_what_is_given_back_may_be_leased_again() -> None:
    state = WindowState(leased=100, number=4, size=10, held=10)
    update = decide_lease(state, an_order(give_back=8), 100, 1)
    assert update == LeaseUpdate(an_order(give_back=8), size=4, most_leased=100)
    assert isinstance(update, LeaseUpdate)
    assert update.change == -4


def test_only_giving_back_leases_nothing() -> None:
    order = an_order(give_back=3, is_wanted=False)
    update = decide_lease(WindowState(leased=600, number=1, size=9, held=9), order, 100, 2)
    assert isinstance(update, LeaseUpdate)
    assert (update.size, update.change) == (0, -3)
    assert update.most_leased >= 600


def test_nothing_to_give_back_is_nothing_to_do() -> None:
    assert decide_lease(WindowState(leased=10), an_order(is_wanted=False), 100, 2) == 0


def test_more_than_is_held_is_not_taken_back() -> None:
    with pytest.raises(ExcessReturnError):
        decide_lease(WindowState(leased=10, number=1, size=2, held=2), an_order(give_back=3), 100, 2)
