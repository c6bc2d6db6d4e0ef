"""DynamoDB items as plain Python values: text, whole and decimal numbers, booleans, None, lists, maps, sets of text."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from boto3.dynamodb.types import TypeSerializer

_serializer = TypeSerializer()
_AS_THEY_ARE = frozenset({"S", "BOOL"})


def to_value(value: Any) -> Any:
    """One attribute value in DynamoDB's typed form. Floats become decimals; anything else unknown raises TypeError."""
    return _serializer.serialize(_without_floats(value))


def to_item(values: Mapping[str, Any]) -> dict[str, Any]:
    """A whole item; entries that are None are left out."""
    return {key: to_value(value) for key, value in values.items() if value is not None}


def from_item(item: Mapping[str, Any]) -> dict[str, Any]:
    """The inverse of to_item: whole numbers come back as int, others as float."""
    return {key: from_value(value) for key, value in item.items()}


def from_value(typed: Mapping[str, Any]) -> Any:
    """The inverse of to_value. By hand: boto3 makes a decimal of every number, four times the work."""
    ((kind, value),) = typed.items()
    if kind in _AS_THEY_ARE:
        return value
    if kind == "N":
        return _to_number(value)
    if kind == "M":
        return {key: from_value(entry) for key, entry in value.items()}
    if kind == "L":
        return [from_value(entry) for entry in value]
    if kind == "SS":
        return set(value)
    if kind == "NULL":
        return None
    raise TypeError(f"No item of ours has values of DynamoDB's type {kind}.")


def _without_floats(value: Any) -> Any:
    if isinstance(value, float):
        return Decimal(str(value))
    if isinstance(value, Mapping):
        return {key: _without_floats(entry) for key, entry in value.items()}
    if isinstance(value, list | tuple):
        return [_without_floats(entry) for entry in value]
    return value


def _to_number(text: str) -> int | float:
    try:
        return int(text)
    except ValueError:
        number = Decimal(text)
        return int(number) if number == number.to_integral_value() else float(number)
