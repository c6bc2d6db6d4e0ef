"""Ends the processes of a stack whose parent is gone, however it went (SIGKILL included).

Run as a script; imports the standard library only, so that it stands within milliseconds. It reads lines from its
standard input, whose other end only the parent holds: `+PID` names a process that leads a group of its own, `-PID` one
that has ended. The end of the input is the parent's end: what is still named then is ended. It says `ready` once no
signal can end it any more.
"""

import os
import signal
import sys
import time
from collections.abc import Callable, Iterable

POLL_S = 0.02


def read_left_over(lines: Iterable[str]) -> list[int]:
    """The pids that were named and not taken back when the lines ended."""
    pids: dict[int, None] = {}
    for line in lines:
        pid = int(line[1:])
        if line.startswith("+"):
            pids[pid] = None
        else:
            pids.pop(pid, None)
    return list(pids)


def end_processes(pids: list[int], grace_s: float) -> None:
    """SIGTERM to each; what still runs after `grace_s` seconds, and whatever they left in their groups, is killed."""
    for pid in pids:
        _send(os.kill, pid, signal.SIGTERM)
    deadline = time.monotonic() + grace_s
    while any(_send(os.kill, pid, 0) for pid in pids) and time.monotonic() < deadline:
        time.sleep(POLL_S)
    for pid in pids:
        _send(os.killpg, pid, signal.SIGKILL)


def _send(call: Callable[[int, int], None], pid: int, number: int) -> bool:
    """Whether there was anyone to send it to (macOS answers EPERM for one that has ended and waits for reaping)."""
    try:
        call(pid, number)
    except (ProcessLookupError, PermissionError):
        return False
    return True


if __name__ == "__main__":
    for ignored in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(ignored, signal.SIG_IGN)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    end_processes(read_left_over(sys.stdin), grace_s=float(sys.argv[1]))
