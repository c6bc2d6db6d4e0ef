"""The composer's store in memory: objects with metadata, and notes under conditions."""

import asyncio
import hashlib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from omnigen_composer.ports import MissingObjectError, Note, StoredObject
from omnigen_shared.errors import DependencyUnavailableError


@dataclass
class MemoryStore:
    """Implements the Store port. Every operation is counted; `is_away` makes all of them fail."""

    objects: dict[str, tuple[bytes, dict[str, str]]] = field(default_factory=dict)
    calls: Counter[str] = field(default_factory=Counter)
    is_away: bool = False

    async def check(self) -> None:
        self._count("check")

    async def find(self, key: str) -> StoredObject | None:
        self._count("find")
        if key not in self.objects:
            return None
        body, metadata = self.objects[key]
        return StoredObject(len(body), metadata)

    async def download(self, key: str, path: Path) -> None:
        self._count("download")
        if key not in self.objects:
            raise MissingObjectError(key)
        await asyncio.to_thread(path.write_bytes, self.objects[key][0])

    async def upload(self, path: Path, key: str, content_type: str, metadata: Mapping[str, str]) -> None:
        self._count(f"upload {content_type}")
        self.objects[key] = (await asyncio.to_thread(path.read_bytes), dict(metadata))

    async def find_note(self, key: str) -> Note | None:
        self._count("find_note")
        if key not in self.objects:
            return None
        body = self.objects[key][0]
        return Note(body, _etag(body))

    async def create_note(self, key: str, body: bytes) -> str | None:
        self._count("create_note")
        if key in self.objects:
            return None
        return self._put(key, body)

    async def replace_note(self, key: str, body: bytes, etag: str) -> str | None:
        self._count("replace_note")
        if key not in self.objects or _etag(self.objects[key][0]) != etag:
            return None
        return self._put(key, body)

    async def remove_note(self, key: str, etag: str) -> bool:
        self._count("remove_note")
        if key not in self.objects or _etag(self.objects[key][0]) != etag:
            return False
        del self.objects[key]
        return True

    def _put(self, key: str, body: bytes) -> str:
        self.objects[key] = (body, {})
        return _etag(body)

    def _count(self, operation: str) -> None:
        if self.is_away:
            raise DependencyUnavailableError("The store is away.")
        self.calls[operation] += 1


def _etag(body: bytes) -> str:
    return f'"{hashlib.md5(body, usedforsecurity=False).hexdigest()}"'
