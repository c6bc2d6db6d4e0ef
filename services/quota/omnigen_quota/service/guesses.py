"""What a process remembers of users' months, so that its first try at a reservation is nearly always right.

A try names in its conditions what it rests on, so a wrong guess costs one more update and nothing else.
"""

from collections import OrderedDict
from typing import Final

from omnigen_quota.domain.bookings import MonthState
from omnigen_quota.domain.orders import Order
from omnigen_quota.domain.reserving import assume_admitted
from omnigen_quota.domain.terms import Terms

REMEMBERED_USERS: Final = 10_000


class Guesses:
    """One per process. Of users who are like most it remembers nothing."""

    def __init__(self) -> None:
        self._known: OrderedDict[str, tuple[Terms, bool]] = OrderedDict()

    def assume(self, user_id: str, order: Order) -> MonthState:
        """A month of the user in which the order is admitted, as far as that can be known without a look."""
        terms, has_loan = self._known.get(user_id, (Terms(), False))
        return assume_admitted(order, terms, has_loan=has_loan)

    def remember(self, user_id: str, state: MonthState) -> None:
        """How the user's month was found."""
        self._known.pop(user_id, None)
        if state.terms.is_empty and state.loan is None:
            return
        self._known[user_id] = state.terms, state.loan is not None
        if len(self._known) > REMEMBERED_USERS:
            self._known.popitem(last=False)
