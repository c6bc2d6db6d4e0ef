"""What processes have used: theirs and that of all that they have started."""

import os
import time
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Final

_CPU_CLOCK: Final = 2
"""CPUCLOCK_SCHED of the kernel's clock ids: nanoseconds of a whole process."""
_PAGE: Final = os.sysconf("SC_PAGE_SIZE")


def list_tree(pid: int) -> list[int]:
    """A process and all below it, itself first."""
    found = [pid]
    for member in found:
        for children in Path(f"/proc/{member}/task").glob("*/children"):
            with suppress(OSError):  # it has ended meanwhile
                found += map(int, children.read_text().split())
    return found


def cpu_s(pids: Iterable[int]) -> float:
    """Seconds of CPU, all threads included, that these processes have used since they began."""
    return sum(time.clock_gettime((~pid << 3) | _CPU_CLOCK) for pid in pids)


def resident_bytes(pid: int) -> int:
    """What of a process's memory is in RAM."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * _PAGE


def count_descriptors(pid: int) -> int:
    """Files and sockets that a process has open."""
    return sum(1 for _ in Path(f"/proc/{pid}/fd").iterdir())
