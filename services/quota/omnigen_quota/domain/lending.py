"""The deployment's caps: how much a user's month is lent, and when it goes back."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from omnigen_quota.domain.loans import DeploymentMonth, Loan, Transfer
from omnigen_quota.domain.months import day_of, end_of_month
from omnigen_quota.domain.updates import Action, Add, AtLeast, AtMost, Condition, Equals, Missing, Put, Remove, Update
from omnigen_shared.clock import to_rfc3339
from omnigen_shared.errors import QuotaExceededError
from omnigen_shared.money import format_usd

BLOCK_ORDERS: Final = 10
"""A loan is for about so many more orders of the same size,"""
BLOCK_SHARE: Final = 50
"""but for no more than this fraction of what is left for everybody."""
ALARM_PERCENTS: Final = (50, 80, 100)
KEPT: Final = timedelta(minutes=10)
"""What of a loan is not used after that goes back. No update is under way for so long."""
FORGOTTEN_AT_ONCE: Final = 40
"""An expression is no longer than 4 KB."""


@dataclass(frozen=True, slots=True)
class DeploymentRules:
    """What an operator has set for all users together; None = no cap. Money in micro-dollars."""

    is_paused: bool = False
    spend_per_day: int | None = None
    spend_per_month: int | None = None

    @property
    def has_caps(self) -> bool:
        return self.spend_per_day is not None or self.spend_per_month is not None

    def is_exceeded(self, deployment: DeploymentMonth, day: str) -> bool:
        """Whether more is lent than a cap allows: it was lowered after that."""
        caps = ((self.spend_per_month, deployment.lent), (self.spend_per_day, deployment.days.get(day, 0)))
        return any(cap is not None and lent > cap for cap, lent in caps)

    @classmethod
    def from_map(cls, stored: Mapping[str, Any]) -> "DeploymentRules":
        return cls(bool(stored.get("paused", False)), stored.get("spend_per_day"), stored.get("spend_per_month"))


@dataclass(frozen=True, slots=True)
class Borrowing:
    """A reservation that the user's loan does not cover."""

    loan: Loan
    cost: int
    now: datetime
    rules: DeploymentRules

    @property
    def day(self) -> str:
        return day_of(self.now)


def plan_loan(deployment: DeploymentMonth, borrowing: Borrowing, name: str) -> Transfer:
    """The transfer that makes the reservation possible. QuotaExceededError when the deployment's caps do not."""
    loan, rules, day = borrowing.loan, borrowing.rules, borrowing.day
    missing = max(0, borrowing.cost - loan.left)
    missing_today = max(0, borrowing.cost - (loan.day_left if loan.day == day else 0))
    lent_today = deployment.days.get(day, 0)
    if rules.spend_per_month is not None and deployment.lent + missing > rules.spend_per_month:
        raise _refusal(borrowing, "deployment_spend_per_month", deployment.lent, rules.spend_per_month)
    if rules.spend_per_day is not None and lent_today + missing_today > rules.spend_per_day:
        raise _refusal(borrowing, "deployment_spend_per_day", lent_today, rules.spend_per_day)
    return Transfer(
        name=name,
        number=loan.number + 1,
        amount=_block(missing, borrowing.cost, rules.spend_per_month, deployment.lent),
        day=day,
        day_amount=_block(missing_today, borrowing.cost, rules.spend_per_day, lent_today),
        at=to_rfc3339(borrowing.now),
    )


def plan_settlement(loan: Loan, now: datetime, name: str, *, is_recalled: bool = False) -> Transfer | None:
    """What is to be lent after the fact, or to go back because nobody has used it; None for nothing.

    `is_recalled`: it goes back although it may still be used.
    """
    day = day_of(now)
    day_left = loan.day_left if loan.day == day else 0
    if loan.left < 0 or day_left < 0:
        return Transfer(name, loan.number + 1, max(0, -loan.left), day, max(0, -day_left), to_rfc3339(now))
    is_in_use = loan.at > to_rfc3339(now - KEPT) and not is_recalled
    if is_in_use or not (loan.left or day_left):
        return None
    return Transfer(name, loan.number + 1, -loan.left, loan.day or day, -day_left, to_rfc3339(now))


def begin_deployment() -> Update:
    """The deployment's item of a month."""
    maps = (Put((name,), {}) for name in ("days", "pending", "concluded"))
    return Update((Missing(("pending",)),), (Put(("lent",), 0), *maps))


def announce(
    deployment: DeploymentMonth, user_id: str, transfer: Transfer, rules: DeploymentRules | None = None
) -> Update:
    """The first step. With `rules` their caps are conditions."""
    lent, on_day = max(0, transfer.amount), max(0, transfer.day_amount)
    day_path = ("days", transfer.day)
    conditions: list[Condition] = [Missing(("pending", user_id)), _is_last(deployment, user_id)]
    actions: list[Action] = [Put(("pending", user_id), transfer.to_map()), Add(("lent",), lent)]
    if rules is not None and rules.spend_per_month is not None and lent:
        conditions.append(AtMost(("lent",), rules.spend_per_month - lent))
    if transfer.day not in deployment.days:
        conditions.append(Missing(day_path))
        actions.append(Put(day_path, on_day))
    else:
        actions.append(Add(day_path, on_day))
        if rules is not None and rules.spend_per_day is not None and on_day:
            conditions.append(AtMost(day_path, rules.spend_per_day - on_day))
    return Update(tuple(conditions), tuple(actions))


