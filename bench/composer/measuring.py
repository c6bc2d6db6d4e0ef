"""What a piece of work costs: CPU and wall time, and the most memory that a process and its children held at once."""

import os
import resource
import subprocess
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_SAMPLE_S: Final = 0.004
_PAGE: Final = os.sysconf("SC_PAGE_SIZE")
_MIB: Final = 1 << 20


@dataclass(order=True)
class Cost:
    """Seconds and MiB. `child_mib` is the most that a single child held, `tree_mib` all of them and their parent."""

    cpu_s: float = 0
    wall_s: float = 0
    child_mib: float = 0
    tree_mib: float = 0

    def __add__(self, other: "Cost") -> "Cost":
        """One after the other."""
        return Cost(
            self.cpu_s + other.cpu_s,
            self.wall_s + other.wall_s,
            max(self.child_mib, other.child_mib),
            max(self.tree_mib, other.tree_mib),
        )


def run_measured(command: Sequence[str], folder: Path) -> Cost:
    """A program from its start to its end, with its children. RuntimeError with the end of its log when it fails."""
    began = time.monotonic()
    with (folder / "rival.log").open("wb") as log:
        process = subprocess.Popen(command, cwd=folder, stdin=subprocess.DEVNULL, stdout=log, stderr=log)  # noqa: S603 - our own
        with _watched(process.pid) as peaks:
            _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise RuntimeError(f"{command[0]} failed: {(folder / 'rival.log').read_text()[-2000:]}")
    return Cost(usage.ru_utime + usage.ru_stime, time.monotonic() - began, peaks.tree_mib, peaks.tree_mib)


@contextmanager
def measured() -> Iterator[Cost]:
    """What this process and its children do inside of the block; the cost is filled in at its end."""
    cost, began, cpu_s = Cost(), time.monotonic(), _cpu_s()
    with _watched(os.getpid()) as peaks:
        yield cost
    cost.cpu_s, cost.wall_s = _cpu_s() - cpu_s - peaks.own_cpu_s, time.monotonic() - began
    cost.child_mib, cost.tree_mib = peaks.child_mib, peaks.tree_mib


def _cpu_s() -> float:
    usages = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


@dataclass
class _Peaks:
    child_mib: float = 0
    tree_mib: float = 0
    own_cpu_s: float = 0
    """Of the watching itself."""


@contextmanager
def _watched(pid: int) -> Iterator[_Peaks]:
    peaks, over = _Peaks(), threading.Event()
    watcher = threading.Thread(target=_watch, args=(pid, peaks, over))
    watcher.start()
    try:
        yield peaks
    finally:
        over.set()
        watcher.join()


def _watch(pid: int, peaks: _Peaks, over: threading.Event) -> None:
    while not over.wait(_SAMPLE_S):
        sizes = [_resident_mib(member) for member in _list_tree(str(pid))]
        peaks.tree_mib = max(peaks.tree_mib, sum(sizes))
        peaks.child_mib = max(peaks.child_mib, *sizes[1:], 0)
    peaks.own_cpu_s = time.thread_time()


def _list_tree(pid: str) -> list[str]:
    """The process itself first."""
    found = [pid]
    for member in found:
        for children in Path(f"/proc/{member}/task").glob("*/children"):
            found += _read(children).split()
    return found


def _resident_mib(pid: str) -> float:
    fields = _read(Path(f"/proc/{pid}/statm")).split()
    return int(fields[1]) * _PAGE / _MIB if fields else 0


def _read(path: Path) -> str:
    try:
        return path.read_text()
    except OSError:
        return ""  # it has ended meanwhile
