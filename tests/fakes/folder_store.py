"""The composer's store as a folder: what lies in it costs no memory."""

import asyncio
import json
import shutil
from collections.abc import Mapping
from pathlib import Path

from omnigen_composer.ports import MissingObjectError, StoredObject


class FolderStore:
    """Implements the ArtefactStore port."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def get_path(self, key: str) -> Path:
        """Where an object lies or would lie; its folder is there."""
        path = self._root / key
        path.parent.mkdir(parents=True, exist_ok=True)
        return path

    async def find(self, key: str) -> StoredObject | None:
        path = self.get_path(key)
        if not await asyncio.to_thread(path.exists):
            return None
        return StoredObject(path.stat().st_size, await asyncio.to_thread(_read_metadata, path))

    async def download(self, key: str, path: Path) -> None:
        try:
            await asyncio.to_thread(shutil.copyfile, self.get_path(key), path)
        except FileNotFoundError as error:
            raise MissingObjectError(key) from error

    async def upload(self, path: Path, key: str, content_type: str, metadata: Mapping[str, str]) -> None:
        del content_type
        target = self.get_path(key)
        await asyncio.to_thread(_side(target).write_text, json.dumps(dict(metadata)))
        await asyncio.to_thread(shutil.copyfile, path, target)


def _side(path: Path) -> Path:
    return path.with_name(f"{path.name}.metadata")


def _read_metadata(path: Path) -> dict[str, str]:
    side = _side(path)
    metadata: dict[str, str] = json.loads(side.read_text()) if side.exists() else {}
    return metadata
