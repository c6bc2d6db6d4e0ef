"""What of the fake table `usage` is about all users together, and its strictness about paths."""

import copy
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from omnigen_quota.domain.lending import DeploymentRules
from omnigen_quota.domain.loans import DeploymentMonth
from omnigen_quota.domain.updates import Action, Add, AtLeast, AtMost, Condition, Equals, Missing, Path, Remove, Update
from omnigen_shared.errors import DependencyUnavailableError


@dataclass
class FakeDeploymentTable:
    """Implements ports.DeploymentTable."""

    rules: DeploymentRules = field(default_factory=DeploymentRules)
    deployments: dict[str, dict[str, Any]] = field(default_factory=dict)
    roster: dict[str, set[str]] = field(default_factory=dict)
    turn_until: datetime | None = None
    late_updates: int = 0
    """So many updates are answered by nothing from now on, and happen only when they are delivered."""
    late: list[Callable[[], bool]] = field(default_factory=list)
    calls: list[str] = field(default_factory=list)
    """What the real one would be billed for."""
    updates: list[Update] = field(default_factory=list)

    async def find_rules(self) -> DeploymentRules:
        self.calls.append("find_rules")
        return self.rules

    async def pause(self, paused: bool) -> None:
        self.rules = DeploymentRules(paused, self.rules.spend_per_day, self.rules.spend_per_month)

    async def set_caps(self, spend_per_day: int | None, spend_per_month: int | None) -> None:
        self.rules = DeploymentRules(self.rules.is_paused, spend_per_day, spend_per_month)

    async def find_deployment(self, month: str) -> DeploymentMonth | None:
        self.calls.append("find_deployment")
        return self.deployment(month)

    async def apply_deployment(self, month: str, update: Update) -> DeploymentMonth | None:
        self.calls.append("apply_deployment")
        self.updates.append(update)
        self.do(lambda: self._change_deployment(month, update))
        return self.deployment(month)

    async def enrol(self, user_id: str, month: str) -> None:
        self.calls.append("enrol")
        self.roster.setdefault(month, set()).add(user_id)

    async def list_enrolled(self, month: str) -> list[str]:
        return sorted(self.roster.get(month, ()))

    async def take_turn(self, now: datetime, until: datetime) -> bool:
        if self.turn_until is not None and self.turn_until > now:
            return False
        self.turn_until = until
        return True

    def do(self, update: Callable[[], bool]) -> bool:
        """Whether its conditions held; or it happens late, and whoever asked is told nothing."""
        if self.late_updates:
            self.late_updates -= 1
            self.late.append(update)
            raise DependencyUnavailableError("Nobody answers.")
        return update()

    def deliver(self) -> None:
        """What is late happens now, one after the other."""
        while self.late:
            self.late.pop(0)()

    def _change_deployment(self, month: str, update: Update) -> bool:
        item = self.deployments.get(month, {})
        if not holds(update, item):
            return False
        self.deployments[month] = change(item, update)
        return True

    def deployment(self, month: str) -> DeploymentMonth | None:
        item = self.deployments.get(month)
        return None if item is None else DeploymentMonth.from_item(copy.deepcopy(item))


def holds(update: Update, item: Mapping[str, Any]) -> bool:
    return all(_holds(condition, item) for condition in update.conditions)


def change(item: Mapping[str, Any], update: Update) -> dict[str, Any]:
    _refuse_overlaps([action.path for action in update.actions])
    changed = copy.deepcopy(dict(item))
    for action in update.actions:
        *way, last = action.path
        parent = _find(changed, tuple(way))
        if not isinstance(parent, dict):
            raise TypeError(f"The document path {action.path} is invalid for update.")
        _act(parent, last, action)
    return changed


def _find(item: Mapping[str, Any], path: Path) -> Any:
    value: Any = item
    for part in path:
        value = value.get(part) if isinstance(value, Mapping) else None
    return value


def _holds(condition: Condition, item: Mapping[str, Any]) -> bool:
    found = _find(item, condition.path)
    match condition:
        case Missing():
            return found is None
        case Equals(value=value):
            return bool(found == value)
        case AtMost(bound=bound):
            return isinstance(found, int) and found <= bound
        case AtLeast(bound=bound):
            return isinstance(found, int) and found >= bound


def _act(parent: dict[str, Any], name: str, action: Action) -> None:
    match action:
        case Remove():
            parent.pop(name, None)
        case Add(amount=amount):
            parent[name] += amount
        case _:
            parent[name] = copy.deepcopy(action.value)


def _refuse_overlaps(paths: list[Path]) -> None:
    for n, path in enumerate(paths):
        for other in paths[n + 1 :]:
            shorter = min(len(path), len(other))
            if path[:shorter] == other[:shorter]:
                raise ValueError(f"Two document paths overlap: {path} and {other}.")
