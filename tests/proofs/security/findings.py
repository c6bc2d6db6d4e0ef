"""What a part has found, and what is known to be no fault."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

ACCEPTED: Final = Path(__file__).with_name("accepted.toml")


class SkippedError(Exception):
    """The part could not look at anything; the message says why, and what it needs."""


@dataclass(frozen=True, slots=True)
class Findings:
    """`faults` are a line each. `seen` says what was looked at, `skipped` what was not and why ("": nothing)."""

    faults: Sequence[str]
    seen: str
    skipped: str = ""


@cache
def accepted() -> Mapping[str, Any]:
    """accepted.toml. ValueError for an entry without a reason."""
    read = tomllib.loads(ACCEPTED.read_text())
    for part in read.values():
        for name, entry in part.items():
            if not str(entry.get("reason", "")).strip():
                raise ValueError(f"{ACCEPTED.name} gives no reason for {name}")
    return read
