"""A counter of telemetry that a test can read."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass
class FakeCounter:
    """Stands in for an instrument of the meter: `counted` by the attributes, in the order of their names."""

    counted: Counter[tuple[tuple[str, object], ...]] = field(default_factory=Counter)

    def add(self, amount: int, attributes: Mapping[str, object]) -> None:
        self.counted[tuple(sorted(attributes.items()))] += amount
