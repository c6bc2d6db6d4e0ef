import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from omnigen_local import run_lambda

CLIENT = """
import sys
class Unbuffered:
    def __init__(self, stream): self.stream = stream
    def write(self, text): self.stream.write(text); self.stream.flush()
    def __getattr__(self, name): return getattr(self.stream, name)
sys.stdout = Unbuffered(sys.stdout)
print("handler", sys.argv[1], sys.path[0])
print("worse", file=sys.stderr)
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "lambda"
    (folder / "awslambdaric").mkdir(parents=True)
    (folder / "awslambdaric" / "__init__.py").write_text("")
    (folder / "awslambdaric" / "__main__.py").write_text(CLIENT)
    shutil.copy(run_lambda.__file__, folder / "run_lambda.py")
    return folder


def run(folder: Path, **environment: str) -> str:
    done = subprocess.run(
        [sys.executable, "-S", "-B", "run_lambda.py", "a.handle"],
        cwd=folder,
        env={"PATH": os.environ["PATH"], **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=True,
    )
    return done.stdout


def test_what_the_lambda_prints_goes_to_the_emulator_and_to_the_file(folder: Path, tmp_path: Path) -> None:
    log = tmp_path / "generator.log"
    log.write_text("of another worker\n")
    told = run(folder, **{run_lambda.LOG_VARIABLE: str(log)})
    assert sorted(told.splitlines()) == [f"handler a.handle {folder}", "worse"]
    assert log.read_text() == f"of another worker\nhandler a.handle {folder}\nworse\n"


def test_without_a_file_it_goes_to_the_emulator_only(folder: Path) -> None:
    assert "handler a.handle" in run(folder)
