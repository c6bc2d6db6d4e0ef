"""What local/ tells a unit is what the unit's settings ask for: no variable is misspelt, none is missing."""

from pathlib import Path

import pytest
from pydantic_settings import BaseSettings

from omnigen_composer.settings import ComposerSettings
from omnigen_gateway.settings import GatewaySettings
from omnigen_jobs.settings import JobsSettings
from omnigen_local.credentials import SigningCredentials
from omnigen_local.environments import Urls, service_environments, simulator_environment
from omnigen_local.identities import Identities
from omnigen_local.provisioning import StackOutputs
from omnigen_local.simulator.settings import SimulatorSettings
from omnigen_quota.settings import QuotaSettings

URL = "http://localhost:8080"
URLS = Urls(gateway=URL, jobs=URL, quota=URL, composer=URL, simulator=URL, emulator=URL, s3_public=URL)
FOR_BOTOCORE = frozenset(
    {
        "AWS_ACCESS_KEY_ID",
        "AWS_SECRET_ACCESS_KEY",
        "AWS_CONFIG_FILE",
        "AWS_SHARED_CREDENTIALS_FILE",
        "AWS_EC2_METADATA_DISABLED",
    }
)
SETTINGS: dict[str, type[BaseSettings]] = {
    "jobs": JobsSettings,
    "quota": QuotaSettings,
    "composer": ComposerSettings,
    "gateway": GatewaySettings,
    "simulator": SimulatorSettings,
}


@pytest.fixture(scope="module")
def environments() -> dict[str, dict[str, str]]:
    identities = Identities.create()
    outputs = StackOutputs(**dict.fromkeys(StackOutputs.model_fields, "name"))
    return {
        **service_environments(URLS, identities, SigningCredentials.create(), outputs),
        "simulator": simulator_environment(URLS, identities, Path("/state")),
    }


@pytest.mark.parametrize("name", SETTINGS)
def test_every_variable_is_a_settings_field(environments: dict[str, dict[str, str]], name: str) -> None:
    prefix = SETTINGS[name].model_config.get("env_prefix", "")
    fields = {f"{prefix}{field}".upper() for field in SETTINGS[name].model_fields}
    assert set(environments[name]) - FOR_BOTOCORE <= fields


@pytest.mark.parametrize("name", SETTINGS)
def test_the_settings_can_be_built_from_them(
    environments: dict[str, dict[str, str]], name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for variable, value in environments[name].items():
        monkeypatch.setenv(variable, value)
    SETTINGS[name]()
