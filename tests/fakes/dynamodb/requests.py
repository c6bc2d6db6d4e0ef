"""Whole requests as they go to DynamoDB, checked as the real service checks them before it looks at any item."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from tests.fakes.dynamodb.grammar import Placeholders
from tests.fakes.dynamodb.rules import read_condition, read_key_condition, read_projection, read_update
from tests.fakes.dynamodb.values import check_item, check_value, size_of_item
from tests.fakes.dynamodb.words import RefusedError

Request = Mapping[str, Any]
_NAME: Final = re.compile(r"#[0-9A-Za-z_]{1,254}")
_VALUE: Final = re.compile(r":[0-9A-Za-z_]{1,254}")
_MAX_PLACEHOLDERS_BYTES: Final = 2 * 1024 * 1024
_MAX_TRANSACTION: Final = 100
_MAX_TRANSACTION_BYTES: Final = 4 * 1024 * 1024
_MAX_BATCH: Final = 100
_MAX_KEY_BYTES: Final = (2048, 1024)
_SUFFIX: Final = "Expression"
_RETURNS: Final[Mapping[str, frozenset[str]]] = {
    "UpdateItem": frozenset({"NONE", "ALL_OLD", "ALL_NEW", "UPDATED_OLD", "UPDATED_NEW"}),
    "PutItem": frozenset({"NONE", "ALL_OLD"}),
    "DeleteItem": frozenset({"NONE", "ALL_OLD"}),
}


@dataclass(frozen=True)
class Schema:
    """A table's keys and its indexes' (hash, range), and the types of all of them."""

    keys: tuple[str, ...] = ("pk", "sk")
    indexes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    types: Mapping[str, str] = field(default_factory=lambda: {"pk": "S", "sk": "S"})


def check_request(operation: str, request: Request, schema: Schema) -> None:
    """RefusedError when the real service would not even try it."""
    check = _CHECKS.get(operation)
    if check is not None:
        check(operation, request, schema)


def _check_write(operation: str, request: Request, schema: Schema) -> None:
    if request.get("ReturnValues", "NONE") not in _RETURNS[operation]:
        raise RefusedError(f"ReturnValues can only be one of {sorted(_RETURNS[operation])}.")
    _check_single(request, schema)


def _check_single(request: Request, schema: Schema) -> None:
    """An item's key or its content, and the expressions about it."""
    if "Key" in request:
        _check_key(request["Key"], schema.keys, schema)
    if "Item" in request:
        check_item(request["Item"])
        _check_key({name: request["Item"].get(name, {}) for name in schema.keys}, schema.keys, schema)
        _check_index_keys(request["Item"], schema)
    with _Expressions(request) as placeholders:
        if "ConditionExpression" in request:
            read_condition(request["ConditionExpression"], placeholders)
        if "ProjectionExpression" in request:
            read_projection(request["ProjectionExpression"], placeholders)
        if "UpdateExpression" in request:
            _check_update(request["UpdateExpression"], placeholders, schema)


def _check_update(text: str, placeholders: Placeholders, schema: Schema) -> None:
    for action in read_update(text, placeholders, schema.keys):
        typed = getattr(action.operand, "typed", None)
        if typed is not None and len(action.path) == 1:
            _check_index_keys({str(action.path[0]): typed}, schema)


def _check_read(_operation: str, request: Request, schema: Schema) -> None:
    keys = schema.keys
    if "IndexName" in request:
        if request["IndexName"] not in schema.indexes:
            raise RefusedError(f"The table does not have the specified index: {request['IndexName']}.")
        if request.get("ConsistentRead"):
            raise RefusedError("Consistent reads are not supported on global secondary indexes.")
        keys = schema.indexes[request["IndexName"]]
    if request.get("Limit", 1) < 1:
        raise RefusedError("Limit must be greater than or equal to 1.")
    if "ExclusiveStartKey" in request:
        _check_key(request["ExclusiveStartKey"], tuple(dict.fromkeys((*schema.keys, *keys))), schema)
    with _Expressions(request) as placeholders:
        if "KeyConditionExpression" in request:
            read_key_condition(request["KeyConditionExpression"], placeholders, keys)
        if "ProjectionExpression" in request:
            read_projection(request["ProjectionExpression"], placeholders)
        if "FilterExpression" in request:
            _check_filter(request, placeholders, keys)


def _check_filter(request: Request, placeholders: Placeholders, keys: tuple[str, ...]) -> None:
    named = {path[0] for path in read_condition(request["FilterExpression"], placeholders).paths}
    if "KeyConditionExpression" in request and named & set(keys):
        raise RefusedError(f"Filter Expression can only contain non-primary key attributes: {sorted(named)}.")


