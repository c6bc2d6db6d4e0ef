"""`up`, `status`, `down` as they are typed, in a checkout of their own making."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from omnigen_local import commands
from omnigen_local.background import Home
from omnigen_local.cli import app

SUPERVISE = """
import sys, pathlib
from omnigen_local import commands
from omnigen_local.background import Home
commands.HOME = Home(pathlib.Path(sys.argv[1]))
commands.supervise_stack()
"""


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    home = Home(tmp_path / ".omnigen")
    monkeypatch.setattr(commands, "HOME", home)
    monkeypatch.setattr(commands, "SUPERVISOR", (sys.executable, "-c", SUPERVISE, str(home.path)))
    return home


def run(name: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, [name])
    return result.exit_code, result.output


def test_a_stack_is_started_described_and_stopped(home: Home, tmp_path: Path) -> None:
    assert run("status") == (1, "status: no stack runs\n")
    code, told = run("up")
    try:
        assert code == 0, told
        for name in ("gateway", "emulator", "simulator", "user", "logs", "state"):
            assert re.search(rf"^  {name} +\S", told, re.MULTILINE)
        assert run("up")[1].startswith("up: a stack runs already\n")
        script = tmp_path / "typed.sh"
        script.write_text("set -e\n" + told[told.index("export GATEWAY=") :])
        done = subprocess.run(["/bin/sh", script], capture_output=True, check=True)  # noqa: S603 - what `up` prints
        assert b'"job_id"' in done.stdout
    finally:
        code, told = run("down")
    assert (code, told.startswith("down: stopped")) == (0, True)
    assert run("down") == (0, "down: no stack runs\n")
    assert home.state_dir.exists()
