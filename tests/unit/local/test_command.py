import os
from pathlib import Path

import pytest
from typer.testing import CliRunner

from omnigen_local.cli import app


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> pytest.MonkeyPatch:
    """Whatever would be started would have to leave a trace in the temporary folder."""
    monkeypatch.setenv("TMPDIR", str(tmp_path / "tmp"))
    monkeypatch.chdir(tmp_path)
    for name in list(os.environ):
        if name.startswith("AWS_"):
            monkeypatch.delenv(name)
    return monkeypatch


IS_WANTED = "must be a file in a folder that exists and can be written"


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("PROMPT", "short", "demo: PROMPT has 5 characters: it must have 10 to 2000 characters"),
        ("DURATION", "90", "demo: DURATION=90: must be a whole number of seconds from 5 to 60"),
        ("ASPECT", "2:1", "demo: ASPECT=2:1: must be one of 16:9, 9:16, 1:1, 4:3, 3:4"),
        ("RESOLUTION", "4k", "demo: RESOLUTION=4k: must be one of 480p, 720p, 1080p"),
        ("SEED", "$(id)", "demo: SEED=$(id): must be a whole number from 0 to 2147483647"),
        (
            "OMNIGEN_SET_JOBS_AWS_REGION",
            "",
            "demo: OMNIGEN_SET_JOBS_AWS_REGION: a local stack calls its own emulator only",
        ),
        ("OUT", "/nowhere/a.mp4", f"demo: OUT=/nowhere/a.mp4: No such file or directory; {IS_WANTED}"),
        ("TRACE", "/nowhere/a", f"demo: TRACE=/nowhere/a: No such file or directory; {IS_WANTED}"),
        ("OUT", "/dev/null", f"demo: OUT=/dev/null: is a device or the like, not a file; {IS_WANTED}"),
    ],
)
def test_a_bad_value_is_told_in_one_line_before_anything_starts(
    environment: pytest.MonkeyPatch, tmp_path: Path, name: str, value: str, told: str
) -> None:
    environment.setenv(name, value)
    result = CliRunner().invoke(app, ["demo"])
    assert (result.exit_code, result.output) == (2, f"{told}\n")
    assert list(tmp_path.iterdir()) == []


def test_an_empty_value_is_the_default(environment: pytest.MonkeyPatch) -> None:
    for name in ("PROMPT", "DURATION", "ASPECT", "RESOLUTION", "OUT"):
        environment.setenv(name, "")
    environment.setenv("SEED", "the last to be looked at but one")
    result = CliRunner().invoke(app, ["demo"])
    assert result.output.startswith("demo: SEED=")


def test_a_developers_own_account_is_out_of_reach_of_every_command(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("AWS_PROFILE", "mine")
    environment.setenv("SEED", "none")
    CliRunner().invoke(app, ["demo"])
    assert "AWS_PROFILE" not in os.environ
    assert os.environ["AWS_CONFIG_FILE"] == os.devnull
