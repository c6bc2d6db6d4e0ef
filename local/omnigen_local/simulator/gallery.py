"""Rendered files, kept under the hash of what was asked for."""

import asyncio
import shutil
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path
from weakref import WeakValueDictionary

Make = Callable[[Path, Path], Awaitable[None]]
"""Makes a file: gets a scratch folder of its own and the path to write."""


class Gallery:
    """A folder of finished files. The same file is made once, however many ask for it at the same time."""

    def __init__(self, folder: Path) -> None:
        self._finished = folder / "files"
        self._scratch = folder / "scratch"
        self._finished.mkdir(parents=True, exist_ok=True)
        shutil.rmtree(self._scratch, ignore_errors=True)  # what a killed process left
        self._scratch.mkdir()
        self._making: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    def path(self, name: str) -> Path:
        """Where a finished file is."""
        return self._finished / name

    async def ensure(self, name: str, make: Make) -> str:
        """The file's name, once it is there."""
        lock = self._making.setdefault(name, asyncio.Lock())
        async with lock:
            if not self.path(name).exists():
                with tempfile.TemporaryDirectory(dir=self._scratch, ignore_cleanup_errors=True) as folder:
                    unfinished = Path(folder) / name
                    await make(Path(folder), unfinished)
                    unfinished.replace(self.path(name))
        return name
