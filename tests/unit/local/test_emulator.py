from pathlib import Path

import pytest

from omnigen_local.emulator import LAMBDA_WORKERS, PYTHON, emulator_environment
from omnigen_local.run_lambda import LOG_VARIABLE

SCRATCH, LOGS = Path("/scratch"), Path("/logs")


def test_nothing_of_the_person_who_starts_it_gets_in(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_PROFILE", "production")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "real")
    environment = emulator_environment(4566, SCRATCH, None, LOGS)
    assert "AWS_PROFILE" not in environment
    assert environment["AWS_SECRET_ACCESS_KEY"] == "test"


def test_it_listens_on_loopback_and_its_functions_run_on_its_python() -> None:
    environment = emulator_environment(4566, SCRATCH, None, LOGS)
    assert environment["BIND_HOST"] == "127.0.0.1"
    assert environment["GATEWAY_PORT"] == "4566"
    assert environment["PATH"].split(":")[0] == str(PYTHON.parent)
    assert environment["LAMBDA_ACCOUNT_CONCURRENCY"] == str(LAMBDA_WORKERS)


def test_only_with_a_folder_is_anything_kept() -> None:
    assert not {"PERSIST_STATE", "S3_PERSIST"} & set(emulator_environment(4566, SCRATCH, None, LOGS))
    kept = emulator_environment(4566, SCRATCH, Path("/state"), LOGS)
    assert (kept["PERSIST_STATE"], kept["S3_PERSIST"]) == ("1", "1")
    assert {kept["STATE_DIR"], kept["S3_DATA_DIR"]} == {"/state/tables", "/state/buckets"}


def test_what_the_lambda_prints_is_kept_beside_the_other_logs() -> None:
    assert emulator_environment(4566, SCRATCH, None, LOGS)[LOG_VARIABLE] == "/logs/generator.log"
