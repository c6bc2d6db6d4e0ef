"""Waiting for what another process does, with a limit instead of a guess."""

import asyncio
import os
from collections.abc import Callable
from pathlib import Path


async def wait_until(condition: Callable[[], bool], limit_s: float = 20) -> None:
    """Return once the condition holds; TimeoutError when it does not within the limit."""
    async with asyncio.timeout(limit_s):
        while not condition():  # noqa: ASYNC110 - other processes set no event of ours
            await asyncio.sleep(0.02)


async def wait_for_text(path: Path, text: str) -> str:
    """The file's content, once the text is in it."""
    await wait_until(lambda: path.exists() and text in path.read_text())
    return path.read_text()  # noqa: ASYNC240 - a small local file


def is_alive(pid: int) -> bool:
    """Whether the process runs; one that has ended and is not reaped yet does not."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    stat = Path(f"/proc/{pid}/stat")
    return not (stat.exists() and stat.read_text().rpartition(")")[2].split()[0] == "Z")
