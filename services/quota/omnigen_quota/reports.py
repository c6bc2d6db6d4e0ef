"""What the operator's commands tell: tables for people, a JSON object a line for programs."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any

import orjson
import typer
from rich.console import Console
from rich.table import Table

from omnigen_quota.domain.auditing import Finding
from omnigen_quota.domain.bookings import MonthState
from omnigen_quota.domain.loans import DeploymentMonth
from omnigen_quota.domain.months import day_of, month_of
from omnigen_quota.ports import UsageTable
from omnigen_quota.service.auditing import Audit
from omnigen_quota.service.sweeping import Sweep
from omnigen_shared.clock import SystemClock
from omnigen_shared.money import format_usd


class Report:
    """Facts, and whether all books that were looked at balance."""

    def __init__(self, *, as_json: bool) -> None:
        self.is_sound = True
        self._as_json = as_json
        self._facts: list[dict[str, Any]] = []

    def add(self, **facts: Any) -> None:
        self._facts.append(facts)

    def add_audit(self, audit: Audit) -> None:
        """One user's books."""
        self.add(user=audit.user_id, rows=audit.rows, owed=audit.owed, sound=not audit.findings)
        self.add_findings(audit.findings)

    def add_findings(self, findings: Iterable[Finding]) -> None:
        """What does not balance."""
        for finding in findings:
            self.is_sound = False
            self.add(**asdict(finding))

    def add_sweep(self, user_id: str, sweep: Sweep) -> None:
        """What was done for one user."""
        self.add(user=user_id, **asdict(sweep))

    def show(self) -> None:
        """On stdout."""
        if self._as_json:
            for facts in self._facts:
                typer.echo(orjson.dumps(facts))
            return
        console = Console()
        for table in _as_tables(self._facts):
            console.print(table)


async def user_report(table: UsageTable, report: Report, user_id: str) -> None:
    """A user's terms and months."""
    terms = await table.find_terms(user_id)
    report.add(user=user_id, plan=terms.plan or "sign-in", **terms.caps)
    for month, state in (await table.list_months(user_id)).items():
        report.add(month=month, **_month_facts(state))


async def deployment_report(table: UsageTable, report: Report) -> None:
    """What holds for all users together."""
    rules, now = await table.find_rules(), SystemClock().now()
    present = await table.find_deployment(month_of(now)) or DeploymentMonth()
    report.add(
        paused=rules.is_paused,
        per_day_usd=_usd_or_none(rules.spend_per_day),
        today_usd=format_usd(present.days.get(day_of(now), 0)),
        per_month_usd=_usd_or_none(rules.spend_per_month),
        this_month_usd=format_usd(present.lent),
    )


def _month_facts(state: MonthState) -> dict[str, Any]:
    return {
        "videos": state.videos,
        "storyboards": state.storyboards,
        "open_jobs": state.open_jobs,
        "spend_usd": format_usd(state.spend_microusd),
        "settled_usd": format_usd(state.settled_microusd),
    }


def _usd_or_none(amount: int | None) -> str | None:
    return None if amount is None else format_usd(amount)


def _as_tables(facts: list[dict[str, Any]]) -> Iterable[Table]:
    """One table for neighbours of the same kind."""
    table: Table | None = None
    for fact in facts:
        if table is None or [column.header for column in table.columns] != list(fact):
            if table is not None:
                yield table
            table = Table(*fact)
        table.add_row(*(_cell(value) for value in fact.values()))
    if table is not None:
        yield table


def _cell(value: Any) -> str:
    words: Mapping[Any, str] = {None: "none", True: "yes", False: "no"}
    return words[value] if value is None or isinstance(value, bool) else str(value)
