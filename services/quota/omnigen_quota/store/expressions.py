"""Updates of the domain as DynamoDB's own expressions: every name and value by placeholder, so nothing is reserved."""

from typing import Any, NotRequired, TypedDict

from omnigen_quota.domain.updates import Add, AtLeast, AtMost, Condition, Equals, Missing, Path, Put, Remove, Update
from omnigen_shared.aws.items import to_value


class Expressions(TypedDict):
    """The arguments of UpdateItem that describe what it does. What would be empty is left out: it must not be sent."""

    ConditionExpression: NotRequired[str]
    UpdateExpression: str
    ExpressionAttributeNames: dict[str, str]
    ExpressionAttributeValues: NotRequired[dict[str, Any]]


class _Placeholders:
    """Hands out #n and :v placeholders; the same name gets the same one."""

    def __init__(self) -> None:
        self.names: dict[str, str] = {}
        self.values: dict[str, Any] = {}

    def path(self, path: Path) -> str:
        return ".".join(self.names.setdefault(part, f"#n{len(self.names)}") for part in path)

    def value(self, value: Any) -> str:
        placeholder = f":v{len(self.values)}"
        self.values[placeholder] = to_value(value)
        return placeholder

    def condition(self, condition: Condition) -> str:
        path = self.path(condition.path)
        match condition:
            case Missing():
                return f"attribute_not_exists({path})"
            case Equals(value=value):
                return f"{path} = {self.value(value)}"
            case AtMost(bound=bound):
                return f"{path} <= {self.value(bound)}"
            case AtLeast(bound=bound):
                return f"{path} >= {self.value(bound)}"

    def assignment(self, action: Put | Add) -> str:
        path = self.path(action.path)
        match action:
            case Put(value=value):
                return f"{path} = {self.value(value)}"
            case Add(amount=amount):
                return f"{path} = {path} + {self.value(amount)}"


def render_update(update: Update) -> Expressions:
    """The expressions of one UpdateItem call."""
    placeholders = _Placeholders()
    conditions = [placeholders.condition(condition) for condition in update.conditions]
    assignments = [placeholders.assignment(action) for action in update.actions if not isinstance(action, Remove)]
    removals = [placeholders.path(action.path) for action in update.actions if isinstance(action, Remove)]
    clauses = [f"SET {', '.join(assignments)}"] if assignments else []
    clauses += [f"REMOVE {', '.join(removals)}"] if removals else []
    expressions = Expressions(
        UpdateExpression=" ".join(clauses),
        ExpressionAttributeNames={placeholder: name for name, placeholder in placeholders.names.items()},
    )
    if conditions:
        expressions["ConditionExpression"] = " AND ".join(conditions)
    if placeholders.values:
        expressions["ExpressionAttributeValues"] = placeholders.values
    return expressions
