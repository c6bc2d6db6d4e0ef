"""The ledger: append-only rows, one per fact, whose deltas sum to the month's counters.

Every row can be derived from a booking in the map, so a crash between an update and its row loses nothing. And a
booking that has left the map can be rebuilt from its rows.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from omnigen_quota.domain.bookings import Booking, BookingMark, Intent, IntentMark, MonthState


class RowKind(StrEnum):
    """What a row states."""

    RESERVED = "reserved"
    HELD = "held"
    SETTLED = "settled"
    REFUNDED = "refunded"
    COMMITTED = "committed"
    RELEASED = "released"


RESERVED_SLOT = "reserved"
CLOSED_SLOT = "closed"


@dataclass(frozen=True, slots=True)
class LedgerRow:
    """One fact about a job. `amount` is what it is about, the deltas are what it does to the month's counters.

    `slot` is unique within the job and part of the key: a fact is stated once. Money in micro-dollars.
    """

    job_id: str
    month: str
    slot: str
    kind: RowKind
    reserved_at: str
    amount_microusd: int
    intent_id: str = ""
    videos: int = 0
    spend_microusd: int = 0
    settled_microusd: int = 0
    storyboards: int = 0

    @property
    def place(self) -> str:
        """Where it stands in its user's ledger."""
        return f"{self.job_id}#{self.slot}"


def held_slot(intent_id: str) -> str:
    """Where the row stands that says an intent's price is held."""
    return f"held#{intent_id}"


def ended_slot(intent_id: str) -> str:
    """Where the row stands that says how an intent ended: it ends once."""
    return f"ended#{intent_id}"


def find_reserved(rows: Iterable[LedgerRow]) -> LedgerRow | None:
    """Of a job's rows the one that says when it was first booked, and in which month."""
    return next((row for row in rows if row.slot == RESERVED_SLOT), None)


def list_rows(job_id: str, month: str, booking: Booking) -> Iterator[LedgerRow]:
    """Every row that a booking, as it stands, must have in the ledger."""
    at, maximum = booking.reserved_at, booking.max_microusd
    yield LedgerRow(
        job_id,
        month,
        RESERVED_SLOT,
        RowKind.RESERVED,
        at,
        maximum,
        videos=booking.videos,
        spend_microusd=maximum,
        storyboards=booking.storyboards,
    )
    for intent_id, intent in booking.intents.items():
        yield LedgerRow(
            job_id, month, held_slot(intent_id), RowKind.HELD, at, intent.amount_microusd, intent_id=intent_id
        )
        if intent.mark is not IntentMark.HELD:
            yield _ended_row(job_id, month, at, intent_id, intent)
    if not booking.is_open:
        yield _closed_row(job_id, month, booking)


def sum_day(month: str, state: MonthState, rows: Iterable[LedgerRow], day: str) -> int:
    """What of a month's spend was reserved on a day (UTC, YYYY-MM-DD); rows tell of jobs that the map has folded."""
    full = {job_id: entry for job_id, entry in state.bookings.items() if isinstance(entry, Booking)}
    folded = (row for row in rows if row.month == month and row.job_id not in full)
    told = sum(row.spend_microusd for row in folded if row.reserved_at.startswith(day))
    return told + sum(entry.claim_microusd for entry in full.values() if entry.reserved_at.startswith(day))


def rebuild_booking(month: str, rows: Iterable[LedgerRow]) -> Booking | None:
    """A closed job's booking from the rows of that job; None when they tell of no closed booking in that month."""
    by_slot = {row.slot: row for row in rows if row.month == month}
    opened, closed = by_slot.get(RESERVED_SLOT), by_slot.get(CLOSED_SLOT)
    if opened is None or closed is None or opened.reserved_at != closed.reserved_at:
        return None
    intents = {
        row.intent_id: _rebuild_intent(row, by_slot.get(ended_slot(row.intent_id)))
        for row in by_slot.values()
        if row.kind is RowKind.HELD
    }
    return Booking(
        max_microusd=opened.amount_microusd,
        videos=opened.videos,
        reserved_at=opened.reserved_at,
        remaining_microusd=0,
        mark=BookingMark(closed.kind.value),
        spent_microusd=sum(intent.actual_microusd for intent in intents.values()),
        returned_microusd=closed.amount_microusd,
        intents=intents,
        storyboards=opened.storyboards,
    )


def _ended_row(job_id: str, month: str, at: str, intent_id: str, intent: Intent) -> LedgerRow:
    return LedgerRow(
        job_id,
        month,
        ended_slot(intent_id),
        RowKind(intent.mark.value),
        at,
        intent.actual_microusd,
        intent_id=intent_id,
        spend_microusd=intent.actual_microusd - intent.amount_microusd if intent.is_late else 0,
        settled_microusd=intent.actual_microusd,
    )


def _closed_row(job_id: str, month: str, booking: Booking) -> LedgerRow:
    is_released = booking.mark is BookingMark.RELEASED
    return LedgerRow(
        job_id,
        month,
        CLOSED_SLOT,
        RowKind(booking.mark.value),
        booking.reserved_at,
        booking.returned_microusd,
        videos=-booking.videos if is_released else 0,
        spend_microusd=-booking.returned_microusd,
        storyboards=-booking.storyboards if is_released else 0,
    )


def _rebuild_intent(held: LedgerRow, ended: LedgerRow | None) -> Intent:
    if ended is None:
        return Intent(held.amount_microusd)
    is_late = ended.spend_microusd != 0
    return Intent(held.amount_microusd, IntentMark(ended.kind.value), ended.amount_microusd, is_late=is_late)
