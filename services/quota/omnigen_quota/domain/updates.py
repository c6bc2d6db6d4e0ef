"""A conditional update of one item, as data: what must hold, and what then changes.

The table adapter turns it into DynamoDB's expressions. There is no arithmetic among the conditions because DynamoDB has
none there: a bound is computed by whoever asks.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

Path = tuple[str, ...]
"""An attribute, or a place inside a map: ("reservations", "job_1", "remaining")."""


@dataclass(frozen=True, slots=True)
class Missing:
    """Nothing stands at the path."""

    path: Path


@dataclass(frozen=True, slots=True)
class Equals:
    """Exactly this stands at the path; a missing one is not equal to anything."""

    path: Path
    value: int | str | Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class AtMost:
    """A number stands at the path, and it is not above the bound."""

    path: Path
    bound: int


@dataclass(frozen=True, slots=True)
class AtLeast:
    """A number stands at the path, and it is not below the bound."""

    path: Path
    bound: int


@dataclass(frozen=True, slots=True)
class Put:
    """Store the value; the map around it must be there."""

    path: Path
    value: int | str | Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Add:
    """Add to the number at the path, which must be there."""

    path: Path
    amount: int


@dataclass(frozen=True, slots=True)
class Remove:
    """Take away what stands at the path, if anything does."""

    path: Path


Condition = Missing | Equals | AtMost | AtLeast
Action = Put | Add | Remove


@dataclass(frozen=True, slots=True)
class Update:
    """All conditions hold and all actions happen, or nothing changes."""

    conditions: tuple[Condition, ...]
    actions: tuple[Action, ...]
