"""What the composer needs from outside."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from omnigen_composer.domain.keys import WorkRequest

Report = Callable[[float], None]
"""Told how far a piece of work is, 0 … 1."""


class MissingObjectError(Exception):
    """There is no object under this key."""

    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key


@dataclass(frozen=True, slots=True)
class StoredObject:
    """What is known of an object without fetching it."""

    size_bytes: int
    metadata: Mapping[str, str]

    @property
    def result_json(self) -> str | None:
        """What is answered about an artefact; None for an object that is no finished artefact of ours."""
        return self.metadata.get("result")


@dataclass(frozen=True, slots=True)
class Note:
    """A small object that several tasks write under conditions; `etag` names this version of it."""

    body: bytes
    etag: str


class ArtefactStore(Protocol):
    """Clips in, segments and videos out. Every method raises DependencyUnavailableError when the store is away."""

    async def find(self, key: str) -> StoredObject | None:
        """Size and metadata, or None."""
        ...

    async def download(self, key: str, path: Path) -> None:
        """Write the object to a file. MissingObjectError when there is none."""
        ...

    async def upload(self, path: Path, key: str, content_type: str, metadata: Mapping[str, str]) -> None:
        """Store a file whole or not at all; an object of that key is replaced. Metadata is ASCII, up to 2 KB."""
        ...


class NoteStore(Protocol):
    """Conditional writes of small objects; at most one of several concurrent writers succeeds."""

    async def find_note(self, key: str) -> Note | None:
        """The present version, or None."""
        ...

    async def create_note(self, key: str, body: bytes) -> str | None:
        """The new version's etag, or None when there is a note already."""
        ...

    async def replace_note(self, key: str, body: bytes, etag: str) -> str | None:
        """The new version's etag, or None when the present version is another one or gone."""
        ...

    async def remove_note(self, key: str, etag: str) -> bool:
        """Whether this version was there and is gone now."""
        ...


class Store(ArtefactStore, NoteStore, Protocol):
    """Both, in one bucket."""

    async def check(self) -> None:
        """Readiness: return when the store answers, raise when it does not."""
        ...


class Workshop(Protocol):
    """Makes an artefact and stores it under its key, with its result as the object's metadata `result` (JSON)."""

    @property
    def recipe_id(self) -> str:
        """The recipe that everything is made by."""
        ...

    async def make(self, key: str, request: WorkRequest, report: Report) -> None:
        """Return when the artefact is stored. ProblemError says why it cannot be made; cancelling ends every child."""
        ...
