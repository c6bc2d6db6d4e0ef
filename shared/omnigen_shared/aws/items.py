"""DynamoDB items as plain Python values: text, whole and decimal numbers, booleans, None, lists and maps."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from boto3.dynamodb.types import TypeDeserializer, TypeSerializer

_serializer = TypeSerializer()
_deserializer = TypeDeserializer()


def to_value(value: Any) -> Any:
    """One attribute value in DynamoDB's typed form. Floats become decimals; anything else unknown raises TypeError."""
    return _serializer.serialize(_without_floats(value))


def to_item(values: Mapping[str, Any]) -> dict[str, Any]:
    """A whole item; entries that are None are left out."""
    return {key: to_value(value) for key, value in values.items() if value is not None}


def from_item(item: Mapping[str, Any]) -> dict[str, Any]:
    """The inverse of to_item: whole numbers come back as int, others as float."""
    return {key: _without_decimals(_deserializer.deserialize(value)) for key, value in item.items()}


def _without_floats(value: Any) -> Any:
    if isinstance(value, float):
        return Decimal(str(value))
    if isinstance(value, Mapping):
        return {key: _without_floats(entry) for key, entry in value.items()}
    if isinstance(value, list | tuple):
        return [_without_floats(entry) for entry in value]
    return value


def _without_decimals(value: Any) -> Any:
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, dict):
        return {key: _without_decimals(entry) for key, entry in value.items()}
    if isinstance(value, list):
        return [_without_decimals(entry) for entry in value]
    return value
