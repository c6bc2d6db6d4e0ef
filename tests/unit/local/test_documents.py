"""The documents of a first deployment are what the services can be started with."""

import json
import stat
from pathlib import Path

import pytest
import typer
import yaml
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key
from tests.infra.copilot import exports_of
from typer.testing import CliRunner

from omnigen_composer.settings import ComposerSettings
from omnigen_gateway.settings import GatewaySettings
from omnigen_generator.settings import GeneratorSecret
from omnigen_jobs.settings import JobsSettings
from omnigen_local.addons import merge_addons
from omnigen_local.documents import MEDIA_PUBLIC_KEY, make_documents, secrets

SETTINGS = {"gateway": GatewaySettings, "jobs": JobsSettings, "composer": ComposerSettings}
GIVEN = ("r8_token", "whsec_c2VjcmV0")


@pytest.fixture(scope="module")
def documents() -> dict[str, str]:
    return make_documents(*GIVEN)


def resolve(value_from: str, documents: dict[str, str]) -> str:
    """What ECS makes of `${JobsSecret}:media_private_key::`, or of a secret as a whole."""
    secret, _, member = value_from.removesuffix("::").partition(":")
    text = documents.get(f"{secret.strip('${}')}.json", '{"first": "made by Secrets Manager"}')
    return json.loads(text)[member] if member else text


@pytest.mark.parametrize("service", SETTINGS)
def test_every_secret_of_a_service_is_in_them_and_is_taken(
    service: str, documents: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    outputs = merge_addons()["Outputs"]
    for variable, export in exports_of(service).items():
        value = outputs[export]["Value"]
        text = value.get("Fn::Sub") or f"${{{value['Ref']}}}"
        is_secret = "Secret}" in text
        monkeypatch.setenv(variable, resolve(text, documents) if is_secret else "https://omnigen.example")
    for variable in ("JOBS_URL", "QUOTA_URL", "COMPOSER_URL"):
        monkeypatch.setenv(variable, "http://127.0.0.1:9")
    monkeypatch.setenv("SIGN_UP_MODE", "invite")
    monkeypatch.setenv("SIGN_UP_DOMAINS", "[]")
    settings = SETTINGS[service]()
    if isinstance(settings, GatewaySettings):
        assert len(settings.session_keys) == len(settings.origin_secrets) == 1


def test_the_lambda_reads_its_own(documents: dict[str, str]) -> None:
    secret = GeneratorSecret.model_validate_json(documents["GeneratorSecret.json"])
    assert secret.replicate_api_token.get_secret_value() == GIVEN[0]


def test_what_belongs_together_does(documents: dict[str, str]) -> None:
    private = load_pem_private_key(json.loads(documents["JobsSecret.json"])["media_private_key"].encode(), None)
    public = load_pem_public_key(documents[MEDIA_PUBLIC_KEY].encode())
    assert private.public_key() == public
    assert set(json.loads(documents["IdentityKeysSecret.json"])) == {"gateway", "jobs", "generator"}


def test_there_is_a_file_for_each_secret_that_an_operator_puts(documents: dict[str, str]) -> None:
    put = {
        name
        for name, entry in merge_addons()["Resources"].items()
        if entry["Type"] == "AWS::SecretsManager::Secret" and "GenerateSecretString" not in entry["Properties"]
    }
    assert {f"{name}.json" for name in put} | {MEDIA_PUBLIC_KEY} == set(documents)


def test_they_are_written_once_for_nobody_else(tmp_path: Path) -> None:
    app = typer.Typer()
    app.command()(secrets)
    arguments = [str(tmp_path / "new"), "--token", GIVEN[0], "--webhook-secret", GIVEN[1]]
    assert CliRunner().invoke(app, arguments).exit_code == 0
    modes = {stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "new").iterdir()}
    assert modes == {0o600}
    assert CliRunner().invoke(app, arguments).exit_code == 2


def test_the_public_key_stands_as_yaml_as_it_is(documents: dict[str, str]) -> None:
    indented = documents[MEDIA_PUBLIC_KEY].replace("\n", "\n  ")
    assert yaml.safe_load(f"key: |\n  {indented}")["key"].strip() == documents[MEDIA_PUBLIC_KEY].strip()