def _check_transaction(_operation: str, request: Request, schema: Schema) -> None:
    actions = [next(iter(entry.values())) for entry in request["TransactItems"]]
    if not 1 <= len(actions) <= _MAX_TRANSACTION:
        raise RefusedError(f"A transaction has 1 to {_MAX_TRANSACTION} actions, not {len(actions)}.")
    places = []
    for action in actions:
        _check_single(action, schema)
        source = action.get("Key") or action["Item"]
        places.append((action["TableName"], *(str(source[name]) for name in schema.keys)))
    if len(set(places)) != len(places):
        raise RefusedError("Transaction request cannot include multiple operations on one item.")
    if sum(size_of_item(action.get("Item", {})) for action in actions) > _MAX_TRANSACTION_BYTES:
        raise RefusedError("The items of a transaction are larger than 4 MB together.")


def _check_batch(_operation: str, request: Request, schema: Schema) -> None:
    keys = [key for asked in request["RequestItems"].values() for key in asked["Keys"]]
    if not 1 <= len(keys) <= _MAX_BATCH:
        raise RefusedError(f"A batch has 1 to {_MAX_BATCH} keys, not {len(keys)}.")
    for key in keys:
        _check_key(key, schema.keys, schema)
    if len({str(sorted(key.items())) for key in keys}) != len(keys):
        raise RefusedError("Provided list of item keys contains duplicates.")


def _check_key(key: Mapping[str, Any], names: tuple[str, ...], schema: Schema) -> None:
    if set(key) != set(names):
        raise RefusedError(f"The provided key element does not match the schema: {sorted(key)}.")
    for name, most in zip(names, _MAX_KEY_BYTES * 2, strict=False):
        _check_key_value(name, key[name], schema, most)


def _check_index_keys(item: Mapping[str, Any], schema: Schema) -> None:
    """An item may lack an index's key, but what it has must be of its type."""
    for index in schema.indexes.values():
        for name, most in zip(index, _MAX_KEY_BYTES, strict=True):
            if name in item:
                _check_key_value(name, item[name], schema, most)


def _check_key_value(name: str, value: Mapping[str, Any], schema: Schema, most: int) -> None:
    check_value(value)
    kind, content = next(iter(value.items()))
    if kind != schema.types[name]:
        raise RefusedError(f"Type mismatch for key {name}: expected {schema.types[name]}, actual {kind}.")
    if not content or len(str(content).encode()) > most:
        raise RefusedError(f"The key attribute {name} is empty or longer than {most} bytes.")


class _Expressions:
    """A context: inside it a request's expressions are read, at its end every placeholder must have been of use."""

    def __init__(self, request: Request) -> None:
        self._request = request
        names, values = request.get("ExpressionAttributeNames"), request.get("ExpressionAttributeValues")
        for kind, given, form in (("Names", names, _NAME), ("Values", values, _VALUE)):
            if given is not None:
                _check_placeholders(f"ExpressionAttribute{kind}", given, form)
        for value in (values or {}).values():
            check_value(value)
        self.placeholders = Placeholders(names or {}, values or {})

    def __enter__(self) -> Placeholders:
        defined = {*self.placeholders.names, *self.placeholders.values}
        if defined and not any(name.endswith(_SUFFIX) for name in self._request):
            raise RefusedError("ExpressionAttributeNames can only be specified when using expressions.")
        return self.placeholders

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        defined = {*self.placeholders.names, *self.placeholders.values}
        if error is None and (unused := defined - self.placeholders.used):
            raise RefusedError(f"Value provided in ExpressionAttribute… unused in expressions: {sorted(unused)}.")


def _check_placeholders(member: str, given: Mapping[str, Any], form: re.Pattern[str]) -> None:
    if not given:
        raise RefusedError(f"{member} must not be empty.")
    for name in given:
        if not form.fullmatch(name):
            raise RefusedError(f"{member} contains invalid key: {name}.")
    if len(str(given)) > _MAX_PLACEHOLDERS_BYTES:
        raise RefusedError(f"{member} is larger than 2 MB.")


_CHECKS: Final[Mapping[str, Callable[[str, Request, Schema], None]]] = {
    **dict.fromkeys(_RETURNS, _check_write),
    "GetItem": lambda _operation, request, schema: _check_single(request, schema),
    "Query": _check_read,
    "Scan": _check_read,
    "TransactWriteItems": _check_transaction,
    "BatchGetItem": _check_batch,
}
