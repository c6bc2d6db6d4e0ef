"""`up`, `status`, `down` as they are typed, in a checkout of their own making."""

import asyncio
import os
import re
import signal
import subprocess
import sys
from pathlib import Path
from unittest import mock

import orjson
import pytest
from tests.fakes.waiting import wait_until
from typer.testing import CliRunner

from omnigen_local import commands
from omnigen_local.cli import app
from omnigen_local.home import Home

SMALL = '"duration_s": 5, "resolution": "480p", "aspect_ratio": "1:1"'
SUPERVISE = """
import sys, pathlib
from omnigen_local import commands
from omnigen_local.home import Home
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
    with mock.patch.dict(os.environ):  # the command forgets AWS accounts; other tests need them
        result = CliRunner().invoke(app, [name])
    return result.exit_code, result.output


def pid_of(name: str, told: str) -> int:
    (pid,) = re.findall(rf"^  {name} .* ready, pid (\d+)", told, re.MULTILINE)
    return int(pid)


def type_in(script: str) -> bytes:
    done = subprocess.run(  # noqa: S603 - what `up` prints
        ["/bin/sh", "-c", f"set -e\n{script}"],
        capture_output=True,
        check=True,
    )
    return done.stdout


def make_video(told: str, folder: Path) -> None:
    """As somebody would who types what `up` has printed."""
    ordering, _, rest = told[told.index("export GATEWAY=") :].partition("With the job_id")
    settings = "\n".join(line for line in ordering.splitlines() if line.startswith("export "))
    job = orjson.loads(type_in(ordering.replace('"duration_s": 15', SMALL)))["job_id"]
    watching = rest[rest.index("export JOB=") :].replace("JOB=...", f"JOB={job}")
    events = type_in(f"cd {folder}\n{settings}\n{watching}")
    assert b"event: job.completed" in events
    assert (folder / "video.mp4").read_bytes()[4:8] == b"ftyp"


def test_a_stack_is_started_and_described_dies_with_a_service_and_is_stopped(home: Home, tmp_path: Path) -> None:
    assert run("status") == (1, "status: no stack runs\n")
    code, told = run("up")
    try:
        assert code == 0, told
        for name in ("gateway", "jobs", "quota", "composer", "simulator", "emulator"):
            assert pid_of(name, told) > 0
        for name in ("user", "logs", "state"):
            assert re.search(rf"^  {name} +\S", told, re.MULTILINE)
        assert run("up")[1].startswith("up: a stack runs already, since 20")
        make_video(told, tmp_path)
        assert '"event":"step_taken"' in (home.log_dir / "generator.log").read_text()
        code, told = run("status")
        assert code == 0
        assert re.match(r"status: a stack runs since 20\d\d-.* \((less than a|\d+) min", told)
        port = home.find_gateway_port()
        kill_and_see(home, pid_of("gateway", told))
        assert run("up")[0] == 0
        assert home.find_gateway_port() == port
        assert run("status")[0] == 0
    finally:
        code, told = run("down")
    assert (code, told.startswith("down: stopped")) == (0, True)
    assert run("down") == (0, "down: nothing to stop\nno stack runs\n")
    assert home.state_dir.exists()


def kill_and_see(home: Home, gateway_pid: int) -> None:
    """A service that dies takes the stack down, and is named."""
    os.kill(gateway_pid, signal.SIGKILL)
    asyncio.run(wait_until(lambda: home.find_supervisor() is None, limit_s=60))
    code, told = run("status")
    assert code == 1
    assert re.match(
        r"status: no stack runs; the last one ended 20.*:\ngateway was ended by SIGKILL; its log is .*\n  {", told
    )


def test_a_start_that_fails_says_which_part_and_why(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = SUPERVISE.replace(
        "commands.supervise_stack()",
        "from omnigen_local import emulator; emulator.PYTHON = pathlib.Path('/bin/false'); commands.supervise_stack()",
    )
    monkeypatch.setattr(commands, "SUPERVISOR", (sys.executable, "-c", broken, str(home.path)))
    code, told = run("up")
    assert code == 1
    assert re.match(r"up: starting .*\nup: it did not start\nemulator ended with exit code 1 without a word\n$", told)
    assert run("status")[1].startswith("status: no stack runs; the last one ended 20")
