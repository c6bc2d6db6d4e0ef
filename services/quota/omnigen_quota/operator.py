"""`python -m omnigen_quota.operator`: what people do to quota. One JSON line an answer; 1 when books differ."""

import argparse
import asyncio
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict
from typing import Any, Final

import orjson

from omnigen_quota.domain.plans import PLANS
from omnigen_quota.domain.terms import OVERRIDABLE
from omnigen_quota.ports import UsageTable
from omnigen_quota.service.auditing import Auditor
from omnigen_quota.service.operating import Operator
from omnigen_quota.service.sweeping import Sweeper
from omnigen_quota.settings import TableSettings
from omnigen_quota.store.usage import DynamoUsageTable
from omnigen_shared.aws.clients import open_client
from omnigen_shared.clock import SystemClock
from omnigen_shared.errors import ProblemError

SIGN_IN: Final = "sign-in"
"""Instead of a plan's name: the user's groups decide again."""
TAKE_BACK: Final = "plan"
"""Instead of a number: the plan's own cap holds again."""


def main(arguments: Sequence[str] | None = None) -> int:
    """0, 1 when books do not balance, 2 for a mistaken command or a table that does not answer."""
    command = _build_parser().parse_args(arguments)
    try:
        return asyncio.run(_run(command))
    except (ProblemError, ValueError) as error:
        sys.stderr.write(f"{error}\n")
        return 2


async def _run(command: argparse.Namespace) -> int:
    async with _open_table() as table:
        match command.name:
            case "audit" | "sweep":
                return await _go_through(command, table)
            case "pause" | "unpause":
                await Operator(table, SystemClock()).pause(command.name == "pause")
                _say({"paused": (await table.find_rules()).is_paused})
            case _:
                await _change_user(command, table)
    return 0


async def _change_user(command: argparse.Namespace, table: UsageTable) -> None:
    operator = Operator(table, SystemClock())
    if command.name == "set-plan":
        await operator.set_plan(command.user, "" if command.plan == SIGN_IN else command.plan)
    elif command.name == "set-caps":
        await operator.set_caps(command.user, dict(command.caps))
    terms = await table.find_terms(command.user)
    months = await table.list_months(command.user)
    _say(
        {
            "user": command.user,
            "plan": terms.plan or SIGN_IN,
            "caps": dict(terms.caps),
            "paused": (await table.find_rules()).is_paused,
            "months": {
                month: {name: getattr(state, name) for name in ("videos", "storyboards", "open_jobs", *_MONEY)}
                for month, state in months.items()
            },
        }
    )


_MONEY: Final = ("spend_microusd", "settled_microusd")


async def _go_through(command: argparse.Namespace, table: UsageTable) -> int:
    is_sound = True
    for user in command.users or await table.list_users():
        if command.name == "sweep":
            _say({"user": user, **asdict(await Sweeper(table, SystemClock()).sweep(user))})
            continue
        audit = await Auditor(table).audit(user)
        _say(asdict(audit))
        is_sound = is_sound and not audit.findings
    return 0 if is_sound else 1


@asynccontextmanager
async def _open_table() -> AsyncIterator[UsageTable]:
    settings = TableSettings()
    async with open_client("dynamodb", settings) as client:
        yield DynamoUsageTable(client, settings.usage_table, SystemClock())


def _build_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m omnigen_quota.operator", description="What people do to quota.")
    commands = parser.add_subparsers(dest="name", required=True)
    show = commands.add_parser("show", help="a user's plan, caps and months")
    plan = commands.add_parser("set-plan", help="the plan of a user, whatever the sign-in says")
    caps = commands.add_parser("set-caps", help="caps of a user, whatever the plan says")
    for one in (show, plan, caps):
        one.add_argument("user")
    plan.add_argument("plan", choices=(*PLANS, SIGN_IN))
    names = ", ".join(OVERRIDABLE)
    caps.add_argument(
        "caps", nargs="+", type=_parse_cap, metavar="CAP=N", help=f"{names}; N is a number or {TAKE_BACK}"
    )
    commands.add_parser("pause", help="reserve and hold nothing new, anywhere")
    commands.add_parser("unpause", help="the end of it")
    for name, what in (("audit", "prove that the ledger sums to the counters"), ("sweep", "finish what a crash left")):
        commands.add_parser(name, help=what).add_argument("users", nargs="*", help="everybody by default")
    return parser


def _parse_cap(text: str) -> tuple[str, int | None]:
    name, _, amount = text.partition("=")
    return name, None if amount == TAKE_BACK else int(amount)


def _say(answer: dict[str, Any]) -> None:
    sys.stdout.write(f"{orjson.dumps(answer).decode()}\n")


if __name__ == "__main__":
    sys.exit(main())
