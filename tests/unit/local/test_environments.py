import os
import subprocess
from pathlib import Path

import orjson
import pytest

from omnigen_local.addresses import NO_ACCOUNTS
from omnigen_local.credentials import SigningCredentials
from omnigen_local.environments import (
    Urls,
    forget_accounts,
    process_environment,
    service_environments,
    simulator_environment,
    stack_parameters,
    studio_environment,
    to_shell,
)
from omnigen_local.identities import Identities
from omnigen_local.provisioning import StackOutputs

URLS = Urls(
    gateway="http://localhost:8080",
    jobs="http://jobs:1",
    quota="http://quota:2",
    composer="http://composer:3",
    simulator="http://simulator:4",
    emulator="http://emulator:5",
    s3_public="http://localhost:5",
)
OUTPUTS = StackOutputs(
    jobs_table_name="jobs-table",
    usage_table_name="usage-table",
    identity_table_name="identity-table",
    assets_bucket_name="assets",
    user_pool_id="us-east-1_pool",
    user_pool_client_id="client",
    state_machine_arn="arn:machine",
    generator_function_name="generator",
    generator_secret_arn="arn:secret",
)

SIGNING = SigningCredentials.create()


@pytest.fixture(scope="module")
def identities() -> Identities:
    return Identities.create()


def test_the_gateway_serves_the_studio_once_it_is_built(tmp_path: Path) -> None:
    assert studio_environment(tmp_path / "dist") == {}
    assert studio_environment(tmp_path) == {}, "a folder without a page is no studio"
    (tmp_path / "index.html").write_text("<title>studio</title>")
    assert studio_environment(tmp_path) == {"STUDIO_DIR": str(tmp_path)}


def test_only_issuers_hold_a_private_key_and_only_their_own(identities: Identities) -> None:
    environments = service_environments(URLS, identities, SIGNING, OUTPUTS)
    held = {name: environment.get("IDENTITY_PRIVATE_KEY") for name, environment in environments.items()}
    assert held == {
        "jobs": identities.private_key("jobs"),
        "quota": None,
        "composer": None,
        "gateway": identities.private_key("gateway"),
    }
    for environment in environments.values():
        assert identities.private_key("generator") not in environment.values()


def test_callees_know_every_issuers_public_key(identities: Identities) -> None:
    environments = service_environments(URLS, identities, SIGNING, OUTPUTS)
    for name in ("jobs", "quota", "composer"):
        assert orjson.loads(environments[name]["IDENTITY_PUBLIC_KEYS"]) == identities.public_keys()


def test_whoever_uses_aws_is_sent_to_the_emulator_and_finds_no_other_account(identities: Identities) -> None:
    environments = service_environments(URLS, identities, SIGNING, OUTPUTS)
    for name in ("jobs", "quota", "composer", "gateway"):
        assert environments[name]["AWS_ENDPOINT_URL"] == URLS.emulator
        assert NO_ACCOUNTS.items() <= environments[name].items()


def test_browsers_are_sent_to_names_that_they_can_reach(identities: Identities) -> None:
    environments = service_environments(URLS, identities, SIGNING, OUTPUTS)
    assert environments["jobs"]["S3_PUBLIC_URL"] == "http://localhost:5"
    assert environments["gateway"]["PUBLIC_BASE_URL"] == "http://localhost:8080"
    assert environments["gateway"]["COGNITO_JWKS_URL"] == "http://emulator:5/us-east-1_pool/.well-known/jwks.json"


def test_the_generator_and_the_simulator_share_a_token(identities: Identities, tmp_path: Path) -> None:
    parameters = stack_parameters(URLS, identities)
    simulator = simulator_environment(URLS, identities, tmp_path)
    assert parameters.replicate_api_token.get_secret_value() == simulator["SIMULATOR_API_TOKEN"]
    assert parameters.generator_private_key.get_secret_value() == identities.private_key("generator")


def test_a_process_inherits_nothing_but_where_programs_are(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("AWS_PROFILE", "mine")
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.example.invalid")
    assert set(process_environment(tmp_path)) == {"PATH", "LANG", "PYTHONUNBUFFERED", "TMPDIR"}


def test_a_developers_own_account_is_forgotten() -> None:
    environment = {"AWS_PROFILE": "mine", "AWS_SECRET_ACCESS_KEY": "real", "HOME": "/home/me"}
    forget_accounts(environment)
    assert environment == {"HOME": "/home/me", **NO_ACCOUNTS}


def test_a_shell_reads_back_what_was_written(tmp_path: Path) -> None:
    environment = {"KEY": "-----BEGIN-----\nab+/=\n", "ODD": 'it\'s $HOME; `x` "y" \\'}
    path = tmp_path / "environment"
    path.write_text(to_shell(environment))
    done = subprocess.run(  # noqa: S603 - our own text, read by a shell
        ["/bin/sh", "-c", f"set -a && . {path} && exec env -0"],
        env={"PATH": os.environ["PATH"]},
        capture_output=True,
        check=True,
    )
    read = dict(line.split("=", 1) for line in done.stdout.decode().split("\0") if line)
    assert environment.items() <= read.items()
