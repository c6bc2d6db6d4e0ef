"""An operator's command finds the stack that runs, or says that none does."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from tests.unit.local.test_home import RECORD

from omnigen_local.home import Home
from omnigen_local.operating import run_operator


def test_without_a_stack_it_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_operator(Home(tmp_path / "home"), ["audit"]) == 1
    assert "make up" in capsys.readouterr().err


def test_the_operator_is_told_where_the_table_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[Any] = []

    class Ended:
        returncode = 7

    def run(command: list[str], *, env: dict[str, str], check: bool) -> Ended:
        seen.append((command, env["AWS_ENDPOINT_URL"], env["USAGE_TABLE"], check))
        return Ended()

    monkeypatch.setattr(subprocess, "run", run)
    home = Home(tmp_path)
    with home.hold_lock():
        home.keep_record(RECORD.model_copy(update={"usage_table": "usage-1"}))
        assert run_operator(home, ["show", "user-1"]) == 7
    command = [sys.executable, "-m", "omnigen_quota.operator", "show", "user-1"]
    assert seen == [(command, RECORD.emulator_url, "usage-1", False)]
