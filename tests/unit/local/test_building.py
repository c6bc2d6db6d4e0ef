import subprocess
import sys
from pathlib import Path

import pytest

from omnigen_local.building import SOURCES, Target, finish_folder
from omnigen_local.pruning import prune_packages


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for source in SOURCES:
        package = tmp_path / "checkout" / source
        (package / "__pycache__").mkdir(parents=True)
        (package / "__init__.py").write_text("")
        (package / "__pycache__" / "__init__.cpython-30.pyc").write_bytes(b"stale")
    return tmp_path / "checkout"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    installed = tmp_path / "installed"
    add(installed, "lib/__init__.py", "def where():\n    return where.__code__.co_filename\n")
    add(installed, "lib/data.json", "{}")
    return installed


def add(folder: Path, name: str, text: str = "") -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def names(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def test_our_packages_keep_their_source_and_others_only_their_bytecode(root: Path, folder: Path) -> None:
    finish_folder(Target.LOCAL, root, folder)
    tag = sys.implementation.cache_tag
    assert names(folder) == {
        "bootstrap",
        "lib/__init__.pyc",
        "lib/data.json",
        "omnigen_generator/__init__.py",
        f"omnigen_generator/__pycache__/__init__.{tag}.pyc",
        "omnigen_shared/__init__.py",
        "run_lambda.py",
        f"omnigen_shared/__pycache__/__init__.{tag}.pyc",
    }


def test_bytecode_runs_without_source_and_names_no_folder_of_this_machine(root: Path, folder: Path) -> None:
    finish_folder(Target.LOCAL, root, folder)
    command = [sys.executable, "-S", "-c", "import lib, omnigen_shared; print(lib.where())"]
    ran = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True)  # noqa: S603 - this Python
    assert ran.stdout.strip() == "lib/__init__.py"


def test_the_bootstrap_can_be_executed(root: Path, folder: Path) -> None:
    finish_folder(Target.LOCAL, root, folder)
    assert (folder / "bootstrap").stat().st_mode & 0o111 == 0o111


def test_another_python_gets_the_source_and_a_warning(
    root: Path, folder: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("omnigen_local.building.AWS_PYTHON", (3, 99))
    finish_folder(Target.AWS, root, folder)
    assert {"lib/__init__.py", "omnigen_generator/__init__.py"} <= names(folder)
    assert not [name for name in names(folder) if name.endswith(".pyc")]
    assert "3.99" in caplog.text


def test_only_the_local_folder_has_a_bootstrap(root: Path, folder: Path) -> None:
    finish_folder(Target.AWS, root, folder)
    assert "bootstrap" not in names(folder)


@pytest.mark.parametrize(
    "name",
    [
        "bin/tool",
        "boto3/session.py",
        "botocore/data/ec2/2016-11-15/service-2.json.gz",
        "google/rpc/status_pb2.py",
        "lib/tests/test_lib.py",
        "lib/fast.pyx",
        "lib/__init__.pyi",
        "lib-1.0.dist-info/RECORD",
        "lib-1.0.dist-info/licenses/LICENSE",
        "omnigen_shared/aws/items.py",
        "omnigen_shared/http/app.py",
        ".lock",
    ],
)
def test_what_never_runs_is_dropped(folder: Path, name: str) -> None:
    path = add(folder, name)
    prune_packages(folder)
    assert not path.exists()


@pytest.mark.parametrize(
    "name",
    [
        "botocore/data/endpoints.json",
        "botocore/data/s3/2006-03-01/service-2.json.gz",
        "botocore/data/secretsmanager/2017-10-17/service-2.json.gz",
        "google/protobuf/message.py",
        "lib-1.0.dist-info/entry_points.txt",
        "lib/fast.so",
        "omnigen_shared/aws/clients.py",
    ],
)
def test_what_runs_or_is_looked_up_stays(folder: Path, name: str) -> None:
    path = add(folder, name)
    prune_packages(folder)
    assert path.exists()


def test_a_file_shared_with_the_installers_cache_is_not_changed(folder: Path, root: Path, tmp_path: Path) -> None:
    cached = add(tmp_path, "cache/module.py", "value = 1\n")
    (folder / "lib" / "module.py").hardlink_to(cached)
    before = cached.stat()
    finish_folder(Target.LOCAL, root, folder)
    assert cached.read_text() == "value = 1\n"
    assert cached.stat().st_mtime_ns == before.st_mtime_ns
