"""Bookings, their stored form and their rows are three views of one thing."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omnigen_quota.domain.bookings import Booking, BookingMark, Intent, IntentMark, Tombstone
from omnigen_quota.domain.ledger import list_rows, rebuild_booking
from omnigen_quota.store.items import row_from_item, row_to_item

AMOUNT = st.integers(0, 10**12)


def make_intent(amount: int, mark: IntentMark, share: int, is_late: bool) -> Intent:
    if mark is IntentMark.HELD:
        return Intent(amount)
    actual = amount * share // 100 if mark is IntentMark.SETTLED else 0
    return Intent(amount, mark, actual, is_late=is_late)


INTENTS = st.builds(make_intent, AMOUNT, st.sampled_from(IntentMark), st.integers(0, 100), st.booleans())


@st.composite
def bookings(draw: st.DrawFn) -> Booking:
    intents = draw(st.dictionaries(st.sampled_from(["plan.1", "scene-01.1", "music.1"]), INTENTS))
    mark = draw(st.sampled_from(BookingMark))
    if mark is BookingMark.OPEN:
        intents = {name: replace(intent, is_late=False) for name, intent in intents.items()}
    spent = sum(intent.actual_microusd for intent in intents.values())
    rest = draw(AMOUNT)
    is_open = mark is BookingMark.OPEN
    return Booking(
        max_microusd=draw(AMOUNT),
        videos=draw(st.integers(0, 1)),
        reserved_at="2026-11-24T12:00:00.000000Z",
        remaining_microusd=rest if is_open else 0,
        mark=mark,
        spent_microusd=spent,
        returned_microusd=0 if is_open else rest,
        closed_at="" if is_open else "2026-11-24T12:10:00.000000Z",
        intents=intents,
        charged_day=draw(st.sampled_from(["", "2026-11-24"])),
    )


@given(bookings())
def test_the_stored_form_loses_nothing(booking: Booking) -> None:
    assert Booking.from_map(booking.to_map()) == booking


def test_a_tombstone_is_told_from_a_booking() -> None:
    tombstone = Tombstone(BookingMark.COMMITTED, "2026-11-24T12:10:00.000000Z")
    assert Booking.from_map(tombstone.to_map()) == tombstone


@given(bookings())
def test_rows_have_slots_of_their_own_and_survive_the_table(booking: Booking) -> None:
    rows = list(list_rows("job_1", "2026-11", booking))
    assert len({row.slot for row in rows}) == len(rows)
    assert [row_from_item(row_to_item("user-1", row, "2026-11-24T12:00:01.000000Z")) for row in rows] == rows


@given(bookings().filter(lambda booking: not booking.is_open))
def test_a_closed_booking_is_rebuilt_from_its_rows(booking: Booking) -> None:
    rebuilt = rebuild_booking("2026-11", list_rows("job_1", "2026-11", booking))
    assert rebuilt is not None
    exact = replace(booking, closed_at="", charged_day="", intents={})
    assert replace(rebuilt, intents={}) == exact
    timeless = {name: replace(intent, is_late=False) for name, intent in booking.intents.items()}
    assert {name: replace(intent, is_late=False) for name, intent in rebuilt.intents.items()} == timeless


@pytest.mark.parametrize("month", ["2026-10", "2026-12"])
def test_rows_of_another_month_tell_nothing(month: str) -> None:
    booking = Booking(5, 1, "then", 0, mark=BookingMark.RELEASED, returned_microusd=5)
    assert rebuild_booking(month, list_rows("job_1", "2026-11", booking)) is None


def test_an_open_booking_is_not_rebuilt() -> None:
    assert rebuild_booking("2026-11", list_rows("job_1", "2026-11", Booking(5, 1, "then", 5))) is None


def test_rows_of_two_bookings_do_not_make_one() -> None:
    booking = Booking(5, 1, "then", 0, mark=BookingMark.RELEASED, returned_microusd=5)
    opened, closed = list_rows("job_1", "2026-11", booking)
    assert rebuild_booking("2026-11", [opened, replace(closed, reserved_at="later")]) is None
