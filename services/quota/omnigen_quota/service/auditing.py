"""The proof of a user's books."""

from dataclasses import dataclass
from typing import Final

from omnigen_quota.domain.auditing import Finding, audit_deployment, audit_month, list_missing
from omnigen_quota.domain.ledger import LedgerRow
from omnigen_quota.domain.loans import DeploymentMonth
from omnigen_quota.ports import UsageTable
from omnigen_shared.errors import ConflictError

LOOKS: Final = 20
"""A user who works while the books are read makes the reader start again; so often at most."""


@dataclass(frozen=True, slots=True)
class Audit:
    """One user's books at one instant. `owed` rows are still to be written; findings are errors."""

    user_id: str
    rows: int
    owed: int
    findings: tuple[Finding, ...]


class Auditor:
    """Reads only."""

    def __init__(self, table: UsageTable) -> None:
        self._table = table

    async def audit(self, user_id: str) -> Audit:
        """ConflictError when the user's months do not stand still for as long as it takes to read the ledger."""
        before = await self._table.list_months(user_id)
        for _ in range(LOOKS):
            rows = await self._table.list_all_rows(user_id)
            after = await self._table.list_months(user_id)
            if before == after:
                findings = [found for month, state in after.items() for found in audit_month(month, state, rows)]
                strays = [_stray(row) for row in rows if row.month not in after]
                owed = sum(len(list_missing(month, state, rows)) for month, state in after.items())
                return Audit(user_id, len(rows), owed, (*findings, *strays))
            before = after
        raise ConflictError(f"{user_id} changed {LOOKS} times while the books were read.")

    async def audit_deployment(self, month: str) -> tuple[Finding, ...]:
        """What is lent against all users' months. ConflictError as above.

        What a user spends is taken from the same user's loan in one update, so only transfers move the sum: as long as
        the deployment's item stands still, it does too.
        """
        before = await self._table.find_deployment(month)
        for _ in range(LOOKS):
            users = await self._table.list_enrolled(month)
            states = {user_id: await self._table.find_month(user_id, month) for user_id in users}
            after = await self._table.find_deployment(month)
            if before == after:
                begun = {user_id: state for user_id, state in states.items() if state is not None}
                return tuple(audit_deployment(month, after or DeploymentMonth(), begun))
            before = after
        raise ConflictError(f"What is lent in {month} changed {LOOKS} times while it was added up.")


def _stray(row: LedgerRow) -> Finding:
    return Finding(row.month, f"{row.job_id}#{row.slot}", "the ledger has a row of a month that does not exist")
