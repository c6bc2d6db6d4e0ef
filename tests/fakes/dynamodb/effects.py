"""What the real service refuses only once it looks at the item: a path into nothing, a sum of nothing."""

from collections.abc import Iterator, Mapping
from typing import Any

from tests.fakes.dynamodb.grammar import Placeholders
from tests.fakes.dynamodb.rules import read_update
from tests.fakes.dynamodb.trees import Action, Operation, Path
from tests.fakes.dynamodb.words import RefusedError

Item = Mapping[str, Any]


def check_effect(request: Mapping[str, Any], before: Item, keys: tuple[str, ...] = ("pk", "sk")) -> None:
    """Of an update whose condition holds: RefusedError when the item, as it was before, has no place for it."""
    placeholders = Placeholders(
        request.get("ExpressionAttributeNames", {}), request.get("ExpressionAttributeValues", {})
    )
    for action in read_update(request["UpdateExpression"], placeholders, keys):
        if len(action.path) > 1 and _kind(_find(before, action.path[:-1])) != _container(action.path[-1]):
            raise RefusedError(f"The document path provided in the update expression is invalid: {action.path}.")
        for path, is_summed in _needed(action):
            found = _find(before, path)
            if found is None:
                raise RefusedError(f"The provided expression refers to an attribute that does not exist: {path}.")
            if is_summed and _kind(found) != "N":
                raise RefusedError(f"An operand in the update expression has an incorrect data type: {path}.")


def _needed(action: Action) -> Iterator[tuple[Path, bool]]:
    """Paths whose value the action uses, and whether it must be a number; not those that may be missing."""
    if isinstance(action.operand, tuple):
        yield action.operand, False
    elif isinstance(action.operand, Operation) and action.operand.name in {"+", "-"}:
        yield from ((operand, True) for operand in action.operand.operands if isinstance(operand, tuple))


def _container(part: str | int) -> str:
    return "M" if isinstance(part, str) else "L"


def _kind(value: Mapping[str, Any] | None) -> str:
    return next(iter(value), "") if value else ""


def _find(item: Item, path: Path) -> Mapping[str, Any] | None:
    value: Mapping[str, Any] | None = {"M": item}
    for part in path:
        kind = _container(part)
        if value is None or kind not in value:
            return None
        inside = value[kind]
        value = inside.get(part) if isinstance(part, str) else next(iter(inside[part : part + 1]), None)
    return value
