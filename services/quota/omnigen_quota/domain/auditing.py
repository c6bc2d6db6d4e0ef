"""Do a user's books balance? The sums of the ledger's rows, rows included that the map still owes, against counters."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from omnigen_quota.domain.bookings import Booking, MonthState
from omnigen_quota.domain.ledger import LedgerRow, list_rows, rebuild_booking
from omnigen_quota.domain.loans import DeploymentMonth

COUNTERS: Final = ("videos", "storyboards", "spend_microusd", "settled_microusd")
Key = tuple[str, str]
"""(job, slot): where a row stands in its user's ledger."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that does not balance. `row` is <job>#<slot>, or the counter's name for a sum."""

    month: str
    row: str
    what: str


def audit_month(month: str, state: MonthState, rows: Sequence[LedgerRow]) -> Iterator[Finding]:
    """Nothing when the month's counters are what its rows say. `rows` are all rows of the user's ledger."""
    stored = {(row.job_id, row.slot): row for row in rows}
    owed = _list_owed(month, state)
    yield from _compare_rows(month, owed, stored)
    yield from _check_closed(month, state, rows)
    whole = {**{key: row for key, row in stored.items() if row.month == month}, **owed}
    yield from _compare_sums(month, state, whole.values())


def audit_deployment(month: str, deployment: DeploymentMonth, states: Mapping[str, MonthState]) -> Iterator[Finding]:
    """Nothing when what is lent is what users' months have spent, have left, and are about to get.

    Of a day they have no more than is lent on it; it may be less, for what comes back on another day is nobody's.
    """
    counted = {user_id: (state, state.loan) for user_id, state in states.items() if state.loan is not None}
    taken = sum(state.spend_microusd + loan.left for state, loan in counted.values())
    for user_id, transfer in deployment.pending.items():
        if user_id not in counted:
            yield Finding(month, f"pending.{user_id}", "a transfer is under way to a month that has no loan")
            continue
        taken += transfer.outstanding(counted[user_id][1])
    if taken != deployment.lent:
        yield Finding(month, "lent", f"users' months have taken {taken}, the deployment has lent {deployment.lent}")
    for day, had in _sum_days(states.values()).items():
        if had > deployment.days.get(day, 0):
            lent = deployment.days.get(day, 0)
            yield Finding(month, f"days.{day}", f"users' months have {had}, the deployment has lent {lent}")


def _sum_days(states: Iterable[MonthState]) -> Counter[str]:
    """What users' months have left of each day's loan, and what their bookings have taken of it and still count."""
    sums: Counter[str] = Counter()
    for state in states:
        if state.loan is not None:
            sums[state.loan.day] += state.loan.day_left
        for entry in state.bookings.values():
            if isinstance(entry, Booking):
                sums[entry.charged_day] += entry.claim_microusd
    del sums[""]
    return sums


def list_missing(month: str, state: MonthState, rows: Sequence[LedgerRow]) -> list[LedgerRow]:
    """Rows that the map says are still owed to the ledger; not an error, a crash left them to the sweep."""
    stored = {(row.job_id, row.slot) for row in rows}
    return [row for key, row in _list_owed(month, state).items() if key not in stored]


def _list_owed(month: str, state: MonthState) -> dict[Key, LedgerRow]:
    full = {job_id: entry for job_id, entry in state.bookings.items() if isinstance(entry, Booking)}
    rows = (row for job_id, booking in full.items() for row in list_rows(job_id, month, booking))
    return {(row.job_id, row.slot): row for row in rows}


def _compare_rows(month: str, owed: Mapping[Key, LedgerRow], stored: Mapping[Key, LedgerRow]) -> Iterator[Finding]:
    for (job_id, slot), row in owed.items():
        found = stored.get((job_id, slot), row)
        if found != row:
            yield Finding(month, f"{job_id}#{slot}", f"the ledger says {_brief(found)}, the month says {_brief(row)}")


def _check_closed(month: str, state: MonthState, rows: Sequence[LedgerRow]) -> Iterator[Finding]:
    """Jobs that only the ledger knows any more: their rows tell a whole story that gives back what was not spent."""
    by_job: dict[str, list[LedgerRow]] = {}
    for row in rows:
        if row.month == month and state.find_booking(row.job_id) is None:
            by_job.setdefault(row.job_id, []).append(row)
    for job_id, own in by_job.items():
        booking = rebuild_booking(month, own)
        if booking is None:
            yield Finding(month, f"{job_id}#closed", "the month has forgotten the job, and its story has no end")
        elif not booking.is_final:
            yield Finding(month, f"{job_id}#ended", "the month has forgotten the job, and a paid call has no end")
        elif sum(row.spend_microusd for row in own) != booking.spent_microusd:
            yield Finding(month, f"{job_id}#closed", "what was reserved, less what came back, is not what was spent")


def _compare_sums(month: str, state: MonthState, rows: Iterable[LedgerRow]) -> Iterator[Finding]:
    sums: Counter[str] = Counter()
    for row in rows:
        sums.update({name: getattr(row, name) for name in COUNTERS})
    for name in COUNTERS:
        if sums[name] != getattr(state, name):
            yield Finding(month, name, f"the rows sum to {sums[name]}, the counter is {getattr(state, name)}")
    running = sum(entry.running_jobs for entry in state.list_open())
    if running != state.open_jobs:
        yield Finding(month, "open_jobs", f"{running} jobs are open, the counter is {state.open_jobs}")


def _brief(row: LedgerRow) -> str:
    return f"{row.kind.value} {row.amount_microusd} in {row.month}, reserved at {row.reserved_at}"
