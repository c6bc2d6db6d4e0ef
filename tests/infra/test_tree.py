"""What lies in the repository's first folder is what README and docs/conventions.md know of."""

import shutil
import subprocess

from omnigen_local.artefacts import ROOT

FOLDERS = {
    *(".ci", ".github", "bench", "copilot", "docs", "local", "requirements"),
    *("services", "shared", "tests", "web", "workflow"),
}
FILES = {
    *(".dockerignore", ".gitignore", "CHANGELOG.md", "LICENSE", "Makefile", "NOTICE"),
    *("README.md", "docker-compose.yml", "pyproject.toml"),
}


def test_nothing_that_somebody_tried_out_was_left_behind() -> None:
    git = shutil.which("git")
    assert git is not None
    kept = subprocess.run([git, "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout  # noqa: S603
    assert {path.partition("/")[0] for path in kept.decode().split("\0") if path} == FOLDERS | FILES
