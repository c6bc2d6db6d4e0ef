"""What of the deployment's budget lies at a user's month, and how it moves between the two: one transfer at a time.

The deployment's item of a month counts what is lent to all users together; a user's month holds its own loan and uses
it up, so that a reservation asks nobody else. Amounts are moved in three updates, and whoever finds a transfer halfway
finishes it:

1. announce: the transfer is written into the deployment's item, one per user. What is lent grows at once.
2. apply: the user's month takes it over, if it is the next in number. What a take-back does not find is not moved.
3. conclude: the deployment's item forgets the transfer. What was taken back, or never taken over, is lent no more.

A transfer whose number has gone to another one is void: it can never be applied, and is concluded as not moved.
An announcement names the user's last transfer that was concluded, so that one which arrives again, after its own
conclusion, does nothing.
So at any crash point: lent = what users' months have spent + what they have left + what is announced.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Self

from omnigen_quota.domain.updates import Action, Add, Condition, Equals, Missing


@dataclass(frozen=True, slots=True)
class Loan:
    """At a user's month, in micro-dollars. Below zero: spent before anything was counted for the deployment.

    `day_left` is of `day` (UTC, YYYY-MM-DD) alone; `number`, `transfer` (its name), `moved`, `day_moved`, `at` tell of
    the last transfer that was applied.
    """

    left: int = 0
    day: str = ""
    day_left: int = 0
    number: int = 0
    transfer: str = ""
    moved: int = 0
    day_moved: int = 0
    at: str = ""

    @classmethod
    def from_map(cls, stored: Mapping[str, Any]) -> Self:
        return cls(**stored)

    def to_map(self) -> dict[str, Any]:
        return asdict(self)

    def covers(self, cost_microusd: int, day: str) -> bool:
        """Whether a reservation of that day may be charged to it."""
        return self.day == day and min(self.left, self.day_left) >= cost_microusd


@dataclass(frozen=True, slots=True)
class Transfer:
    """From the deployment to a user's month; negative amounts go back. It is the `number`-th of that month."""

    name: str
    number: int
    amount: int
    day: str
    day_amount: int
    at: str

    @classmethod
    def from_map(cls, stored: Mapping[str, Any]) -> Self:
        return cls(**stored)

    def to_map(self) -> dict[str, Any]:
        return asdict(self)

    def outstanding(self, loan: Loan) -> int:
        """What the deployment counts of it, and the user's month does not: it is announced and not concluded."""
        return max(0, self.amount) - (loan.moved if loan.transfer == self.name else 0)


@dataclass(frozen=True, slots=True)
class DeploymentMonth:
    """What is lent to users in a month, of it what is lent on each of its days, and transfers that are under way.

    `concluded` holds, for a while, each user's last transfer that is over: its `name` and when it was announced (`at`).
    """

    lent: int = 0
    days: Mapping[str, int] = field(default_factory=dict)
    pending: Mapping[str, Transfer] = field(default_factory=dict)
    concluded: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    @classmethod
    def from_item(cls, item: Mapping[str, Any]) -> Self:
        """From the stored item as plain values."""
        pending = {user_id: Transfer.from_map(stored) for user_id, stored in item["pending"].items()}
        return cls(item["lent"], dict(item["days"]), pending, item["concluded"])


def pay_back(loan: Loan | None, charged_day: str, amount: int) -> tuple[tuple[Condition, ...], tuple[Action, ...]]:
    """What an update must hold and do besides when it gives back a part of a reservation.

    To a day goes back only what was taken of that day's loan.
    """
    if not amount:
        return (), ()
    if loan is None:
        return (Missing(("loan",)),), ()
    back: tuple[Action, ...] = (Add(("loan", "left"), amount),)
    if charged_day and loan.day == charged_day:
        back = (*back, Add(("loan", "day_left"), amount))
    return (Equals(("loan", "day"), loan.day),), back
