"""`python -m omnigen_quota.operator`: what people do to quota, on the table itself, with the service's settings.

Exit codes: 0; 1 when books do not balance; 2 for a mistaken command or a table that does not answer.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Annotated, Final

import typer
from pydantic import ValidationError

from omnigen_quota.domain.months import month_of
from omnigen_quota.domain.terms import MAX_CAP, OVERRIDABLE
from omnigen_quota.ports import UsageTable
from omnigen_quota.reports import Report, deployment_report, user_report
from omnigen_quota.service.auditing import Auditor
from omnigen_quota.service.operating import Operator
from omnigen_quota.service.sweeping import Sweeper
from omnigen_quota.settings import TableSettings
from omnigen_quota.store.usage import DynamoUsageTable
from omnigen_shared.aws.clients import open_client
from omnigen_shared.clock import SystemClock
from omnigen_shared.errors import ProblemError
from omnigen_shared.money import to_microusd

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
MONEY_CAP: Final = "spend_per_month_usd"
CAPS: Final = (*(name for name in OVERRIDABLE if not name.endswith("microusd")), MONEY_CAP)
TAKE_BACK: Final = "plan"
"""Instead of a number: the plan's own cap holds again."""


class PlanChoice(StrEnum):
    """A plan that wins over the sign-in's, or the sign-in's again."""

    FREE = "free"
    PRO = "pro"
    ENTERPRISE = "enterprise"
    SIGN_IN = "sign-in"


User = Annotated[str, typer.Argument(metavar="USER", help="The user's id: the `sub` of their sign-in.")]
Users = Annotated[list[str] | None, typer.Argument(metavar="[USER]...", help="Everybody by default.")]
Work = Callable[[UsageTable, Report], Awaitable[None]]


@app.callback()
def main(
    context: typer.Context,
    json: Annotated[bool, typer.Option("--json", help="One JSON object a line, for programs.")] = False,
) -> None:
    """What an operator does to OmniGen's quota. USAGE_TABLE (and AWS_REGION, AWS_ENDPOINT_URL) say which table."""
    context.obj = Report(as_json=json)


@app.command()
def show(context: typer.Context, user: User) -> None:
    """A user's plan, caps and months."""
    _run(context, lambda table, report: user_report(table, report, user))


@app.command("set-plan")
def set_plan(context: typer.Context, user: User, plan: PlanChoice) -> None:
    """The plan of a user, whatever the sign-in says; `sign-in` gives the choice back to that."""

    async def work(table: UsageTable, report: Report) -> None:
        await Operator(table, SystemClock()).set_plan(user, "" if plan is PlanChoice.SIGN_IN else plan.value)
        await user_report(table, report, user)

    _run(context, work)


@app.command("set-caps")
def set_caps(
    context: typer.Context,
    user: User,
    caps: Annotated[list[str], typer.Argument(metavar="CAP=N...", help=f"{', '.join(CAPS)}; N a number or `plan`.")],
) -> None:
    """Caps of a user, whatever the plan says. Holds from the next reservation."""
    changes = dict(_parse_cap(text) for text in caps)

    async def work(table: UsageTable, report: Report) -> None:
        await Operator(table, SystemClock()).set_caps(user, changes)
        await user_report(table, report, user)

    _run(context, work)


@app.command()
def deployment(context: typer.Context) -> None:
    """The switch, the caps of all users together, and what of them is taken."""
    _run(context, deployment_report)


@app.command("set-deployment-caps")
def set_deployment_caps(
    context: typer.Context,
    per_day: Annotated[str, typer.Option(metavar="USD", help="Spend of all users a day (UTC), or `none`.")],
    per_month: Annotated[str, typer.Option(metavar="USD", help="The same a month.")],
) -> None:
    """Caps for all users together, never exceeded. What this month has spent already is counted."""
    day_cap, month_cap = _parse_usd(per_day, "none"), _parse_usd(per_month, "none")

    async def work(table: UsageTable, report: Report) -> None:
        await Operator(table, SystemClock()).set_deployment_caps(day_cap, month_cap)
        await deployment_report(table, report)

    _run(context, work)


@app.command()
def pause(context: typer.Context) -> None:
    """Reserve and hold nothing new, anywhere, within seconds. What runs is still accounted for."""
    _run(context, _turn(paused=True))


@app.command()
def unpause(context: typer.Context) -> None:
    """The end of a pause."""
    _run(context, _turn(paused=False))


@app.command()
def audit(context: typer.Context, users: Users = None) -> None:
    """Prove that each user's ledger sums to the counters, or name the row. Changes nothing."""

    async def work(table: UsageTable, report: Report) -> None:
        for user in users or await table.list_users():
            report.add_audit(await Auditor(table).audit(user))
        now = SystemClock().now().replace(day=1)
        for month in () if users else (month_of(now - timedelta(days=1)), month_of(now)):
            report.add_findings(await Auditor(table).audit_deployment(month))

    _run(context, work)


@app.command()
def sweep(context: typer.Context, users: Users = None) -> None:
    """Finish what crashes have left: rows that are owed, a straggler's second booking. The service does it too."""

    async def work(table: UsageTable, report: Report) -> None:
        for user in users or await table.list_users():
            report.add_sweep(user, await Sweeper(table, SystemClock()).sweep(user))

    _run(context, work)


def _turn(*, paused: bool) -> Work:
    async def work(table: UsageTable, report: Report) -> None:
        await Operator(table, SystemClock()).pause(paused)
        await deployment_report(table, report)

    return work


def _run(context: typer.Context, work: Work) -> None:
    report: Report = context.obj
    try:
        asyncio.run(_work_on_table(work, report))
    except ValidationError as error:
        raise _mistake(
            f"Not set: {', '.join(str(part).upper() for one in error.errors() for part in one['loc'])}"
        ) from error
    except (ProblemError, ValueError) as error:
        raise _mistake(str(error)) from error
    report.show()
    raise typer.Exit(0 if report.is_sound else 1)


async def _work_on_table(work: Work, report: Report) -> None:
    async with _open_table() as table:
        await work(table, report)


@asynccontextmanager
async def _open_table() -> AsyncIterator[UsageTable]:
    settings = TableSettings()
    async with open_client("dynamodb", settings) as client:
        yield DynamoUsageTable(client, settings.usage_table, SystemClock())


def _mistake(message: str) -> typer.Exit:
    typer.echo(message, err=True)
    return typer.Exit(2)


def _parse_cap(text: str) -> tuple[str, int | None]:
    name, _, amount = text.partition("=")
    if name == MONEY_CAP:
        return "spend_per_month_microusd", _parse_usd(amount, TAKE_BACK)
    if name not in CAPS or not (amount == TAKE_BACK or amount.isdecimal()):
        raise typer.BadParameter(
            f"{text} is none of {', '.join(f'{cap}=N' for cap in CAPS)}; N a number or {TAKE_BACK}."
        )
    return name, None if amount == TAKE_BACK else int(amount)


def _parse_usd(text: str, nothing: str) -> int | None:
    """USD in micro-dollars; None for the word that stands for no amount."""
    if text == nothing:
        return None
    try:
        amount = Decimal(text)
        microusd = to_microusd(amount) if amount.is_finite() else -1
    except InvalidOperation:
        microusd = -1
    if not 0 <= microusd <= MAX_CAP:
        raise typer.BadParameter(f"{text} is no amount in USD, and not `{nothing}`.")
    return microusd


if __name__ == "__main__":
    app()
