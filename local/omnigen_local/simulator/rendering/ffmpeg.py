"""Runs FFmpeg: few at a time, one thread each, never left behind."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Final

import imageio_ffmpeg

COMMON: Final = (
    "-hide_banner",
    "-nostdin",
    "-v",
    "error",
    "-y",
    "-filter_threads",
    "1",
    "-filter_complex_threads",
    "1",
)
TAIL: Final = 400


class RenderError(Exception):
    """FFmpeg did not do it; the message is the end of what it said."""


class Ffmpeg:
    """The pinned binary. `processes` is how many may run side by side; the rest wait their turn."""

    def __init__(self, processes: int) -> None:
        self._executable: str = imageio_ffmpeg.get_ffmpeg_exe()
        self._turns = asyncio.Semaphore(processes)

    async def run(self, plan: Callable[[], Sequence[str]]) -> None:
        """Wait for a turn and for the end of the work; a cancelled caller ends the process. RenderError if it fails.

        `plan` gives the arguments; it runs in a thread and may write input files, which therefore are few at a time.
        """
        async with self._turns:
            arguments = await asyncio.to_thread(plan)
            process = await asyncio.create_subprocess_exec(
                self._executable,
                *COMMON,
                *arguments,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.DEVNULL,
                stderr=asyncio.subprocess.PIPE,
            )
            try:
                _, said = await process.communicate()
            finally:
                if process.returncode is None:
                    process.kill()
                    await process.wait()
        if process.returncode:
            raise RenderError(said.decode(errors="replace")[-TAIL:].strip() or f"exit code {process.returncode}")