def _is_last(deployment: DeploymentMonth, user_id: str) -> Condition:
    last = deployment.concluded.get(user_id)
    return Missing(("concluded", user_id)) if last is None else Equals(("concluded", user_id), last)


def apply_transfer(loan: Loan, transfer: Transfer) -> Update | None:
    """The second step, to be tried until it is None: then the transfer is applied or void.

    Only transfers change a loan's number and day, so the number pins both.
    """
    if loan.number >= transfer.number:
        return None
    amount = _movable(transfer.amount, loan.left)
    on_day = _movable(transfer.day_amount, loan.day_left if loan.day == transfer.day else 0)
    told: dict[str, int | str] = {
        "number": transfer.number,
        "transfer": transfer.name,
        "moved": amount,
        "day_moved": on_day,
        "at": transfer.at,
    }
    conditions: list[Condition] = [Equals(("loan", "number"), transfer.number - 1)]
    actions: list[Action] = [Put(("loan", name), value) for name, value in told.items()]
    if amount:
        conditions += [AtLeast(("loan", "left"), -amount)] if amount < 0 else []
        actions.append(Add(("loan", "left"), amount))
    if on_day and loan.day == transfer.day:
        conditions += [AtLeast(("loan", "day_left"), -on_day)] if on_day < 0 else []
        actions.append(Add(("loan", "day_left"), on_day))
    elif on_day:
        actions += [Put(("loan", "day"), transfer.day), Put(("loan", "day_left"), on_day)]
    return Update(tuple(conditions), tuple(actions))


def _movable(amount: int, left: int) -> int:
    """What is lent moves always, what is taken back only when it is still there."""
    return amount if amount >= 0 or left + amount >= 0 else 0


def conclude(user_id: str, transfer: Transfer, loan: Loan) -> Update:
    """The third step: `loan` is the user's after the second."""
    on_day = loan.day_moved if loan.transfer == transfer.name else 0
    lent, lent_on_day = -transfer.outstanding(loan), on_day - max(0, transfer.day_amount)
    return Update(
        (Equals(("pending", user_id, "name"), transfer.name),),
        (
            Remove(("pending", user_id)),
            Put(("concluded", user_id), {"name": transfer.name, "at": transfer.at}),
            Add(("lent",), lent),
            Add(("days", transfer.day), lent_on_day),
        ),
    )


def plan_forgetting(deployment: DeploymentMonth, now: datetime) -> Update | None:
    """Transfers of which no announcement can be under way any more need not be remembered; None when there is none."""
    before = to_rfc3339(now - KEPT)
    old = [(user_id, last) for user_id, last in deployment.concluded.items() if last["at"] < before]
    if not old:
        return None
    gone = [(("concluded", user_id), last) for user_id, last in old[:FORGOTTEN_AT_ONCE]]
    return Update(tuple(Equals(path, last) for path, last in gone), tuple(Remove(path) for path, _ in gone))


def begin_loan(spend_microusd: int, day: str = "", of_day: int = 0) -> Update:
    """A month that is counted for the deployment from now on, with what it has spent until now as a debt.

    `of_day` of it was spent on `day`.
    """
    debt = Loan(left=-spend_microusd, day=day, day_left=-of_day)
    return Update((Missing(("loan",)), Equals(("spend_microusd",), spend_microusd)), (Put(("loan",), debt.to_map()),))


def list_alarms(after: DeploymentMonth, transfer: Transfer, rules: DeploymentRules) -> Iterator[tuple[str, int]]:
    """Caps of which a loan has just passed 50, 80 or 100 %: (cap, percent). `after` is right after its announcement."""
    levels = (
        ("deployment_spend_per_month", rules.spend_per_month, after.lent, transfer.amount),
        ("deployment_spend_per_day", rules.spend_per_day, after.days[transfer.day], transfer.day_amount),
    )
    for cap, limit, lent, amount in levels:
        if limit is not None:
            passed = (percent for percent in ALARM_PERCENTS if (lent - amount) * 100 < percent * limit <= lent * 100)
            yield from ((cap, percent) for percent in passed)


def _block(missing: int, cost: int, cap: int | None, lent: int) -> int:
    """At least what is missing, and enough for a few more orders while there is plenty for everybody."""
    if not missing:
        return 0
    spare = BLOCK_ORDERS * cost
    return max(missing, spare if cap is None else min(spare, (cap - lent) // BLOCK_SHARE))


def _refusal(borrowing: Borrowing, cap: str, used: int, limit: int) -> QuotaExceededError:
    is_daily = cap.endswith("_day")
    midnight = borrowing.now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    resets_at = midnight if is_daily else end_of_month(borrowing.now)
    requested = format_usd(borrowing.cost)
    return QuotaExceededError(
        f"{cap}: {format_usd(used)} of {format_usd(limit)} USD are taken, {requested} more are asked for.",
        remedy="Wait for the reset.",
        details={
            "cap": cap,
            "used": format_usd(used),
            "limit": format_usd(limit),
            "requested": requested,
            "resets_at": to_rfc3339(resets_at),
        },
        retry_after_s=int((resets_at - borrowing.now).total_seconds()) + 1,
    )
