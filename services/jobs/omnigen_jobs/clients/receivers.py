"""Messages to users' servers: signed as Standard Webhooks say, sent by the guarded client."""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from standardwebhooks import Webhook

from omnigen_jobs.domain.messages import Attempt, Message
from omnigen_jobs.ports import Receivers, Sent
from omnigen_shared.contracts.text import clean_text
from omnigen_shared.errors import InvalidRequestError
from omnigen_shared.outbound.client import OutboundAnswer, OutboundClient, OutboundError
from omnigen_shared.outbound.urls import UrlRefusedError, UrlRule

KEPT_CHARACTERS: Final = 500
GONE: Final = 410


class SignedReceivers(Receivers):
    """`rule` is the client's own."""

    def __init__(self, client: OutboundClient, rule: UrlRule) -> None:
        self._client = client
        self._rule = rule

    def check(self, url: str) -> None:
        try:
            self._rule.check(url)
        except UrlRefusedError as error:
            limits = {"type": "string", "schemes": ["https", "http"] if self._rule.allows_http else ["https"]}
            field = {"field": "url", "message": f"The address {error}", "limits": limits}
            raise InvalidRequestError("Not valid: url.", details={"fields": [field]}) from error

    async def send(self, url: str, secrets: Sequence[str], message: Message, at: datetime) -> Sent:
        began = _now()
        try:
            answer = await self._client.post(url, message.body.encode(), sign(message, secrets, at))
        except OutboundError as error:
            return Sent(Attempt(at=at, duration_ms=_since(began), problem=error.failure.value, detail=error.detail))
        return judge(answer, at, _since(began))


def sign(message: Message, secrets: Sequence[str], at: datetime) -> dict[str, str]:
    """The headers of a request that is made at this instant; a signature for each secret."""
    signatures = [Webhook(secret).sign(message.message_id, at, message.body) for secret in secrets]
    return {
        "Content-Type": "application/json",
        "Webhook-Id": message.message_id,
        "Webhook-Timestamp": str(int(at.timestamp())),
        "Webhook-Signature": " ".join(signatures),
    }


def judge(answer: OutboundAnswer, at: datetime, duration_ms: int) -> Sent:
    """2xx is well; all else is to be sent again, but for 410."""
    problem, detail = _find_problem(answer.status)
    attempt = Attempt(
        at=at,
        duration_ms=duration_ms,
        status=answer.status,
        problem=problem,
        detail=detail,
        answer=clean_text(answer.body.decode(errors="replace"))[:KEPT_CHARACTERS],
    )
    wish_s = float(answer.retry_after) if problem is not None and answer.retry_after.isdecimal() else 0
    return Sent(attempt, wish_s, is_gone=answer.status == GONE)


def _find_problem(status: int) -> tuple[str | None, str]:
    if 200 <= status < 300:  # noqa: PLR2004 - HTTP's own classes
        return None, ""
    if 300 <= status < 400:  # noqa: PLR2004
        return "redirected", f"HTTP {status}: redirects are not followed."
    return "refused", f"HTTP {status}."


def _now() -> float:
    return asyncio.get_running_loop().time()


def _since(began: float) -> int:
    return round((_now() - began) * 1000)
