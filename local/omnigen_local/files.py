"""Small files of the stack, written whole or not at all."""

import os
from pathlib import Path


def write_private_text(path: Path, text: str) -> None:
    """Replace the file at once; only this user can read it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
    draft.replace(path)
