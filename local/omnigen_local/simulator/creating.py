"""What a create request says: its body and its headers, checked as the provider checks them."""

import re
import secrets
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

from omnigen_local.simulator.faults import Faults
from omnigen_local.simulator.models import Model
from omnigen_local.simulator.parameters import InvalidInputError
from omnigen_local.simulator.predictions import Prediction

EVENTS: Final = ("start", "output", "logs", "completed")
LONGEST_WAIT_S: Final = 60
_WAIT: Final = re.compile(r"wait(?:=(\d+))?")
_DURATION: Final = re.compile(r"(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s?)?")
_ALPHABET: Final = "0123456789abcdefghjkmnpqrstvwxyz"


class BadRequestError(Exception):
    """A body or header that the provider refuses with 422."""


@dataclass(frozen=True, slots=True)
class CreateRequest:
    """A checked request for one model."""

    input: dict[str, Any]
    webhook: str
    webhook_events: tuple[str, ...]
    wait_s: float
    cancel_after_s: float | None

    def to_prediction(self, model: Model, faults: Faults) -> Prediction:
        """A new prediction, accepted now."""
        now = time.time()
        return Prediction(
            id="".join(secrets.choice(_ALPHABET) for _ in range(26)),
            model=model.name,
            input=self.input,
            created_at=now,
            faults=faults,
            deadline_at=None if self.cancel_after_s is None else now + self.cancel_after_s,
            webhook=self.webhook,
            webhook_events=self.webhook_events,
        )


def read_request(body: Any, headers: Mapping[str, str], http_hosts: Iterable[str]) -> CreateRequest:
    """The request; BadRequestError or InvalidInputError say what is wrong with it."""
    if not isinstance(body, dict) or not isinstance(body.get("input"), dict):
        raise BadRequestError("- input is required")
    if unknown := body.keys() - {"input", "webhook", "webhook_events_filter"}:
        raise BadRequestError("\n".join(f"- Additional property {name} is not allowed" for name in sorted(unknown)))
    return CreateRequest(
        input=body["input"],
        webhook=_read_webhook(body.get("webhook"), set(http_hosts)),
        webhook_events=_read_events(body.get("webhook_events_filter")),
        wait_s=read_wait(headers.get("prefer", "")),
        cancel_after_s=read_duration(headers["cancel-after"]) if "cancel-after" in headers else None,
    )


def read_wait(prefer: str) -> float:
    """Seconds to hold the answer, from `Prefer: wait` or `wait=n`; 0 without it."""
    match = _WAIT.fullmatch(prefer.strip())
    if match is None:
        return 0
    wait_s = int(match[1] or LONGEST_WAIT_S)
    if not 1 <= wait_s <= LONGEST_WAIT_S:
        raise BadRequestError(f"- Prefer: wait must be between 1 and {LONGEST_WAIT_S} seconds")
    return wait_s


def read_duration(text: str) -> float:
    """Seconds from `90`, `90s`, `1m` or `1h30m45s`."""
    match = _DURATION.fullmatch(text.strip())
    if not text.strip() or match is None:
        raise BadRequestError("- Cancel-After must be a duration such as 30s, 1m or 1h30m45s")
    hours, minutes, seconds = (int(part or 0) for part in match.groups())
    return 3600 * hours + 60 * minutes + seconds


def describe_problems(error: InvalidInputError) -> str:
    """The provider's way of saying which inputs are wrong."""
    return "\n".join(f"- input.{problem}" for problem in error.problems)


def _read_webhook(url: Any, http_hosts: set[str]) -> str:
    if url is None:
        return ""
    parts = urlsplit(url) if isinstance(url, str) else None
    if parts is None or not parts.hostname:
        raise BadRequestError("- webhook must be a URL")
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in http_hosts):
        raise BadRequestError("- webhook must be an HTTPS URL")
    return str(url)


def _read_events(events: Any) -> tuple[str, ...]:
    if events is None:
        return EVENTS
    if not isinstance(events, list) or any(event not in EVENTS for event in events):
        raise BadRequestError(f"- webhook_events_filter must be a list of: {', '.join(EVENTS)}")
    return tuple(events)
