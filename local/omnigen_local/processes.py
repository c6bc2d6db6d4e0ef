"""Processes of the stack: each in a group of its own, with its own log, ended by pid, and never left behind.

A process begins behind a gate: a shell that waits for one line before it becomes the program. The line is written once
the watchdog knows the pid, so there is no moment at which the death of this process could leave one behind.
"""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Final, Self

import aiohttp

from omnigen_local import watchdog
from omnigen_local.home import Part

GRACE_S: Final = 30.0
READY_POLL_S: Final = 0.05
_GATE: Final = ("/bin/sh", "-c", 'read -r _ && exec "$@" </dev/null', "gate")
_LOG_TAIL_LINES: Final = 12


class ProcessEndedError(Exception):
    """A process of the stack ended on its own, or never became ready. The message ends with its last log lines."""

    def __init__(self, name: str, what: str, log_path: Path) -> None:
        tail = read_tail(log_path)
        super().__init__(f"{name} {what}; its log is {log_path}\n{tail}" if tail else f"{name} {what} without a word")
        self.name = name
        self.log_path = log_path


@dataclass(frozen=True, slots=True)
class Program:
    """What to run: the whole environment is given, nothing of ours is inherited."""

    name: str
    argv: tuple[str, ...]
    environment: Mapping[str, str]
    ready_url: str | None = None
    """Answers 200 once the program can be used."""


class Running:
    """A started program."""

    def __init__(self, program: Program, process: asyncio.subprocess.Process, log_path: Path) -> None:
        self.program = program
        self.log_path = log_path
        self._process = process

    @property
    def pid(self) -> int:
        return self._process.pid

    async def wait(self) -> int:
        """Its exit code, once it has ended (negative: the signal)."""
        return await self._process.wait()

    async def wait_ready(self, timeout_s: float = 30) -> None:
        """Return when `ready_url` answers 200. ProcessEndedError when it ends first or does not answer in time."""
        if self.program.ready_url is None:
            return
        asking = asyncio.ensure_future(_ask_until_ready(self.program.ready_url))
        ending = asyncio.ensure_future(self.wait())
        try:
            await asyncio.wait({asking, ending}, timeout=timeout_s, return_when=asyncio.FIRST_COMPLETED)
            if ending.done():
                raise ProcessEndedError(self.program.name, describe_exit(ending.result()), self.log_path)
            if not asking.done():
                raise ProcessEndedError(self.program.name, f"was not ready after {timeout_s:g} s", self.log_path)
            await asking
        finally:
            asking.cancel()
            ending.cancel()

    def signal_all(self, number: signal.Signals) -> None:
        """Send a signal to it and to whatever it has started; nothing when nobody is left."""
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, number)

    @property
    def has_ended(self) -> bool:
        return self._process.returncode is not None

    async def stop(self, grace_s: float) -> None:
        """SIGTERM, and SIGKILL to what is left of its group when it has ended or `grace_s` have passed."""
        try:
            if self._process.returncode is None:
                self._process.send_signal(signal.SIGTERM)
                async with asyncio.timeout(grace_s):
                    await self._process.wait()
        except (TimeoutError, ProcessLookupError):
            pass  # what did not end is killed below
        finally:
            self.signal_all(signal.SIGKILL)
        await self._process.wait()


class Processes:
    """Everything started through it is ended when it closes, or when this process dies. An async context manager."""

    def __init__(self, log_dir: Path, grace_s: float = GRACE_S) -> None:
        self._log_dir = log_dir
        self._grace_s = grace_s
        self._running: list[Running] = []
        self._watchdog: subprocess.Popen[bytes] | None = None

    async def __aenter__(self) -> Self:
        self._log_dir.mkdir(parents=True, exist_ok=True)
        self._watchdog = subprocess.Popen(  # noqa: ASYNC220 - returns within a millisecond, and cannot be half cancelled
            [sys.executable, "-I", "-S", watchdog.__file__, str(self._grace_s)],
            bufsize=0,
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            start_new_session=True,
            env={},
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await asyncio.gather(*(running.stop(self._grace_s) for running in self._running))
        if self._watchdog is not None:
            self._watchdog.communicate("".join(f"-{running.pid}\n" for running in self._running).encode())

    async def start(self, program: Program) -> Running:
        """Start a program; its output goes to <name>.log. Returns at once: `wait_ready` tells when it can be used.

        One of that name that has ended is forgotten.
        """
        log_path = self._log_dir / f"{program.name}.log"
        with log_path.open("ab") as log:
            process = await asyncio.create_subprocess_exec(
                *_GATE,
                *program.argv,
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                start_new_session=True,
                env=dict(program.environment),
            )
        running = Running(program, process, log_path)
        others = [one for one in self._running if one.program.name != program.name or not one.has_ended]
        self._running = [*others, running]
        self._tell_watchdog(running.pid)
        _open_gate(process)
        return running

    def find(self, name: str) -> Running | None:
        """What was started last under that name."""
        return next((running for running in reversed(self._running) if running.program.name == name), None)

    def parts(self) -> list[Part]:
        """What was started and can be asked whether it is ready."""
        return [
            Part(name=running.program.name, pid=running.pid, ready_url=running.program.ready_url)
            for running in self._running
            if running.program.ready_url is not None
        ]

    async def wait_for_end(self) -> None:
        """Never returns: raises ProcessEndedError as soon as one of the processes ends on its own."""
        waits = {asyncio.ensure_future(running.wait()): running for running in self._running}
        try:
            done, _ = await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
            ended = done.pop()
            running = waits[ended]
            raise ProcessEndedError(running.program.name, describe_exit(ended.result()), running.log_path)
        finally:
            for wait in waits:
                wait.cancel()

    def _tell_watchdog(self, pid: int) -> None:
        if self._watchdog is None or self._watchdog.stdin is None:
            raise RuntimeError("Processes is used outside of its context")
        self._watchdog.stdin.write(f"+{pid}\n".encode())


def _open_gate(process: asyncio.subprocess.Process) -> None:
    if process.stdin is None:
        raise RuntimeError("a gate has a standard input")
    process.stdin.write(b"\n")
    process.stdin.close()


async def _ask_until_ready(url: str) -> None:
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=2)) as session:
        while not await _answers(session, url):  # noqa: ASYNC110 - another process sets no event of ours
            await asyncio.sleep(READY_POLL_S)


async def _answers(session: aiohttp.ClientSession, url: str) -> bool:
    try:
        async with session.get(url) as answer:
            return answer.ok
    except (aiohttp.ClientError, TimeoutError):
        return False


async def wait_all_ready(running: Iterable[Running], timeout_s: float = 30) -> None:
    """Return when each can be used; the first that cannot raises ProcessEndedError."""
    try:
        async with asyncio.TaskGroup() as group:
            for one in running:
                group.create_task(one.wait_ready(timeout_s))
    except* ProcessEndedError as failed:
        first = failed.exceptions[0]
        raise first from None


def describe_exit(code: int) -> str:
    """`ended with exit code 9`, or `was ended by SIGKILL` for -9."""
    if code >= 0:
        return f"ended with exit code {code}"
    names = {member.value: member.name for member in signal.Signals}
    return f"was ended by {names.get(-code, f'signal {-code}')}"


def read_tail(path: Path) -> str:
    """The last lines of a log, indented; "" when there is none."""
    if not path.exists():
        return ""
    lines = path.read_text(errors="replace").splitlines()
    return "\n".join(f"  {line}" for line in lines[-_LOG_TAIL_LINES:])
