"""Temporary folders: one for each piece of work, inside one for each process, swept after a process that was killed."""

import asyncio
import fcntl
import os
import shutil
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

_LOCK: Final = "lock"


class Scratch:
    """Owns one folder below `root`. The lock in it is released by the kernel, however this process ends."""

    def __init__(self, root: Path) -> None:
        self._root = root = root.absolute()  # FFmpeg does not run in this folder
        root.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._home = Path(tempfile.mkdtemp(prefix="composer-", dir=root))
        self._lock = _lock(self._home)

    def sweep(self) -> int:
        """Remove the folders of processes that are gone; how many there were."""
        return sum(_remove_if_left(home) for home in self._root.glob("composer-*") if home != self._home)

    @asynccontextmanager
    async def folder(self) -> AsyncIterator[Path]:
        """A folder that is gone afterwards."""
        path = Path(await asyncio.to_thread(tempfile.mkdtemp, dir=self._home))
        try:
            yield path
        finally:
            await asyncio.to_thread(shutil.rmtree, path, ignore_errors=True)

    def shelf(self, name: str) -> Path:
        """A folder that stays as long as this process."""
        path = self._home / name
        path.mkdir()
        return path

    def close(self) -> None:
        """Remove everything of this process."""
        shutil.rmtree(self._home, ignore_errors=True)
        os.close(self._lock)


def _lock(home: Path) -> int:
    """Locked first and named afterwards, so that no sweeper meets a lock that is still open."""
    unnamed = home / "lock-being-made"
    lock = os.open(unnamed, os.O_CREAT | os.O_RDWR, 0o600)
    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    unnamed.rename(home / _LOCK)
    return lock


def _remove_if_left(home: Path) -> bool:
    try:
        lock = os.open(home / _LOCK, os.O_RDWR)
    except FileNotFoundError:
        return False  # being made or being removed at this moment
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    else:
        shutil.rmtree(home, ignore_errors=True)
        return True
    finally:
        os.close(lock)
