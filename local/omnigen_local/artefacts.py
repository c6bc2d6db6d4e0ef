"""Local paths in a template become objects in S3, as when Copilot packages addons."""

import hashlib
import io
import zipfile
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from omnigen_local.addons import Template

ROOT: Final = Path(__file__).parents[2]
STAMP: Final = ".stamp"
"""Beside what a build has made, for make; not part of it."""
KEY_PREFIX: Final = "manual/addons/environments/assets"
_EPOCH: Final = (1980, 1, 1, 0, 0, 0)
"""The earliest time that a zip can tell."""
_COMPRESSION: Final = 1
"""Fast: it travels over loopback."""


@dataclass(frozen=True, slots=True)
class Artefact:
    """An object that a template needs: its content, under a key made of that content."""

    key: str
    body: bytes


def package_template(template: Template, bucket: str, root: Path = ROOT) -> tuple[Template, list[Artefact]]:
    """A copy of the template that refers to S3, and what must lie there. Paths are relative to `root`."""
    packaged = deepcopy(template)
    artefacts = []
    for properties, name, names in _local_paths(packaged):
        artefact = _read_artefact(root / properties[name])
        artefacts.append(artefact)
        properties[name] = {names[0]: bucket, names[1]: artefact.key}
    return packaged, artefacts


def zip_folder(folder: Path) -> bytes:
    """A zip of the folder's files whose bytes depend on their names, contents and modes only."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for path in sorted(path for path in folder.rglob("*") if path.is_file() and path != folder / STAMP):
            entry = zipfile.ZipInfo(path.relative_to(folder).as_posix(), _EPOCH)
            entry.external_attr = (0o755 if path.stat().st_mode & 0o100 else 0o644) << 16
            archive.writestr(entry, path.read_bytes(), zipfile.ZIP_DEFLATED, _COMPRESSION)
    return buffer.getvalue()


def _local_paths(template: Template) -> Iterator[tuple[dict[str, Any], str, tuple[str, str]]]:
    for resource in template["Resources"].values():
        properties = resource.get("Properties", {})
        match resource["Type"], properties:
            case "AWS::Lambda::Function", {"Code": str()}:
                yield properties, "Code", ("S3Bucket", "S3Key")
            case "AWS::StepFunctions::StateMachine", {"DefinitionS3Location": str()}:
                yield properties, "DefinitionS3Location", ("Bucket", "Key")


def _read_artefact(path: Path) -> Artefact:
    if not path.exists():
        raise FileNotFoundError(f"{path} is not there: `make build-generator` makes it")
    body = zip_folder(path) if path.is_dir() else path.read_bytes()
    return Artefact(f"{KEY_PREFIX}/{hashlib.sha256(body).hexdigest()}", body)
