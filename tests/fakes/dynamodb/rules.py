"""What the real service asks of an expression besides that it can be read: types, overlaps, keys, limits."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, Final

from tests.fakes.dynamodb.grammar import COMPARATORS, Placeholders, Reader
from tests.fakes.dynamodb.trees import Action, Operation, Path, Value
from tests.fakes.dynamodb.values import MAX_DEPTH
from tests.fakes.dynamodb.words import RefusedError

MAX_EXPRESSION_BYTES: Final = 4 * 1024
MAX_OPERATORS: Final = 300
MAX_CHOICES: Final = 100
_SCALARS: Final = frozenset("SNB")
_TYPES: Final = frozenset({"S", "N", "B", "BOOL", "NULL", "L", "M", "SS", "NS", "BS"})
_TYPES_OF: Final[Mapping[str, frozenset[str]]] = {
    "<": _SCALARS,
    "<=": _SCALARS,
    ">": _SCALARS,
    ">=": _SCALARS,
    "BETWEEN": _SCALARS,
    "begins_with": frozenset("SB"),
    "attribute_type": frozenset("S"),
    "+": frozenset("N"),
    "-": frozenset("N"),
    "list_append": frozenset("L"),
}
"""The types of values that an operator takes; those not named take any."""
_CLAUSE_TYPES: Final = {"ADD": frozenset({"N", "SS", "NS", "BS"}), "DELETE": frozenset({"SS", "NS", "BS"})}


def read_condition(text: str, placeholders: Placeholders) -> Operation:
    """A condition or filter that the service would accept."""
    _check_length(text)
    condition = Reader(text, placeholders).condition()
    _check_operations(list(condition.walk()))
    _check_depths(condition.paths)
    return condition


def read_update(text: str, placeholders: Placeholders, keys: Collection[str]) -> list[Action]:
    """The actions of an update that the service would accept."""
    _check_length(text)
    actions = Reader(text, placeholders).update()
    operations = [operation for action in actions for operation in _operations_in(action)]
    _check_operations(operations, more=len(actions))
    _check_depths(action.path for action in actions)
    _check_overlaps([action.path for action in actions])
    for action in actions:
        _check_action(action, keys)
    return actions


def read_projection(text: str, placeholders: Placeholders) -> list[Path]:
    """The paths of a projection that the service would accept."""
    _check_length(text)
    paths = Reader(text, placeholders).projection()
    _check_depths(paths)
    _check_overlaps(paths)
    return paths


def read_key_condition(text: str, placeholders: Placeholders, schema: Sequence[str]) -> None:
    """One value of the hash key, and at most one condition on the range key."""
    condition = read_condition(text, placeholders)
    parts = condition.operands if condition.name == "AND" else (condition,)
    asked = {part.operands[0]: part for part in parts if isinstance(part.operands[0], tuple)}
    hash_key, *range_keys = [(name,) for name in schema]
    if len(asked) != len(parts) or asked.keys() - {hash_key, *range_keys}:
        raise RefusedError(f"Query key condition not supported: {text!r} on the keys {list(schema)}.")
    if hash_key not in asked or asked[hash_key].name != "=":
        raise RefusedError(f"Query condition missed key schema element: {schema[0]}.")
    for key, part in asked.items():
        allowed = {"="} if key == hash_key else {"=", "<", "<=", ">", ">=", "BETWEEN", "begins_with"}
        if part.name not in allowed or not all(isinstance(operand, Value) for operand in part.operands[1:]):
            raise RefusedError(f"Query key condition not supported: {part.name} on {key[0]}.")


def _operations_in(action: Action) -> Iterable[Operation]:
    return action.operand.walk() if isinstance(action.operand, Operation) else ()


def _check_length(text: str) -> None:
    if not text.strip():
        raise RefusedError("The expression can not be empty.")
    if (size := len(text.encode())) > MAX_EXPRESSION_BYTES:
        raise RefusedError(f"Expression size has exceeded the maximum allowed size: {size} bytes.")


def _check_operations(operations: Collection[Operation], more: int = 0) -> None:
    if len(operations) + more > MAX_OPERATORS:
        raise RefusedError(f"The expression contains too many operators: {len(operations) + more}.")
    for operation in operations:
        _check_types(operation)
        if operation.name in COMPARATORS and operation.operands[0] == operation.operands[1]:
            raise RefusedError(f"The first operand must be distinct from the remaining operands: {operation.name}.")
        if operation.name == "IN" and len(operation.operands) > MAX_CHOICES + 1:
            raise RefusedError(f"Too many operands of IN: {len(operation.operands) - 1}.")


def _check_types(operation: Operation) -> None:
    allowed = _TYPES_OF.get(operation.name, _TYPES)
    for operand in operation.operands:
        if isinstance(operand, Value) and operand.type not in allowed:
            raise RefusedError(
                f"Incorrect operand type for operator or function: {operation.name}, operand type: {operand.type}."
            )
    if operation.name == "attribute_type" and operation.operands[1].typed["S"] not in _TYPES:
        raise RefusedError(f"Invalid attribute type name: {operation.operands[1].typed['S']}.")
    if operation.name == "BETWEEN":
        _check_range(*operation.operands[1:])


def _check_range(low: Any, high: Any) -> None:
    if not (isinstance(low, Value) and isinstance(high, Value)):
        return
    if low.type != high.type:
        raise RefusedError("The BETWEEN operator requires same data type for lower and upper bounds.")
    bounds = [float(bound.typed["N"]) if bound.type == "N" else bound.typed[bound.type] for bound in (low, high)]
    if bounds[0] > bounds[1]:
        raise RefusedError("The BETWEEN operator requires upper bound to be greater than or equal to lower bound.")


def _check_action(action: Action, keys: Collection[str]) -> None:
    if action.path[0] in keys:
        raise RefusedError(f"Cannot update attribute {action.path[0]}. This attribute is part of the key.")
    allowed = _CLAUSE_TYPES.get(action.clause)
    if allowed is None:
        return
    if action.operand.type not in allowed:
        raise RefusedError(f"Incorrect operand type for operator or function: {action.clause} {action.operand.type}.")
    if len(action.path) > 1:
        raise RefusedError(f"{action.clause} can only be used on top-level attributes, not on {action.path}.")


def _check_overlaps(paths: Sequence[Path]) -> None:
    for place, path in enumerate(paths):
        for other in paths[place + 1 :]:
            shorter = min(len(path), len(other))
            if path[:shorter] == other[:shorter]:
                raise RefusedError(f"Two document paths overlap with each other: {path} and {other}.")
            fork = next(step for step, (one, two) in enumerate(zip(path, other, strict=False)) if one != two)
            if type(path[fork]) is not type(other[fork]):
                raise RefusedError(f"Two document paths conflict with each other: {path} and {other}.")


def _check_depths(paths: Iterable[Path]) -> None:
    for path in paths:
        if len(path) > MAX_DEPTH:
            raise RefusedError(f"The document path has too many nesting elements: {len(path)}.")
