"""Ends executions that live too long, as EXPRESS does: without a word, and with the workers that served them.

The emulator keeps no time limit of its own. An execution is stopped where it stands; every worker of the Lambda gets
SIGKILL, since any of them may be at work for it.
"""

import asyncio
import os
import signal
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, NoReturn

from omnigen_local.stack import LocalStack
from omnigen_shared.clock import SystemClock

LOOK_EVERY_S: Final = 0.5
WORKER: Final = b"run_lambda.py"


@dataclass
class Watchdog:
    """`stepfunctions` is a client of the emulator. `killed`: the executions that it had to end."""

    stack: LocalStack
    stepfunctions: Any
    limit_s: float
    killed: list[str] = field(default_factory=list)
    dead_workers: int = 0

    async def watch(self) -> NoReturn:
        """Never returns."""
        while True:
            await self._look()
            await asyncio.sleep(LOOK_EVERY_S)

    async def list_ages_s(self) -> list[float]:
        """How old each execution became, or is; the first one first."""
        now = SystemClock().now()
        found = sorted(await self._list(), key=lambda one: one["startDate"])
        return [((one.get("stopDate") or now) - one["startDate"]).total_seconds() for one in found]

    async def _look(self) -> None:
        now = SystemClock().now()
        for execution in await self._list(statusFilter="RUNNING"):
            if (now - execution["startDate"]).total_seconds() > self.limit_s:
                await self.stepfunctions.stop_execution(executionArn=execution["executionArn"])
                self.killed.append(execution["name"])
                self.dead_workers += kill_workers(self.stack)

    async def _list(self, **which: str) -> list[dict[str, Any]]:
        arn = self.stack.outputs.state_machine_arn
        answer = await self.stepfunctions.list_executions(stateMachineArn=arn, maxResults=1000, **which)
        found: list[dict[str, Any]] = answer["executions"]
        return found


def kill_workers(stack: LocalStack) -> int:
    """SIGKILL to every worker of the Lambda; how many there were."""
    [emulator] = [part.pid for part in stack.record().parts if part.name == "emulator"]
    killed = 0
    for pid in _list_children(emulator):
        with suppress(FileNotFoundError, ProcessLookupError):  # it has ended since
            if WORKER in Path(f"/proc/{pid}/cmdline").read_bytes():
                os.kill(pid, signal.SIGKILL)
                killed += 1
    return killed


def _list_children(pid: int) -> Iterator[int]:
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(FileNotFoundError, ProcessLookupError):  # it has ended since
            if int(stat.read_text().rpartition(")")[2].split()[1]) == pid:
                yield int(stat.parent.name)
