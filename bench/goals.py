"""Goals that a run meets or misses, told the same way by every bench and every proof."""

import os
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

Tell = Callable[[str], object]
_FAILED: Final = 1


def _to_stdout(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


@dataclass
class Scoreboard:
    """`name` is the make target's. One line per missed goal as soon as it is, and one at the end."""

    name: str
    tell: Tell = _to_stdout
    passed: int = 0
    skipped: int = 0
    misses: list[str] = field(default_factory=list)

    def expect(self, what: str, measured: object, goal: object, *, holds: bool) -> None:
        """Count a goal. `what` has no spaces, so that a line can be taken apart."""
        if holds:
            self.passed += 1
        else:
            self.miss(f"{what} {measured} {goal}")

    def miss(self, line: str) -> None:
        """Count and tell one that is known to be missed."""
        self.misses.append(line)
        self.tell(line)

    def expect_equal(self, what: str, measured: object, goal: object) -> None:
        """The goal is exactly this value."""
        self.expect(what, measured, goal, holds=measured == goal)

    def expect_at_most(self, what: str, measured: float, goal: float) -> None:
        """The goal is an upper bound."""
        self.expect(what, f"{measured:g}", f"<={goal:g}", holds=measured <= goal)

    def skip(self, what: str, why: str) -> None:
        """Something that could not be measured here."""
        self.skipped += 1
        self.tell(f"{what} skipped {why}")

    def conclude(self) -> int:
        """Print the sum. The exit code: with STRICT=1 a miss or a skip is an error."""
        self.tell(f"{self.name}: {self.passed} passed, {len(self.misses)} failed, {self.skipped} skipped")
        is_strict = os.environ.get("STRICT") == "1"
        return _FAILED if is_strict and (self.misses or self.skipped) else 0
