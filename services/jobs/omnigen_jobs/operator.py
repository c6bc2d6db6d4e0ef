"""`python -m omnigen_jobs.operator`: what people do to paid calls and for users. One JSON line an answer.

It runs with the environment of the service.
"""

import argparse
import asyncio
import sys
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import asdict
from decimal import Decimal, InvalidOperation
from typing import Any, Final

import orjson

from omnigen_jobs.app import assemble, open_adapters
from omnigen_jobs.domain.hooks import HookId
from omnigen_jobs.domain.messages import Message, Notice
from omnigen_jobs.domain.records import Intent
from omnigen_jobs.schemas.hooks import DeliveryView, HookView
from omnigen_jobs.service.operating import Operator
from omnigen_jobs.service.overseeing import Overseeing
from omnigen_jobs.settings import JobsSettings
from omnigen_shared.clock import to_rfc3339
from omnigen_shared.contracts.base import IntentId, JobId, UserId
from omnigen_shared.errors import ProblemError
from omnigen_shared.money import format_usd, to_microusd

WEBHOOKS: Final = frozenset({"outbox", "webhooks", "deliveries"})


def main(arguments: Sequence[str] | None = None) -> int:
    """0, or 2 for a mistaken command, a call that is not unknown, or a service that does not answer."""
    command = _build_parser().parse_args(arguments)
    try:
        asyncio.run(_run(command))
    except (ProblemError, ValueError) as error:
        sys.stderr.write(f"{error}\n")
        return 2
    return 0


async def _run(command: argparse.Namespace) -> None:
    async with AsyncExitStack() as stack:
        settings = JobsSettings()
        adapters = await open_adapters(settings, stack)
        operator = Operator(adapters.store, adapters.quota, adapters.clock)
        if command.name == "open":
            async for call in operator.list_open():
                _say(call.job.job_id, call.intent)
        elif command.name in WEBHOOKS:
            await _show_webhooks(command, Overseeing(adapters.post, adapters.clock))
        elif command.name == "erase":
            erasing = assemble(settings, adapters)[0].erasing
            asked = await erasing.ask(UserId(command.user))
            _print({"user": asked.user_id, "asked_at": to_rfc3339(asked.asked_at)})
        elif command.name == "strays":
            for stray in await operator.list_strays():
                _print({**asdict(stray), "received_at": to_rfc3339(stray.received_at)})
        else:
            actual = to_microusd(command.usd) if command.name == "settle" else None
            _say(command.job, await operator.judge(JobId(command.job), IntentId(command.intent), actual))


async def _show_webhooks(command: argparse.Namespace, overseeing: Overseeing) -> None:
    if command.name == "outbox":
        async for waiting in overseeing.list_outbox():
            _print(_show_waiting(waiting))
    elif command.name == "webhooks":
        for hook in await overseeing.list_hooks(UserId(command.user)):
            _print(HookView.of(hook).model_dump(mode="json"))
    else:
        for message in await overseeing.list_messages(HookId(command.webhook)):
            _print(DeliveryView.of(message).model_dump(mode="json"))


def _show_waiting(waiting: Notice | Message) -> dict[str, Any]:
    about = {"user": waiting.user_id, "job": waiting.job_id}
    if isinstance(waiting, Notice):
        return {**about, "event": waiting.seq, "due_at": to_rfc3339(waiting.at)}
    due_at = None if waiting.due_at is None else to_rfc3339(waiting.due_at)
    problem = waiting.attempts[-1].problem if waiting.attempts else None
    ids = {"webhook": waiting.hook_id, "delivery": waiting.message_id}
    return {**about, **ids, "type": waiting.type, "due_at": due_at, "tries": waiting.tries, "problem": problem}


def _say(job_id: str, intent: Intent) -> None:
    told: dict[str, Any] = {
        "job": job_id,
        "intent": intent.intent_id,
        "status": intent.status.value,
        "model": intent.model,
        "provider_id": intent.provider_id,
        "held_usd": format_usd(intent.price_microusd),
        "charged_usd": None if intent.actual_microusd is None else format_usd(intent.actual_microusd),
        "sent_at": None if intent.sent_at is None else to_rfc3339(intent.sent_at),
    }
    _print(told)


def _print(told: Mapping[str, Any]) -> None:
    sys.stdout.write(f"{orjson.dumps(told).decode()}\n")


def _build_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m omnigen_jobs.operator", description="What people do to paid calls, and see of webhooks."
    )
    commands = parser.add_subparsers(dest="name", required=True)
    commands.add_parser("open", help="calls that the provider may still charge")
    commands.add_parser("strays", help="the provider's webhooks that could not be placed")
    commands.add_parser("erase", help="all that is kept of a user here; done by the service").add_argument("user")
    commands.add_parser("outbox", help="what webhooks have not been told yet, the longest overdue first")
    commands.add_parser("webhooks", help="a user's, and how they are").add_argument("user")
    commands.add_parser("deliveries", help="the last that were sent to a webhook").add_argument("webhook")
    settle = commands.add_parser("settle", help="an unknown call was charged")
    refund = commands.add_parser("refund", help="an unknown call was not charged")
    for one in (settle, refund):
        one.add_argument("job")
        one.add_argument("intent", help="as `open` and the receipt name it: scene-02.1")
    settle.add_argument("usd", type=_parse_usd, help="what the provider's bill says")
    return parser


def _parse_usd(text: str) -> Decimal:
    try:
        return Decimal(text)
    except InvalidOperation as error:
        raise argparse.ArgumentTypeError(f"{text} is no amount") from error


if __name__ == "__main__":
    sys.exit(main())
