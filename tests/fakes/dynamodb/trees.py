"""What an expression says, once it is read."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

Path = tuple[str | int, ...]
"""Names and list places from the item down, aliases resolved."""


@dataclass(frozen=True, slots=True)
class Value:
    """A value placeholder and what it stands for, in DynamoDB's typed form: {"N": "1"}."""

    name: str
    typed: Any

    @property
    def type(self) -> str:
        return next(iter(self.typed), "")


@dataclass(frozen=True, slots=True)
class Operation:
    """An operator or a function with its operands: paths, values, or further operations."""

    name: str
    operands: tuple[Any, ...]

    def walk(self) -> "Iterator[Operation]":
        """This one and all inside it."""
        yield self
        for operand in self.operands:
            if isinstance(operand, Operation):
                yield from operand.walk()

    @property
    def paths(self) -> Iterator[Path]:
        """Every path in it."""
        for operation in self.walk():
            yield from (operand for operand in operation.operands if isinstance(operand, tuple))


@dataclass(frozen=True, slots=True)
class Action:
    """One action of an update: its clause, where it acts, and what it does there (None for REMOVE)."""

    clause: str
    path: Path
    operand: Any = None
