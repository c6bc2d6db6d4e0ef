"""Quota as it is deployed: several processes over one table, in the emulator or behind the proxy that fails."""

import os
import signal
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import orjson

from omnigen_local.addresses import CREDENTIALS, LOOPBACK, NO_ACCOUNTS, REGION, choose_ports
from omnigen_local.environments import process_environment
from omnigen_local.identities import Identities
from omnigen_local.processes import Processes, Program, Running, wait_all_ready

PROCESSES: Final = 4
_IDENTITIES_FILE: Final = "identities.json"


@dataclass
class Seat:
    """A place in the fleet: one address, and whoever serves it at the moment."""

    program: Program
    url: str
    running: Running


class Fleet:
    """Quota's processes, which may be killed and started again."""

    def __init__(self, processes: Processes, seats: list[Seat]) -> None:
        self._processes = processes
        self.seats = seats
        self.kills = 0

    @property
    def urls(self) -> list[str]:
        return [seat.url for seat in self.seats]

    async def kill(self, place: int) -> None:
        """SIGKILL: it runs no handler, and its open calls are never answered."""
        running = self.seats[place].running
        os.kill(running.pid, signal.SIGKILL)
        await running.wait()
        self.kills += 1

    async def start_again(self, place: int) -> None:
        """At the same address; it remembers nothing."""
        seat = self.seats[place]
        seat.running = await self._processes.start(seat.program)
        await seat.running.wait_ready()

    def cpu_s(self) -> float:
        """What the present processes have used so far."""
        return sum(_cpu_s(seat.running.pid) for seat in self.seats)


@asynccontextmanager
async def open_fleet(
    folder: Path, environment: Mapping[str, str], processes_count: int = PROCESSES
) -> AsyncIterator[Fleet]:
    """So many of them, ready. `environment` adds to what every process is told."""
    async with Processes(folder / "logs") as processes:
        ports = choose_ports(processes_count)
        programs = [_program(folder, f"quota-{place}", port, environment) for place, port in enumerate(ports)]
        seats = [
            Seat(program, f"http://{LOOPBACK}:{port}", await processes.start(program))
            for program, port in zip(programs, ports, strict=True)
        ]
        await wait_all_ready([seat.running for seat in seats])
        yield Fleet(processes, seats)


def quota_environment(folder: Path, endpoint_url: str, table: str) -> dict[str, str]:
    """What a quota process over that table is told."""
    identities = load_identities(folder)
    return {
        **CREDENTIALS,
        **NO_ACCOUNTS,
        "AWS_REGION": REGION,
        "AWS_ENDPOINT_URL": endpoint_url,
        "USAGE_TABLE": table,
        "IDENTITY_PUBLIC_KEYS": orjson.dumps(identities.public_keys()).decode(),
        "SWEEP_INTERVAL_S": "20",
        "LOG_LEVEL": "ERROR",
    }


def load_identities(folder: Path) -> Identities:
    """Those of everybody who takes part in the proof."""
    return Identities.load_or_create(folder / _IDENTITIES_FILE)


def _program(folder: Path, name: str, port: int, environment: Mapping[str, str]) -> Program:
    whole = {**process_environment(folder), **environment, "HOST": LOOPBACK, "PORT": str(port)}
    argv = (sys.executable, "-P", "-m", "omnigen_quota")
    return Program(name, argv, whole, f"http://{LOOPBACK}:{port}/health")


def _cpu_s(pid: int) -> float:
    """User and system time of one process, from /proc."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
