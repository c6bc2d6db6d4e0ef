"""Small files of the stack, written whole or not at all."""

import os
import secrets
from pathlib import Path


def draft_path(path: Path) -> Path:
    """Where a file is written before it takes its place: beside it, hidden, another name each time."""
    return path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")


def write_private_text(path: Path, text: str) -> None:
    """Replace the file at once; only this user can read it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = draft_path(path)
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
    draft.replace(path)
