import os
from pathlib import Path

import pytest
from pydantic import ValidationError

from omnigen_composer.settings import ComposerSettings
from omnigen_shared.settings import BaseUnitSettings

README = Path(__file__).parents[3] / "services" / "composer" / "README.md"
REQUIRED = {
    "ASSETS_BUCKET": "assets",
    "IDENTITY_PUBLIC_KEYS": '{"generator": ["pem"]}',
    "SIGNING_KEY": "pem",
    "SIGNING_CERTIFICATES": "pem",
}


def load(monkeypatch: pytest.MonkeyPatch, **environment: str) -> ComposerSettings:
    for name, value in {**REQUIRED, **environment}.items():
        monkeypatch.setenv(name, value)
    return ComposerSettings()


def test_the_environment_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = load(monkeypatch, MAX_RUNNING="3", SCRATCH_DIR="/var/scratch")
    assert (settings.assets_bucket, settings.max_running, settings.scratch_dir) == ("assets", 3, Path("/var/scratch"))
    assert load(monkeypatch, PORT="9000").port == 9000


def test_there_is_one_place_for_each_processor(monkeypatch: pytest.MonkeyPatch) -> None:
    assert load(monkeypatch).max_running == (os.cpu_count() or 1)


@pytest.mark.parametrize("name", REQUIRED)
def test_what_has_no_default_is_required(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    for required, value in REQUIRED.items():
        monkeypatch.setenv(required, value)
    monkeypatch.delenv(name)
    with pytest.raises(ValidationError, match=name.lower()):
        ComposerSettings()


@pytest.mark.parametrize("wrong", [{"MAX_WAIT_S": "21"}, {"MAX_RUNNING": "0"}, {"LEASE_DURATION_S": "0"}])
def test_a_value_out_of_its_limits_is_refused(monkeypatch: pytest.MonkeyPatch, wrong: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        load(monkeypatch, **wrong)


def test_the_readme_lists_every_variable_of_its_own() -> None:
    page = README.read_text(encoding="utf-8")
    own = set(ComposerSettings.model_fields) - set(BaseUnitSettings.model_fields) - {"max_body_bytes"}
    assert {name for name in own if f"`{name.upper()}`" not in page} == set()
