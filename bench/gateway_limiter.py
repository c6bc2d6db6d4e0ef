"""`make bench-limiter`: what the rate limit costs, as the gateway's CPU per proxied request relative to without it.

One process serves the same gateway under several limiters, each at its own port; requests go to them in turn, and its
CPU time is read before and after. The upstream and the load are another process.
"""

import asyncio
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from bench.gateway_under_limits import LIMITERS
from bench.goals import Scoreboard
from bench.tiny_upstream import serve_upstream

ROUNDS: Final = 15
REQUESTS: Final = 1500
CONNECTIONS: Final = 32
_CPU_CLOCK: Final = 2
"""CPUCLOCK_SCHED of the kernel's clock ids: nanoseconds of a whole process."""


@dataclass(frozen=True)
class Target:
    """The gateway's process."""

    pid: int
    ports: dict[str, int]
    tokens: Sequence[str]

    def cpu_s(self) -> float:
        return time.clock_gettime((~self.pid << 3) | _CPU_CLOCK)


async def _meet(process: asyncio.subprocess.Process) -> Target:
    if process.stdout is None:
        raise ValueError("it was started without a pipe")
    ports = dict(zip(LIMITERS, map(int, (await process.stdout.readline()).split()), strict=True))
    return Target(process.pid, ports, (await process.stdout.readline()).decode().split())


async def measure(target: Target) -> dict[str, list[float]]:
    """CPU seconds per request by limiter, one number a round; in each round all limiters follow each other."""
    found: dict[str, list[float]] = {name: [] for name in target.ports}
    for round_number in range(-1, ROUNDS):
        for name, port in target.ports.items():
            before_s = target.cpu_s()
            await _load(port, target.tokens, b"429" if name == "refusing" else b"200")
            if round_number >= 0:
                found[name].append((target.cpu_s() - before_s) / REQUESTS)
    return found


async def _load(port: int, tokens: Sequence[str], status: bytes) -> None:
    work = iter(range(REQUESTS))
    await asyncio.gather(*(_ask(port, tokens, work, status) for _ in range(CONNECTIONS)))


async def _ask(port: int, tokens: Sequence[str], work: Iterator[int], status: bytes) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for number in work:
        token = tokens[number % len(tokens)]
        writer.write(f"GET /api/v1/jobs/job_1 HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\n\r\n".encode())
        head = (await reader.readuntil(b"\r\n\r\n")).lower()
        if head[9:12] != status:
            raise ValueError(f"{head!r} is not {status!r}")
        await reader.readexactly(int(head.partition(b"content-length:")[2].partition(b"\r\n")[0]))
    writer.close()
    await writer.wait_closed()


async def run(board: Scoreboard) -> None:
    """Measure and compare."""
    async with serve_upstream() as upstream_port:
        command = (sys.executable, "-m", "bench.gateway_under_limits", str(upstream_port))
        process = await asyncio.create_subprocess_exec(*command, stdout=subprocess.PIPE, limit=2**20)
        try:
            found = await measure(await _meet(process))
        finally:
            process.terminate()
            await process.wait()
    # The cheapest round of each: whatever else the machine does only adds.
    without_s = min(found["none"])
    board.tell(f"limiter.none {without_s * 1e6:.0f} us of CPU a request")
    for name, goal in (("held", 1.03), ("counting", 1.2), ("refusing", 1.0)):
        ratio = round(min(found[name]) / without_s, 3)
        board.tell(f"limiter.{name} {ratio:.3f} of that")
        board.expect_at_most(f"limiter.{name}", ratio, goal)


if __name__ == "__main__":
    scores = Scoreboard("bench-limiter")
    asyncio.run(run(scores))
    sys.exit(scores.conclude())
