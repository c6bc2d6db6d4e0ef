"""What the processes of a stack use of the machine, and how much of it others take."""

import os
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

from bench.processes import list_tree

OTHERS: Final = "others"
CLIENT: Final = "client"
_TICK: Final = os.sysconf("SC_CLK_TCK")
_OWN: Final = slice(11, 13)
_ENDED: Final = slice(13, 15)
"""In /proc/<pid>/stat behind the name: what a process has used, and what its ended children had."""
_IDLE: Final = slice(3, 5)


@dataclass(frozen=True, slots=True)
class Reading:
    """Seconds of CPU so far, by process; children are counted under `<name>'s`."""

    at_s: float
    used_s: Mapping[str, float]

    @classmethod
    def take(cls, pids: Mapping[str, int]) -> Self:
        """Of these processes, of this one, and of whatever else runs here."""
        used: dict[str, float] = {CLIENT: _ticks(os.getpid(), _OWN)}
        for name, pid in pids.items():
            used[name] = _ticks(pid, _OWN)
            children = sum(_ticks(child, _OWN) + _ticks(child, _ENDED) for child in list_tree(pid)[1:])
            used[f"{name}'s"] = _ticks(pid, _ENDED) + children
        busy = _busy_ticks()
        return cls(time.monotonic(), {**used, OTHERS: busy - sum(used.values())})

    def since(self, before: "Reading") -> dict[str, float]:
        """Cores that each has used since then, on average, the busiest first."""
        took_s = self.at_s - before.at_s
        cores = {name: max(0.0, used - before.used_s.get(name, 0)) / took_s for name, used in self.used_s.items()}
        return dict(sorted(cores.items(), key=lambda pair: -pair[1]))


def _ticks(pid: int, which: slice) -> float:
    """Seconds; 0 of a process that is gone."""
    with suppress(OSError):
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return sum(map(int, fields[which])) / _TICK
    return 0


def _busy_ticks() -> float:
    fields = [int(field) for field in Path("/proc/stat").read_text().splitlines()[0].split()[1:9]]
    return (sum(fields) - sum(fields[_IDLE])) / _TICK
