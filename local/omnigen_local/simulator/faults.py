"""Faults on demand: their names, the markers that ask for them in a prompt, and the rules that do so from outside.

A list of faults is written `failed`, or `reply_lost, listed_late=90`, in markers (`[[sim:…]]`) and rules alike.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Self

Faults = dict[str, float]
"""Faults in force, by name, with their numbers."""

FAULTS: Final[dict[str, tuple[float, str]]] = {
    "server_error": (500, "the create is refused with this status and nothing is stored"),
    "throttled": (2, "the create is refused with 429 that names this many seconds"),
    "reply_lost": (0, "stored, then the connection is closed without an answer"),
    "reply_error": (502, "stored, then answered with this status"),
    "reply_late": (5, "stored, answered this many seconds later"),
    "listed_late": (5, "in the list only this many seconds after its creation"),
    "never_listed": (0, "never in the list; still found by its id"),
    "slow": (30, "takes this many seconds"),
    "stuck": (0, "never ends by itself: only a cancel, its deadline or the hard limit ends it"),
    "failed": (0, "fails after it has started"),
    "failed_at_start": (0, "fails before it has started"),
    "aborted": (0, "its deadline passes before it starts"),
    "moderated": (0, "fails as flagged by moderation (E005)"),
    "truncated": (0.5, "the file stops at this share of its bytes"),
    "wrong_length": (0.5, "the clip has this share of its length"),
    "no_video": (0, "the file is no media at all"),
    "nonsense": (0, "the language model answers prose instead of what was asked for"),
    "expires": (0, "the output's URL lasts only this many seconds"),
    "webhook_lost": (0, "no webhook is sent"),
    "webhook_late": (5, "each webhook is sent this many seconds late"),
    "webhook_twice": (0, "each webhook is sent twice"),
    "webhook_early": (0, "the first webhook arrives before the create is answered"),
    "webhook_replayed": (5, "each webhook is sent again, byte by byte, this many seconds later"),
}
SERVICE_FAULTS: Final[dict[str, tuple[float, str]]] = {
    "down": (503, "every call of the provider's API is answered with this status"),
    "unreachable": (0, "the connection of every call of the provider's API is closed without an answer"),
}
_MARKER: Final = re.compile(r"\s*\[\[sim:([^\]]*)\]\]")
_ITEM: Final = re.compile(r"(?P<name>[a-z_]+)(?:=(?P<value>\d+(?:\.\d+)?))?(?:\*(?P<times>\d+))?(?:@(?P<target>\w+))?")


class UnknownFaultError(Exception):
    """A fault that does not exist, or cannot be read."""


@dataclass(frozen=True, slots=True)
class Marker:
    """One fault asked for in a text: for how many requests with the same input, and for whom."""

    name: str
    value: float
    times: int | None = None
    target: str = ""
    """A scene's number, `plan`, `music` or `voice`; "" for whatever carries the marker."""

    def retargeted(self) -> str:
        """The marker as its target gets it."""
        times = f"*{self.times}" if self.times is not None else ""
        return f"[[sim:{self.name}={self.value:g}{times}]]"


def parse_faults(text: str) -> list[Marker]:
    """The faults of a comma-separated list; UnknownFaultError for one that does not exist."""
    return [_parse_item(item.strip()) for item in text.split(",") if item.strip()]


def _parse_item(item: str) -> Marker:
    match, known = _ITEM.fullmatch(item), FAULTS | SERVICE_FAULTS
    if match is None or match["name"] not in known:
        raise UnknownFaultError(f"no fault {item!r}; there are: {', '.join(known)}")
    value = float(match["value"]) if match["value"] else known[match["name"]][0]
    times = int(match["times"]) if match["times"] else None
    return Marker(match["name"], value, times, match["target"] or "")


def find_markers(text: str) -> list[Marker]:
    """The markers in a prompt; one that cannot be read is refused like a wrong input (UnknownFaultError)."""
    return [marker for match in _MARKER.finditer(text) for marker in parse_faults(match[1])]


def strip_markers(text: str) -> str:
    """The text as a model sees it: a marker changes what happens, never what is drawn."""
    return _MARKER.sub("", text).strip()


@dataclass(frozen=True, slots=True)
class Rule:
    """Faults for every request that fits. `probability` is decided by a hash of seed, input and attempt."""

    faults: str
    model: str = ""
    prompt_contains: str = ""
    probability: float = 1
    seed: int = 0
    count: int | None = None

    @classmethod
    def parse(cls, given: Mapping[str, Any]) -> Self:
        """A rule from JSON; UnknownFaultError for an unknown fault, TypeError for an unknown field."""
        rule = cls(**given)
        parse_faults(rule.faults)
        return rule

    def fits(self, model: str, text: str, chance: float) -> bool:
        """Whether the rule speaks about this request; `chance` is this request's number in [0, 1) for this rule."""
        return self.model in {"", model} and self.prompt_contains in text and chance < self.probability

    @property
    def is_for_service(self) -> bool:
        return any(item.name in SERVICE_FAULTS for item in parse_faults(self.faults))
