"""A stack that stays: one supervisor process per home folder, which holds its lock for as long as it lives."""

import asyncio
import os
import signal
import subprocess
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, Protocol

from omnigen_local.home import Ending, Home, StackRecord
from omnigen_local.processes import read_tail
from omnigen_local.signals import run_until_signal

POLL_S: Final = 0.1
STOP_LIMIT_S: Final = 150.0
"""Longer than the emulator is given to save its state."""


class SupervisedStack(Protocol):
    """What a supervisor needs of a stack that runs."""

    def record(self) -> StackRecord:
        """Where everything is."""
        ...

    async def wait_for_end(self) -> None:
        """Never returns: raises when a part of the stack ends on its own."""
        ...


async def supervise(home: Home, open_stack: Callable[[], AbstractAsyncContextManager[SupervisedStack]]) -> int:
    """Run a stack until a signal comes (0), or a part of it ends: the error, which is kept in the home too."""

    async def run() -> int:
        async with open_stack() as stack:
            home.keep_record(stack.record())
            await stack.wait_for_end()
        return 0

    with home.hold_lock():
        try:
            await run_until_signal(run())
        except Exception as error:
            home.keep_ending(Ending(ended_at=datetime.now(UTC), reason=str(error) or repr(error)))
            raise
        finally:
            home.drop_record()
    return 0


class StartError(Exception):
    """The supervisor ended before the stack was ready; the message says why."""


async def start(home: Home, supervisor: Sequence[str]) -> StackRecord:
    """Start a supervisor that outlives this process, and return once its stack is ready."""
    home.renew_log_dir()
    home.drop_ending()
    log_path = home.log_dir / "supervisor.log"
    with log_path.open("wb") as log:
        process = subprocess.Popen(  # noqa: ASYNC220 - returns at once
            list(supervisor), stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
        )
    try:
        record = await _wait_for_record(home, process, log_path)
    except BaseException:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
            process.wait()
        raise
    process.returncode = 0  # it lives on: Popen shall not warn that nobody waits for it
    return record


async def _wait_for_record(home: Home, process: subprocess.Popen[bytes], log_path: Path) -> StackRecord:
    while (record := home.find_record()) is None:
        if process.poll() is not None:
            ending = home.find_ending()
            raise StartError(ending.reason if ending else read_tail(log_path))
        await asyncio.sleep(POLL_S)
    return record


async def stop(home: Home, limit_s: float = STOP_LIMIT_S) -> bool:
    """End the stack gracefully; False when none runs. TimeoutError when it does not end in time."""
    pid = home.find_supervisor()
    if pid is None:
        return False
    os.kill(pid, signal.SIGTERM)
    async with asyncio.timeout(limit_s):
        while home.find_supervisor() is not None:  # noqa: ASYNC110 - another process sets no event of ours
            await asyncio.sleep(POLL_S)
    return True
