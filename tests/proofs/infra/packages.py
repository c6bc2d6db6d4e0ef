"""The Lambda's package: the same bytes wherever it is built, for the processor that it is for, and small enough."""

import hashlib
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from bench.goals import Scoreboard

from omnigen_local.artefacts import ROOT, zip_folder
from omnigen_local.building import SOURCES, Architecture, Target, build_generator

MACHINES: Final = {Architecture.ARM64: 0xB7, Architecture.X86_64: 0x3E}
"""How an ELF file says which processor it is for."""
MEBIBYTE: Final = 1 << 20
LARGEST_ZIP_MIB: Final = 50
LARGEST_FOLDER_MIB: Final = 250
"""AWS's own limits."""


def look_at_package(board: Scoreboard, architecture: Architecture) -> None:
    """Build it twice, in two places, and compare."""
    with tempfile.TemporaryDirectory(prefix="omnigen-package-") as scratch:
        folders = [
            build_generator(Target.AWS, _checkout(Path(scratch) / name), architecture) for name in ("one", "two")
        ]
        zips = [zip_folder(folder) for folder in folders]
        digests = [hashlib.sha256(body).hexdigest()[:12] for body in zips]
        board.expect_equal(f"{architecture}.reproducible", digests[1], digests[0])
        machines = set(_machines(folders[0]))
        board.expect_equal(f"{architecture}.machines", machines, {MACHINES[architecture]})
        unpacked = sum(path.stat().st_size for path in folders[0].rglob("*") if path.is_file())
        board.tell(
            f"  {architecture}: {len(zips[0]) / MEBIBYTE:.1f} MiB packed, {unpacked / MEBIBYTE:.0f} MiB unpacked"
        )
        board.expect_at_most(f"{architecture}.zip_mib", len(zips[0]) / MEBIBYTE, LARGEST_ZIP_MIB)
        board.expect_at_most(f"{architecture}.folder_mib", unpacked / MEBIBYTE, LARGEST_FOLDER_MIB)


def _checkout(folder: Path) -> Path:
    """What a build reads, elsewhere."""
    for source in SOURCES:
        shutil.copytree(ROOT / source, folder / source, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(ROOT / "requirements", folder / "requirements")
    return folder


def _machines(folder: Path) -> Iterator[int]:
    for path in folder.rglob("*.so*"):
        head = path.read_bytes()[:20]
        if head.startswith(b"\x7fELF"):
            yield int.from_bytes(head[18:20], "little")
