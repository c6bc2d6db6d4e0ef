"""Small files of the stack, written whole or not at all."""

import os
import secrets
from contextlib import suppress
from pathlib import Path


def draft_path(path: Path) -> Path:
    """Where a file is written before it takes its place: beside it, hidden, another name each time."""
    return path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")


def write_private_text(path: Path, text: str) -> None:
    """Replace the file at once; only this user can read it."""
    _write_draft(path, text).replace(path)


def create_private_text(path: Path, text: str) -> None:
    """Write the file unless there is one: of several at once the first one's stays."""
    draft = _write_draft(path, text)
    with suppress(FileExistsError):
        path.hardlink_to(draft)
    draft.unlink()


def _write_draft(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = draft_path(path)
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
    return draft
