"""A user's month as values: counters, and one entry per job in the map of reservations.

While a booking is open: max = remaining + held by open intents + spent. The month's spend is the sum of that over open
bookings, and of held + spent over closed ones. A closed booking that holds nothing becomes a Tombstone once all its
rows are in the ledger, and is forgotten later.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Self

from omnigen_quota.domain.loans import Loan
from omnigen_quota.domain.terms import Terms


class IntentMark(StrEnum):
    """What quota knows of one paid call."""

    HELD = "held"
    SETTLED = "settled"
    REFUNDED = "refunded"


class BookingMark(StrEnum):
    """Whether a job may still spend, and how it ended."""

    OPEN = "open"
    COMMITTED = "committed"
    RELEASED = "released"


@dataclass(frozen=True, slots=True)
class Intent:
    """One paid call. `is_late`: it was accounted for after its job had closed."""

    amount_microusd: int
    mark: IntentMark = IntentMark.HELD
    actual_microusd: int = 0
    is_late: bool = False

    @property
    def held_microusd(self) -> int:
        return self.amount_microusd if self.mark is IntentMark.HELD else 0

    @classmethod
    def from_map(cls, stored: Mapping[str, Any]) -> Self:
        mark = IntentMark(stored["state"])
        return cls(stored["amount"], mark, stored.get("actual", 0), stored.get("late", False))

    def to_map(self) -> dict[str, Any]:
        stored = {"amount": self.amount_microusd, "state": self.mark.value}
        ended = {"actual": self.actual_microusd, "late": self.is_late}
        return stored if self.mark is IntentMark.HELD else {**stored, **ended}


@dataclass(frozen=True, slots=True)
class Tombstone:
    """A closed job whose story is in the ledger; it stays for a while so that no straggler reopens it."""

    mark: BookingMark
    closed_at: str

    def to_map(self) -> dict[str, Any]:
        return {"state": self.mark.value, "closed_at": self.closed_at}


@dataclass(frozen=True, slots=True)
class Booking:
    """What is held and spent for one job. `reserved_at` tells two bookings of one job apart.

    `charged_day` (UTC, YYYY-MM-DD): of which day's loan its maximum was taken; empty when it was taken of none.
    """

    max_microusd: int
    videos: int
    reserved_at: str
    remaining_microusd: int
    mark: BookingMark = BookingMark.OPEN
    spent_microusd: int = 0
    returned_microusd: int = 0
    closed_at: str = ""
    intents: Mapping[str, Intent] = field(default_factory=dict)
    storyboards: int = 0
    charged_day: str = ""

    @property
    def running_jobs(self) -> int:
        """What it counts among the concurrent jobs: a storyboard takes nobody's place."""
        return 0 if self.storyboards else 1

    @property
    def is_open(self) -> bool:
        return self.mark is BookingMark.OPEN

    @property
    def counted_videos(self) -> int:
        """What the month's counter has of it: a release has given it back."""
        return 0 if self.mark is BookingMark.RELEASED else self.videos

    @property
    def counted_storyboards(self) -> int:
        """The same of storyboards."""
        return 0 if self.mark is BookingMark.RELEASED else self.storyboards

    @property
    def held_microusd(self) -> int:
        return sum(intent.held_microusd for intent in self.intents.values())

    @property
    def claim_microusd(self) -> int:
        """What the month's spend counts for it."""
        return self.max_microusd if self.is_open else self.held_microusd + self.spent_microusd

    @property
    def is_final(self) -> bool:
        """Closed, and every intent accounted for: nothing will change it any more."""
        return not self.is_open and all(intent.mark is not IntentMark.HELD for intent in self.intents.values())

    @classmethod
    def from_map(cls, stored: Mapping[str, Any]) -> Self | Tombstone:
        mark = BookingMark(stored["state"])
        if "max" not in stored:
            return Tombstone(mark, stored["closed_at"])
        return cls(
            max_microusd=stored["max"],
            videos=stored["videos"],
            reserved_at=stored["reserved_at"],
            remaining_microusd=stored["remaining"],
            mark=mark,
            spent_microusd=stored["spent"],
            returned_microusd=stored["returned"],
            closed_at=stored["closed_at"],
            intents={name: Intent.from_map(intent) for name, intent in stored["intents"].items()},
            storyboards=stored.get("storyboards", 0),
            charged_day=stored.get("day", ""),
        )

    def to_map(self) -> dict[str, Any]:
        stored = {
            "state": self.mark.value,
            "max": self.max_microusd,
            "videos": self.videos,
            "remaining": self.remaining_microusd,
            "spent": self.spent_microusd,
            "returned": self.returned_microusd,
            "reserved_at": self.reserved_at,
            "closed_at": self.closed_at,
            "intents": {name: intent.to_map() for name, intent in self.intents.items()},
        }
        seldom = {"storyboards": self.storyboards, "day": self.charged_day}
        return {**stored, **{name: value for name, value in seldom.items() if value}}


@dataclass(frozen=True, slots=True)
class MonthState:
    """One user's month as it stood at some instant. Money in micro-dollars; spend = settled + still reserved."""

    videos: int = 0
    open_jobs: int = 0
    spend_microusd: int = 0
    settled_microusd: int = 0
    bookings: Mapping[str, Booking | Tombstone] = field(default_factory=dict)
    storyboards: int = 0
    terms: Terms = field(default_factory=Terms)
    loan: Loan | None = None
    """None as long as nothing of this month was counted for the deployment's caps."""
    is_begun: bool = True
    """Whether an item stands in the table."""

    @classmethod
    def from_item(cls, item: Mapping[str, Any]) -> Self:
        """From the stored item as plain values."""
        return cls(
            videos=item["videos"],
            open_jobs=item["open_jobs"],
            spend_microusd=item["spend_microusd"],
            settled_microusd=item["settled_microusd"],
            bookings={job_id: Booking.from_map(stored) for job_id, stored in item["reservations"].items()},
            storyboards=item["storyboards"],
            terms=Terms.from_map(item.get("terms", {})),
            loan=Loan.from_map(item["loan"]) if "loan" in item else None,
        )

    @property
    def open_videos(self) -> int:
        """Videos of jobs that have not ended; `videos` counts them too."""
        return sum(booking.videos for booking in self.list_open())

    @property
    def open_storyboards(self) -> int:
        """Storyboards that have not ended; `storyboards` counts them too."""
        return sum(booking.storyboards for booking in self.list_open())

    def find_booking(self, job_id: str) -> Booking | None:
        """The job's booking in full; None when there is none or only its tombstone."""
        entry = self.bookings.get(job_id)
        return entry if isinstance(entry, Booking) else None

    def list_open(self) -> Iterator[Booking]:
        """Bookings of jobs that have not ended."""
        return (entry for entry in self.bookings.values() if isinstance(entry, Booking) and entry.is_open)

    def list_final(self, closed_before: str) -> tuple[str, ...]:
        """Jobs that were over by then and are still no tombstones: what a crash left to somebody else."""
        full = ((job_id, entry) for job_id, entry in self.bookings.items() if isinstance(entry, Booking))
        return tuple(job_id for job_id, booking in full if booking.is_final and booking.closed_at < closed_before)


def booking_path(job_id: str, *inside: str) -> tuple[str, ...]:
    """Where a job's entry stands in the month's item, or a place inside that entry."""
    return ("reservations", job_id, *inside)


def intent_path(job_id: str, intent_id: str) -> tuple[str, ...]:
    """Where one paid call stands in the month's item."""
    return booking_path(job_id, "intents", intent_id)
