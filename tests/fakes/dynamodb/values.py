"""Attribute values in DynamoDB's typed form: which are valid, and how large they count."""

from collections.abc import Iterable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from tests.fakes.dynamodb.words import RefusedError

MAX_ITEM_BYTES: Final = 400 * 1024
MAX_DEPTH: Final = 32
_SETS: Final = {"SS": "S", "NS": "N", "BS": "B"}
_DOCUMENTS: Final = frozenset("ML")
_DIGITS: Final = 38
_LARGEST: Final = Decimal("9.9999999999999999999999999999999999999E+125")
_SMALLEST: Final = Decimal("1E-130")


def check_value(value: Any, depth: int = 1) -> None:
    """RefusedError for a value that no item may hold."""
    if not isinstance(value, Mapping) or len(value) != 1:
        raise RefusedError(f"Supplied AttributeValue must contain exactly one of the supported datatypes: {value}.")
    if depth > MAX_DEPTH:
        raise RefusedError(f"Nesting Levels have exceeded supported limits: {MAX_DEPTH}.")
    kind, content = next(iter(value.items()))
    if kind in _SETS:
        _check_set(kind, content)
    elif kind == "N":
        _check_number(content)
    elif kind == "M":
        _check_names(content)
    elif kind == "NULL" and content is not True:
        raise RefusedError("One or more parameter values were invalid: Null attribute value types must be true.")
    elif kind not in {"S", "B", "BOOL", "NULL", "L"}:
        raise RefusedError(f"{kind} is no datatype.")
    for entry in _entries(kind, content):
        check_value(entry, depth + 1)


def check_item(item: Mapping[str, Any]) -> None:
    """All values of an item, and its size."""
    _check_names(item)
    for value in item.values():
        check_value(value)
    if (size := size_of_item(item)) > MAX_ITEM_BYTES:
        raise RefusedError(f"Item size has exceeded the maximum allowed size: {size} bytes.")


def size_of_item(item: Mapping[str, Any]) -> int:
    """Bytes as DynamoDB counts them: names and values; three for each map or list, and one for each entry in it."""
    return sum(len(name.encode()) + _size_of(value) for name, value in item.items())


def _size_of(value: Mapping[str, Any]) -> int:
    kind, content = next(iter(value.items()))
    if kind in _SETS:
        return sum(_size_of({_SETS[kind]: entry}) for entry in content)
    if kind in _DOCUMENTS:
        names = sum(len(name.encode()) for name in content) if kind == "M" else 0
        return 3 + names + sum(_size_of(entry) + 1 for entry in _entries(kind, content))
    if kind == "N":
        return (len(_significant(Decimal(content))) + 1) // 2 + 1
    return len(content.encode()) if kind == "S" else len(content) if kind == "B" else 1


def _entries(kind: str, content: Any) -> Iterable[Mapping[str, Any]]:
    """What is inside a document; nothing in anything else."""
    if kind not in _DOCUMENTS:
        return ()
    entries: Iterable[Mapping[str, Any]] = content.values() if kind == "M" else content
    return entries


def _check_names(content: Mapping[str, Any]) -> None:
    if "" in content:
        raise RefusedError("Attribute names must be at least 1 byte long.")


def _significant(number: Decimal) -> str:
    return "".join(map(str, number.as_tuple().digits)).strip("0")


def _check_number(text: str) -> None:
    try:
        number = Decimal(text)
    except InvalidOperation as error:
        raise RefusedError(f"A value provided cannot be converted into a number: {text}.") from error
    if not number.is_finite():
        raise RefusedError(f"A value provided cannot be converted into a number: {text}.")
    if len(_significant(number)) > _DIGITS:
        raise RefusedError(f"Attempting to store more than {_DIGITS} significant digits in a Number: {text}.")
    if number and not _SMALLEST <= abs(number) <= _LARGEST:
        raise RefusedError(f"Number overflow or underflow: {text}.")


def _check_set(kind: str, content: Any) -> None:
    if not content:
        raise RefusedError("One or more parameter values were invalid: a set may not be empty.")
    for entry in content:
        check_value({_SETS[kind]: entry})
    if len(set(content)) != len(content):
        raise RefusedError("One or more parameter values were invalid: a set contains duplicates.")
