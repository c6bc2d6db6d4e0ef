"""The generator Lambda's folder: our two packages and the pinned wheels, without what never runs.

`local` holds wheels for this machine and the `bootstrap` that the emulator starts; `aws` holds wheels for arm64, or for
x86-64 where that is asked for. What comes out depends on the sources and the pins only.
"""

import logging
import py_compile
import shutil
import subprocess
import sys
from enum import StrEnum
from pathlib import Path
from typing import Final

from omnigen_local import run_lambda
from omnigen_local.artefacts import ROOT, STAMP, zip_folder
from omnigen_local.pruning import prune_packages

AWS_PYTHON: Final = (3, 13)
"""The Lambda's. Follows LambdaRuntime in copilot/environments/addons/workflow.yml."""
SOURCES: Final = (Path("shared/omnigen_shared"), Path("services/generator/omnigen_generator"))
BOOTSTRAP: Final = """\
#!/bin/sh
# Started by the emulator as a custom runtime, in this folder. -S: what is not packed here is not found.
exec python3 -S -B run_lambda.py "$_HANDLER"
"""

_log = logging.getLogger(__name__)


class Target(StrEnum):
    """Where the folder is to run."""

    LOCAL = "local"
    AWS = "aws"

    @property
    def requirements(self) -> Path:
        return Path("requirements") / ("generator.txt" if self is Target.AWS else "generator-local.txt")

    @property
    def python(self) -> tuple[int, int]:
        return AWS_PYTHON if self is Target.AWS else sys.version_info[:2]


class Architecture(StrEnum):
    """Of the Lambda in AWS; follows LambdaArchitecture in copilot/environments/addons/workflow.yml."""

    ARM64 = "arm64"
    X86_64 = "x86_64"

    @property
    def platform(self) -> str:
        """Whose wheels are taken."""
        return f"{'aarch64' if self is Architecture.ARM64 else 'x86_64'}-manylinux_2_28"


def build_generator(target: Target, root: Path = ROOT, architecture: Architecture = Architecture.ARM64) -> Path:
    """Make build/generator-<target> anew, at once when it is complete. CalledProcessError when installing fails.

    The local one is packed too, as build/generator-local.zip; for AWS, Copilot packs the folder. `architecture` is of
    the one for AWS; the local one is for this machine.
    """
    folder = root / "build" / f"generator-{target}"
    draft = folder.with_name(f".{folder.name}")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(parents=True)
    _install_wheels(target, root, draft, architecture)
    finish_folder(target, root, draft)
    if target is Target.LOCAL:
        folder.with_name(f"{folder.name}.zip").write_bytes(zip_folder(draft))
    (draft / STAMP).touch()
    shutil.rmtree(folder, ignore_errors=True)
    draft.rename(folder)
    return folder


def finish_folder(target: Target, root: Path, folder: Path) -> None:
    """Turn a folder of installed wheels into the Lambda's: add our packages, drop what never runs, compile."""
    for source in SOURCES:
        shutil.copytree(root / source, folder / source.name, ignore=shutil.ignore_patterns("__pycache__"))
    prune_packages(folder)
    if target is Target.LOCAL:
        bootstrap = folder / "bootstrap"
        bootstrap.write_text(BOOTSTRAP)
        bootstrap.chmod(0o755)
    _compile(target, folder)
    if target is Target.LOCAL:
        shutil.copy(run_lambda.__file__, folder / "run_lambda.py")


def _install_wheels(target: Target, root: Path, folder: Path, architecture: Architecture) -> None:
    command = [str(Path(sys.executable).with_name("uv")), "pip", "install", "--quiet", "--python", sys.executable]
    command += ["--target", str(folder), "--require-hashes", "-r", str(root / target.requirements)]
    if target is Target.AWS:
        version = ".".join(map(str, AWS_PYTHON))
        command += ["--python-platform", architecture.platform, "--python-version", version, "--only-binary", ":all:"]
    subprocess.run(command, check=True)


def _compile(target: Target, folder: Path) -> None:
    """Compile everything, and keep the source of our own packages only.

    A Lambda cannot keep the bytecode that it compiles, so that each cold start would pay for it again: with it, a cold
    start takes half the CPU. It is for one version of Python, hence only made by that version.
    """
    if target.python != sys.version_info[:2]:
        _log.warning("no bytecode in %s: build with Python %d.%d for shorter cold starts", folder.name, *target.python)
        return
    own = {source.name for source in SOURCES}
    for path in sorted(folder.rglob("*.py")):
        name = path.relative_to(folder)
        is_own = name.parts[0] in own
        compiled = None if is_own else str(path.with_suffix(".pyc"))
        mode = py_compile.PycInvalidationMode.UNCHECKED_HASH
        py_compile.compile(str(path), compiled, str(name), doraise=True, invalidation_mode=mode)
        if not is_own:
            path.unlink()
