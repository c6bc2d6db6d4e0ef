"""What a rule may decide about a request, given a user's month."""

from dataclasses import dataclass

from omnigen_quota.domain.bookings import Booking
from omnigen_quota.domain.lending import Borrowing
from omnigen_quota.domain.updates import Update
from omnigen_shared.errors import ProblemError


@dataclass(frozen=True, slots=True)
class Write:
    """Make this update, then decide again on what came back: a Replay when it was made, anything when it was not."""

    update: Update


@dataclass(frozen=True, slots=True)
class Replay:
    """The request is done. This is how the job's booking stands."""

    booking: Booking


@dataclass(frozen=True, slots=True)
class Refuse:
    """Nothing is changed, now or by asking again."""

    problem: ProblemError


@dataclass(frozen=True, slots=True)
class Recall:
    """The month's item does not say (any more): the ledger's rows of this job do."""


@dataclass(frozen=True, slots=True)
class Begin:
    """The month has no item yet: decide again on an empty one, under the terms agreed with the user."""


@dataclass(frozen=True, slots=True)
class Borrow:
    """The deployment's budget is asked for more first; then decide again."""

    borrowing: Borrowing


Decision = Write | Replay | Refuse | Recall | Begin | Borrow
