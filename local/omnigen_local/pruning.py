"""What of the installed packages a generator never touches: most of their bytes."""

import shutil
from pathlib import Path
from typing import Final

_UNUSED_FOLDERS: Final = (
    "bin",  # scripts that name this machine's Python
    "boto3",  # DynamoDB's items are all that we use of it
    "s3transfer",
    "cffi",  # compiles bindings; cryptography brings its own compiled
    "pycparser",
    "ecdsa",  # python-jose's substitutes for cryptography
    "rsa",
    "pyasn1",
    "google/api",  # Google's own services, described for a protocol that shares a package with OTLP's
    "google/cloud",
    "google/logging",
    "google/longrunning",
    "google/rpc",
    "google/type",
    "omnigen_shared/http",  # needs a web framework, which is not packed
    "omnigen_shared/testing",
    "pydantic/v1",
)
_UNUSED_FILES: Final = ("omnigen_shared/aws/items.py", ".lock", "*.c", "*.h", "*.proto", "*.pxd", "*.pyi", "*.pyx")
_KEPT_SERVICES: Final = frozenset({"s3", "secretsmanager"})
"""Of AWS's several hundred, which botocore describes in a folder each, beside what it reads for any of them."""
_KEPT_METADATA: Final = frozenset({"METADATA", "entry_points.txt"})
"""Of a *.dist-info: what OpenTelemetry looks for. The rest says how it was installed."""


def prune_packages(folder: Path) -> None:
    """Delete in place. Files are unlinked, never rewritten: they may be hard links into the installer's cache."""
    for name in _UNUSED_FOLDERS:
        shutil.rmtree(folder / name, ignore_errors=True)
    for cache in [*folder.rglob("__pycache__"), *folder.rglob("tests")]:
        shutil.rmtree(cache, ignore_errors=True)
    for pattern in _UNUSED_FILES:
        for path in folder.rglob(pattern):
            path.unlink()
    for service in folder.glob("botocore/data/*/"):
        if service.name not in _KEPT_SERVICES:
            shutil.rmtree(service)
    for info in folder.glob("*.dist-info"):
        _prune_metadata(info)


def _prune_metadata(info: Path) -> None:
    for path in info.iterdir():
        if path.is_dir():
            shutil.rmtree(path)
        elif path.name not in _KEPT_METADATA:
            path.unlink()
