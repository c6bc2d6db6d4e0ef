"""Reads DynamoDB's expressions as the real service does: conditions, updates, projections.

From the Developer Guide: "Condition and filter expressions, operators, and functions", "Using update expressions",
"Expression attribute names". The emulator accepts more, so it proves nothing here.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final, TypeVar

from tests.fakes.dynamodb.trees import Action, Operation, Path, Value
from tests.fakes.dynamodb.words import END, RESERVED, RefusedError, Word, read_words

T = TypeVar("T")
COMPARATORS: Final = frozenset({"=", "<>", "<", "<=", ">", ">="})
CONDITIONS: Final[Mapping[str, int]] = {
    "attribute_exists": 1,
    "attribute_not_exists": 1,
    "attribute_type": 2,
    "begins_with": 2,
    "contains": 2,
}
"""Functions that are a condition, with the number of their operands; the first is a path."""
CLAUSES: Final = ("SET", "REMOVE", "ADD", "DELETE")


@dataclass
class Placeholders:
    """What a request defines, and which of it its expressions have used."""

    names: Mapping[str, str]
    values: Mapping[str, Any]
    used: set[str] = field(default_factory=set)

    def name(self, alias: str) -> str:
        self.used.add(alias)
        if alias not in self.names:
            raise RefusedError(f"An expression attribute name used in the document path is not defined: {alias}.")
        return self.names[alias]

    def value(self, name: str) -> Value:
        self.used.add(name)
        if name not in self.values:
            raise RefusedError(f"An expression attribute value used in expression is not defined: {name}.")
        return Value(name, self.values[name])


class Reader:
    """One expression. Every method reads what it is named after; RefusedError when something else stands there."""

    def __init__(self, text: str, placeholders: Placeholders) -> None:
        self._text = text
        self._placeholders = placeholders
        self._words = list(read_words(text))
        self._place = 0

    def condition(self) -> Operation:
        """The whole text as a condition."""
        return self._whole(self._either)

    def update(self) -> list[Action]:
        """The whole text as an update."""
        return self._whole(self._clauses)

    def projection(self) -> list[Path]:
        """The whole text as a list of paths."""
        return self._whole(lambda: self._list_of(self._path))

    def _whole(self, read: Callable[[], T]) -> T:
        found = read()
        if self._next != END:
            raise self._error()
        return found

    # -- conditions, the loosest binding first

    def _either(self) -> Operation:
        return self._joined("OR", self._both)

    def _both(self) -> Operation:
        return self._joined("AND", self._not)

    def _joined(self, keyword: str, read: Callable[[], Operation]) -> Operation:
        found = read()
        while self._next.keyword == keyword:
            self._take()
            found = Operation(keyword, (found, read()))
        return found

    def _not(self) -> Operation:
        if self._next.keyword == "NOT":
            self._take()
            return Operation("NOT", (self._not(),))
        return self._bracketed() if self._next.text == "(" else self._simple()

    def _bracketed(self) -> Operation:
        self._take("(")
        is_doubled = self._next.text == "("
        before = self._place
        found = self._either()
        if is_doubled and self._spans(before):
            raise RefusedError(f"The expression has redundant parentheses: {self._text!r}.")
        self._take(")")
        return found

    def _spans(self, start: int) -> bool:
        """Whether the bracket that opens at `start` closes with the last word that was read."""
        depth = 0
        for place in range(start, self._place):
            depth += {"(": 1, ")": -1}.get(self._words[place].text, 0)
            if depth == 0:
                return place == self._place - 1
        return False

    def _simple(self) -> Operation:
        if self._next.text in CONDITIONS and self._after.text == "(":
            return self._function(CONDITIONS[self._next.text], self._operand)
        first, word = self._operand(), self._take()
        if word.text in COMPARATORS:
            return Operation(word.text, (first, self._operand()))
        if word.keyword == "BETWEEN":
            low = self._operand()
            self._take_keyword("AND")
            return Operation("BETWEEN", (first, low, self._operand()))
        if word.keyword == "IN":
            self._take("(")
            choices = self._list_of(self._operand)
            self._take(")")
            return Operation("IN", (first, *choices))
        raise self._error(word)

    def _operand(self) -> Any:
        if self._next.text == "size" and self._after.text == "(":
            return self._function(1, self._operand)
        return self._term()

    # -- updates

    def _clauses(self) -> list[Action]:
        actions: list[Action] = []
        seen: set[str] = set()
        while self._next != END:
            clause = self._take().keyword
            if clause not in CLAUSES:
                raise self._error()
            if clause in seen:
                raise RefusedError(f"The {clause} section can only be used once in an update expression.")
            seen.add(clause)
            actions += self._list_of(partial(self._action, clause))
        return actions

    def _action(self, clause: str) -> Action:
        path = self._path()
        if clause == "REMOVE":
            return Action(clause, path)
        if clause == "SET":
            self._take("=")
            return Action(clause, path, self._sum())
        return Action(clause, path, self._value())

    def _sum(self) -> Any:
        first = self._set_operand()
        if self._next.text not in {"+", "-"}:
            return first
        return Operation(self._take().text, (first, self._set_operand()))

    def _set_operand(self) -> Any:
        if self._next.text in {"if_not_exists", "list_append"} and self._after.text == "(":
            return self._function(2, self._set_operand)
        return self._term()

    # -- what both are made of

    def _function(self, count: int, read: Callable[[], Any]) -> Operation:
        name = self._take().text
        self._take("(")
        operands = self._list_of(read)
        self._take(")")
        if len(operands) != count:
            raise RefusedError(f"Incorrect number of operands for operator or function {name}: {len(operands)}.")
        if name != "list_append" and not isinstance(operands[0], tuple):
            raise RefusedError(f"Operator or function requires a document path: {name}.")
        return Operation(name, tuple(operands))

    def _term(self) -> Path | Value:
        return self._value() if self._next.kind == "value" else self._path()

    def _value(self) -> Value:
        if self._next.kind != "value":
            raise self._error()
        return self._placeholders.value(self._take().text)

    def _path(self) -> Path:
        parts: list[str | int] = [self._name()]
        while self._next.text in {".", "["}:
            if self._take().text == ".":
                parts.append(self._name())
                continue
            if self._next.kind != "number":
                raise self._error()
            parts.append(int(self._take().text))
            self._take("]")
        return tuple(parts)

    def _name(self) -> str:
        word = self._take()
        if word.kind == "alias":
            return self._placeholders.name(word.text)
        if word.kind != "name":
            raise self._error(word)
        if word.keyword in RESERVED:
            raise RefusedError(f"Attribute name is a reserved keyword: {word.text}.")
        return word.text

    def _list_of(self, read: Callable[[], T]) -> list[T]:
        found = [read()]
        while self._next.text == ",":
            self._take()
            found.append(read())
        return found

    @property
    def _next(self) -> Word:
        return self._words[self._place]

    @property
    def _after(self) -> Word:
        return self._words[min(self._place + 1, len(self._words) - 1)]

    def _take(self, sign: str = "") -> Word:
        word = self._next
        if sign and word.text != sign:
            raise self._error(word)
        self._place = min(self._place + 1, len(self._words) - 1)
        return word

    def _take_keyword(self, keyword: str) -> None:
        if self._take().keyword != keyword:
            raise self._error()

    def _error(self, word: Word | None = None) -> RefusedError:
        return RefusedError(f"Syntax error at {(word or self._next).text!r} in {self._text!r}.")
