"""FFmpeg as a child process: its own empty environment, bounded time, progress, and never left behind."""

import asyncio
import errno
import os
import re
import shutil
import signal
import sys
import time
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections import deque
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

import structlog

from omnigen_composer.domain.recipes import THREADS
from omnigen_shared.contracts.media import FPS
from omnigen_shared.signals import Metric
from omnigen_shared.telemetry import meter
from omnigen_shared.tracing import open_span

if sys.platform == "linux":
    import resource

_log = structlog.get_logger()
OnFrame = Callable[[int], None]
_speed: Final = meter().create_histogram(Metric.FFMPEG_SPEED)

MEMORY_LIMIT_BYTES: Final = 2 << 30
"""Twice what the largest clip that is taken needs."""
FONT_LIST: Final = "fonts.conf"
_LOG_LINES: Final = 80
_NO_MEMORY: Final = re.compile("Cannot allocate memory|malloc of size|out of memory", re.IGNORECASE)
_NO_ROOM: Final = re.compile("No space left on device|Disk quota exceeded|File too large")
_BASE: Final = (
    *("-hide_banner", "-nostdin", "-nostats", "-y", "-progress", "pipe:1"),
    *("-filter_threads", THREADS, "-filter_complex_threads", THREADS),
)
"""Without a bound a filter graph has a thread, and its memory, for each processor of the machine."""


class FfmpegError(Exception):
    """FFmpeg ended with an error; the message is the end of its log."""


class FfmpegLimitError(FfmpegError):
    """FFmpeg ended because of what it may take, which says nothing about its inputs."""


class FfmpegTimeoutError(FfmpegLimitError):
    """FFmpeg was killed because it took longer than its limit."""


class FfmpegMemoryError(FfmpegLimitError):
    """FFmpeg got less memory than it asked for."""


class FfmpegRoomError(FfmpegLimitError):
    """FFmpeg found no room on the disk. Its cause is an OSError that says so, too."""


class FfmpegKilledError(FfmpegLimitError):
    """FFmpeg was killed from outside, most likely by a kernel that was short of memory."""


class Ffmpeg:
    """Runs one pinned binary. A cancelled run kills its process before it returns."""

    def __init__(self, executable: str, time_limit_s: float, memory_limit_bytes: int = MEMORY_LIMIT_BYTES) -> None:
        self._command = (*_find_bond(), executable)
        self._time_limit_s = time_limit_s
        self._memory_limit_bytes = memory_limit_bytes

    async def read_build(self) -> str:
        """What this binary says about itself: version, compiler, configuration, libraries."""
        process = await self._start(["-version"])
        output, _ = await process.communicate()
        return output.decode(errors="replace")

    async def run(
        self,
        arguments: Sequence[str],
        on_frame: OnFrame | None = None,
        *,
        log_level: str = "error",
        fonts_from: Path | None = None,
    ) -> str:
        """The end of the log. `fonts_from` is the folder that relative names in filters, and all fonts, are found in.

        FfmpegError when it fails, FfmpegLimitError when it needs more time, memory or room on the disk, or is killed
        again after it was killed once.
        """
        command = [*_BASE, "-v", log_level, *arguments]
        with open_span("ffmpeg.run"):
            try:
                return await self._run(command, on_frame, fonts_from)
            except FfmpegKilledError:
                _log.warning("ffmpeg_killed")
                return await self._run(command, on_frame, fonts_from)

    async def _run(self, arguments: Sequence[str], on_frame: OnFrame | None, fonts_from: Path | None) -> str:
        process = await self._start(arguments, fonts_from)
        try:
            async with asyncio.timeout(self._time_limit_s):
                began = time.monotonic()
                log, frames = await asyncio.gather(_read_log(process), _follow(process, on_frame))
                status = await process.wait()
                _measure(frames, time.monotonic() - began)
        except TimeoutError as error:
            raise FfmpegTimeoutError(f"killed after {self._time_limit_s:g} s") from error
        finally:
            await _end(process)
        if status == -signal.SIGKILL:
            raise FfmpegKilledError("was killed from outside")
        if status != 0 and _NO_MEMORY.search(log):
            raise FfmpegMemoryError(f"needs more memory than {self._memory_limit_bytes >> 20} MiB")
        if status == -signal.SIGXFSZ or (status != 0 and _NO_ROOM.search(log)):
            raise FfmpegRoomError("found no room on the disk") from OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        if status != 0:
            raise FfmpegError(_without_paths(log) or f"exit status {status}")
        return log

    async def _start(self, arguments: Sequence[str], folder: Path | None = None) -> Process:
        # Without a list of its own fontconfig would look into this machine's.
        env = {} if folder is None else {"FONTCONFIG_FILE": str(folder / FONT_LIST)}
        process = await asyncio.create_subprocess_exec(
            *self._command, *arguments, stdin=DEVNULL, stdout=PIPE, stderr=PIPE, env=env, cwd=folder
        )
        if sys.platform == "linux":
            self._limit(process.pid)
        return process

    def _limit(self, pid: int) -> None:
        """Memory; and CPU, which ends a child at last even when this process was killed and nothing bound the two."""
        seconds = int(self._time_limit_s) * 2 + 1
        try:
            resource.prlimit(pid, resource.RLIMIT_CPU, (seconds, seconds))
            resource.prlimit(pid, resource.RLIMIT_DATA, (self._memory_limit_bytes, self._memory_limit_bytes))
        except ProcessLookupError:
            return  # it has already ended


def _find_bond() -> tuple[str, ...]:
    """What makes the kernel kill a child together with this process, where there is such a thing (Linux)."""
    setpriv = shutil.which("setpriv")
    return () if setpriv is None else (setpriv, "--pdeathsig", "KILL", "--")


async def _read_log(process: Process) -> str:
    lines: deque[str] = deque(maxlen=_LOG_LINES)
    if process.stderr is not None:
        while chunk := await process.stderr.read(65536):
            lines.extend(chunk.decode(errors="replace").splitlines())
    return "\n".join(lines)


async def _follow(process: Process, on_frame: OnFrame | None) -> int:
    """How many frames it has told of in the end."""
    frames = 0
    if process.stdout is None:
        return frames
    async for line in process.stdout:
        name, _, value = line.decode(errors="replace").strip().partition("=")
        if name == "frame" and value.isdigit():
            frames = int(value)
            if on_frame is not None:
                on_frame(frames)
    return frames


def _measure(frames: int, elapsed_s: float) -> None:
    """What makes no pictures (sound, probes) has no speed."""
    if frames > 1:
        _speed.record(frames / FPS / max(elapsed_s, 0.001))


async def _end(process: Process) -> None:
    if process.returncode is None:
        process.kill()
        await process.wait()


def _without_paths(log: str) -> str:
    """The last lines of a log, short enough for a problem, with file names instead of this machine's paths."""
    tail = " | ".join(line.strip() for line in log.splitlines()[-3:])
    words = (Path(word).name if word.startswith("/") else word for word in tail.split(" "))
    return " ".join(words)[-500:]
