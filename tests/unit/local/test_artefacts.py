import io
import os
import zipfile
from pathlib import Path
from typing import Any

import pytest

from omnigen_local.artefacts import STAMP, package_template, zip_folder

TEMPLATE: dict[str, Any] = {
    "Resources": {
        "Function": {"Type": "AWS::Lambda::Function", "Properties": {"Code": "build/code", "Timeout": 3}},
        "Machine": {"Type": "AWS::StepFunctions::StateMachine", "Properties": {"DefinitionS3Location": "machine.json"}},
        "Uploaded": {"Type": "AWS::Lambda::Function", "Properties": {"Code": {"S3Bucket": "b", "S3Key": "k"}}},
        "Queue": {"Type": "AWS::SQS::Queue"},
    }
}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    code = tmp_path / "build" / "code"
    (code / "package").mkdir(parents=True)
    (code / "package" / "main.py").write_text("answer = 42\n")
    (code / "bootstrap").write_text("#!/bin/sh\n")
    (code / "bootstrap").chmod(0o755)
    (tmp_path / "machine.json").write_text("{}")
    return tmp_path


def test_local_paths_become_objects_in_the_bucket(root: Path) -> None:
    packaged, (code, definition) = package_template(TEMPLATE, "artifacts", root)
    resources = packaged["Resources"]
    assert resources["Function"]["Properties"] == {"Code": {"S3Bucket": "artifacts", "S3Key": code.key}, "Timeout": 3}
    location = resources["Machine"]["Properties"]["DefinitionS3Location"]
    assert location == {"Bucket": "artifacts", "Key": definition.key}
    assert definition.body == b"{}"


def test_what_is_no_local_path_stays(root: Path) -> None:
    packaged, _ = package_template(TEMPLATE, "artifacts", root)
    for name in ("Uploaded", "Queue"):
        assert packaged["Resources"][name] == TEMPLATE["Resources"][name]
    assert TEMPLATE["Resources"]["Function"]["Properties"]["Code"] == "build/code"


def test_a_key_changes_with_its_content_only(root: Path) -> None:
    _, (before, definition) = package_template(TEMPLATE, "artifacts", root)
    (root / "build" / "code" / "package" / "main.py").write_text("answer = 43\n")
    _, (after, same) = package_template(TEMPLATE, "other", root)
    assert before.key != after.key
    assert definition.key == same.key


def test_a_zip_that_was_made_before_is_taken_as_it_is(root: Path) -> None:
    packed = zip_folder(root / "build" / "code")
    (root / "build" / "code.zip").write_bytes(packed)
    function = {"Type": "AWS::Lambda::Function", "Properties": {"Code": "build/code.zip"}}
    _, (artefact,) = package_template({"Resources": {"Function": function}}, "artifacts", root)
    assert artefact.body == packed


def test_a_missing_build_says_how_to_make_it(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="make build-generator"):
        package_template(TEMPLATE, "artifacts", tmp_path)


def test_a_zip_does_not_tell_when_or_in_which_order_its_files_were_made(root: Path, tmp_path: Path) -> None:
    again = tmp_path / "again"
    (again / "package").mkdir(parents=True)
    (again / "package" / "main.py").write_text("answer = 42\n")
    os.utime(again / "package" / "main.py", (0, 0))
    (again / STAMP).touch()
    (again / "bootstrap").write_text("#!/bin/sh\n")
    (again / "bootstrap").chmod(0o700)
    assert zip_folder(again) == zip_folder(root / "build" / "code")


def test_a_zip_keeps_what_can_be_executed(root: Path) -> None:
    with zipfile.ZipFile(io.BytesIO(zip_folder(root / "build" / "code"))) as archive:
        modes = {entry.filename: oct(entry.external_attr >> 16) for entry in archive.infolist()}
        assert archive.read("package/main.py") == b"answer = 42\n"
    assert modes == {"bootstrap": "0o755", "package/main.py": "0o644"}
