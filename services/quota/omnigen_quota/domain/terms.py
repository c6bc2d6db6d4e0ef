"""What an operator has agreed with one user: a plan that wins over the sign-in's, and caps that win over the plan's."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final, Self

from omnigen_quota.domain.plans import Plan, plan_named

OVERRIDABLE: Final = (
    "videos_per_month",
    "storyboards_per_month",
    "requests_per_min",
    "concurrent_jobs",
    "spend_per_month_microusd",
    "max_duration_s",
)
"""The caps of a plan that one user may have otherwise."""
MAX_CAP: Final = 10**12


@dataclass(frozen=True, slots=True)
class Terms:
    """Nothing is agreed by default: the plan of the caller's identity holds as it is."""

    plan: str = ""
    caps: Mapping[str, int] = field(default_factory=dict)

    @classmethod
    def from_map(cls, stored: Mapping[str, Any]) -> Self:
        return cls(stored.get("plan", ""), dict(stored.get("caps", {})))

    def to_map(self) -> dict[str, Any]:
        return {"plan": self.plan, "caps": dict(self.caps)}

    @property
    def is_empty(self) -> bool:
        return not self.plan and not self.caps

    def apply(self, plan: Plan) -> Plan:
        """The caps that hold for a user whose identity names `plan`."""
        changes: dict[str, Any] = dict(self.caps)
        return replace(plan_named(self.plan) if self.plan else plan, **changes)

    def with_plan(self, name: str) -> Self:
        """`name` is a plan's; an empty one gives the choice back to the sign-in."""
        return replace(self, plan=name)

    def with_caps(self, changes: Mapping[str, int | None]) -> Self:
        """Caps by their names in a plan; None takes one back. ValueError for a name or a number that is none."""
        for name, cap in changes.items():
            if name not in OVERRIDABLE:
                raise ValueError(f"{name} is no cap; there are {', '.join(OVERRIDABLE)}.")
            if cap is not None and not 0 <= cap <= MAX_CAP:
                raise ValueError(f"{name} is from 0 to {MAX_CAP}, not {cap}.")
        merged = {**self.caps, **changes}
        return replace(self, caps={name: cap for name, cap in merged.items() if cap is not None})
