"""A stack that stays: one supervisor process per home folder, which holds a lock for as long as it lives.

The lock tells whether a stack runs, and its file whose it is: the kernel lets go of it with the process, so a pid that
was given to somebody else in the meantime is never taken for ours.
"""

import asyncio
import fcntl
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractAsyncContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

from pydantic import BaseModel, ConfigDict

from omnigen_local.files import write_private_text
from omnigen_local.signals import run_until_signal

POLL_S: Final = 0.1
_LOCK_ATTEMPTS: Final = 20
_LOCK_PAUSE_S: Final = 0.02
STOP_LIMIT_S: Final = 150.0
"""Longer than the emulator is given to save its state."""


class StackRecord(BaseModel):
    """Where everything of a running stack is."""

    model_config = ConfigDict(frozen=True)

    gateway_url: str
    emulator_url: str
    simulator_url: str
    user_pool_id: str
    user_pool_client_id: str


class SupervisedStack(Protocol):
    """What a supervisor needs of a stack that runs."""

    def record(self) -> StackRecord:
        """Where everything is."""
        ...

    async def wait_for_end(self) -> None:
        """Never returns: raises when a part of the stack ends on its own."""
        ...


@dataclass(frozen=True, slots=True)
class Home:
    """The folder of a stack that stays."""

    path: Path

    @property
    def state_dir(self) -> Path:
        """Tables, objects, users, keys, predictions: what outlives a stop."""
        return self.path / "state"

    @property
    def log_dir(self) -> Path:
        return self.path / "logs"

    @property
    def record_path(self) -> Path:
        return self.path / "stack.json"

    def find_record(self) -> StackRecord | None:
        """The running stack's record; None when none runs, or it is not ready yet."""
        if not self.record_path.exists() or self.find_supervisor() is None:
            return None
        return StackRecord.model_validate_json(self.record_path.read_bytes())

    def find_supervisor(self) -> int | None:
        """The pid of the supervisor that lives."""
        if not self._lock_path.exists():
            return None
        with self._lock_path.open("rb") as file:
            return None if _try_lock(file.fileno()) else int(file.read())

    @contextmanager
    def hold_lock(self) -> Iterator[None]:
        """BlockingIOError when another supervisor holds it."""
        self.path.mkdir(parents=True, exist_ok=True)
        with self._lock_path.open("a+b") as file:
            _lock(file.fileno())
            file.truncate(0)
            file.write(str(os.getpid()).encode())
            file.flush()
            yield

    @property
    def _lock_path(self) -> Path:
        return self.path / "lock"

    def renew_log_dir(self) -> None:
        """An empty folder for logs; those of the run before are kept beside it."""
        shutil.rmtree(self.path / "logs.previous", ignore_errors=True)
        if self.log_dir.exists():
            self.log_dir.rename(self.path / "logs.previous")
        self.log_dir.mkdir(parents=True)


async def supervise(home: Home, open_stack: Callable[[], AbstractAsyncContextManager[SupervisedStack]]) -> int:
    """Run a stack until a signal comes (0), or a part of it ends (the error)."""

    async def run() -> int:
        async with open_stack() as stack:
            write_private_text(home.record_path, stack.record().model_dump_json(indent=2))
            await stack.wait_for_end()
        return 0

    with home.hold_lock():
        home.record_path.unlink(missing_ok=True)
        try:
            await run_until_signal(run())
        finally:
            home.record_path.unlink(missing_ok=True)
    return 0


class StartError(Exception):
    """The supervisor ended before the stack was ready; the message is its log."""

    def __init__(self, log_path: Path) -> None:
        super().__init__(log_path.read_text(errors="replace").strip())


async def start(home: Home, supervisor: Sequence[str]) -> StackRecord:
    """Start a supervisor that outlives this process, and return once its stack is ready."""
    home.renew_log_dir()
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
            raise StartError(log_path)
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


def _lock(descriptor: int) -> None:
    """Whoever only looks holds it for an instant, so one refusal is not the last word."""
    for _ in range(_LOCK_ATTEMPTS):
        if _try_lock(descriptor):
            return
        time.sleep(_LOCK_PAUSE_S)
    raise BlockingIOError("another stack of this folder runs")


def _try_lock(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
