"""What is cut: so many scenes of one size, equal or mixed, so many times."""

import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Final

from bench.composer.corpus import EQUAL, MIXED, Kind
from bench.composer.measuring import Cost
from bench.composer.quality import Quality
from omnigen_shared.contracts.media import FrameSize

SMALL: Final = FrameSize(640, 360)
LARGE: Final = FrameSize(1920, 1080)


@dataclass(frozen=True)
class Case:
    """One corpus, cut in every way in each round."""

    scenes: int
    size: FrameSize
    kinds: Sequence[Kind]
    rounds: int

    @property
    def name(self) -> str:
        return f"{self.scenes}x{self.size.height}p_{'equal' if self.kinds is EQUAL else 'mixed'}"


def choose_cases() -> list[Case]:
    """The usual ones take a quarter of an hour; FULL=1 runs all."""
    usual = [Case(6, SMALL, EQUAL, 3), Case(12, SMALL, EQUAL, 3), Case(6, LARGE, MIXED, 1)]
    if os.environ.get("FULL") != "1":
        return usual
    return [Case(n, size, kinds, 3) for size in (SMALL, LARGE) for kinds in (EQUAL, MIXED) for n in (6, 12)]


@dataclass
class Findings:
    """Of one case: what each way and each phase cost in each round, and how good the pictures are."""

    case: Case
    costs: dict[str, list[Cost]] = field(default_factory=dict)
    quality: dict[str, Quality] = field(default_factory=dict)
    folder: Path = Path()

    def add(self, name: str, cost: Cost) -> None:
        self.costs.setdefault(name, []).append(cost)

    def get(self, name: str) -> Cost:
        """The median of the rounds, and the most memory."""
        costs = self.costs[name]
        return Cost(
            median(cost.cpu_s for cost in costs),
            median(cost.wall_s for cost in costs),
            max(cost.child_mib for cost in costs),
            max(cost.tree_mib for cost in costs),
        )
