"""What each part of the stack is told by its environment. A process inherits nothing from who starts it."""

import os
import shlex
from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import orjson
from pydantic import SecretStr

from omnigen_local.addresses import CREDENTIALS, NO_ACCOUNTS, REGION
from omnigen_local.credentials import SigningCredentials
from omnigen_local.identities import Identities
from omnigen_local.provisioning import StackOutputs, StackParameters

Environment = dict[str, str]
STUDIO: Final = Path(__file__).parents[2] / "web" / "dist"
COGNITO: Final = f"https://cognito-idp.{REGION}.amazonaws.com"
"""What the emulator, like AWS, calls itself in the tokens that it issues; its keys are elsewhere."""


OUTBOUND: Final = {"OUTBOUND_ALLOW_CIDRS": '["127.0.0.1/32"]', "OUTBOUND_ALLOW_HTTP": "true"}
"""Whoever tries webhooks out on this machine has a receiver on it. Nothing else that is not public is sent to."""


@dataclass(frozen=True, slots=True)
class Urls:
    """Where each part is found by the others; the gateway and the emulator also by browsers."""

    gateway: str
    jobs: str
    quota: str
    composer: str
    simulator: str
    emulator: str
    s3_public: str
    """The emulator again, under the name that the gateway has for browsers."""


def stack_parameters(urls: Urls, identities: Identities) -> StackParameters:
    """What the addons are told: the Lambda's environment comes from there."""
    return StackParameters(
        public_base_url=urls.gateway,
        jobs_url=urls.jobs,
        quota_url=urls.quota,
        composer_url=urls.composer,
        replicate_api_base_url=urls.simulator,
        generator_private_key=SecretStr(identities.private_key("generator")),
        replicate_api_token=SecretStr(identities.provider_token),
        replicate_webhook_secret=SecretStr(identities.provider_webhook_secret),
    )


def service_environments(
    urls: Urls, identities: Identities, signing: SigningCredentials, outputs: StackOutputs
) -> dict[str, Environment]:
    """By service: everything but where it listens."""
    aws = {**CREDENTIALS, **NO_ACCOUNTS, "AWS_REGION": REGION, "AWS_ENDPOINT_URL": urls.emulator}
    callee = {"IDENTITY_PUBLIC_KEYS": orjson.dumps(identities.public_keys()).decode()}
    return {
        "jobs": {
            **aws,
            **callee,
            "IDENTITY_PRIVATE_KEY": identities.private_key("jobs"),
            "RECEIPT_KEYS": orjson.dumps([identities.receipt_key]).decode(),
            "JOBS_TABLE": outputs.jobs_table_name,
            "ASSETS_BUCKET": outputs.assets_bucket_name,
            "S3_PUBLIC_URL": urls.s3_public,
            "STATE_MACHINE_ARN": outputs.state_machine_arn,
            "QUOTA_URL": urls.quota,
            "COMPOSER_URL": urls.composer,
            "REPLICATE_WEBHOOK_SECRET": identities.provider_webhook_secret,
            **OUTBOUND,
        },
        "quota": {**aws, **callee, "USAGE_TABLE": outputs.usage_table_name},
        "composer": {
            **aws,
            **callee,
            **signing.to_environment(),
            "ASSETS_BUCKET": outputs.assets_bucket_name,
        },
        "gateway": {
            **aws,
            "IDENTITY_TABLE": outputs.identity_table_name,
            "SESSION_KEYS": orjson.dumps([identities.session_key]).decode(),
            "COGNITO_USER_POOL_ID": outputs.user_pool_id,
            "SIGN_UP_MODE": "open",
            "COGNITO_PUBLIC_URL": urls.s3_public,
            "COGNITO_OAUTH_URL": urls.emulator,
            "S3_PUBLIC_URL": urls.s3_public,
            "IDENTITY_PRIVATE_KEY": identities.private_key("gateway"),
            "COGNITO_ISSUER": f"{COGNITO}/{outputs.user_pool_id}",
            "COGNITO_JWKS_URL": f"{urls.emulator}/{outputs.user_pool_id}/.well-known/jwks.json",
            "COGNITO_CLIENT_ID": outputs.user_pool_client_id,
            "JOBS_URL": urls.jobs,
            "QUOTA_URL": urls.quota,
            "PUBLIC_BASE_URL": urls.gateway,
        },
    }


def studio_environment(folder: Path = STUDIO) -> Environment:
    """Where the gateway finds the studio's files, once they are built."""
    return {"STUDIO_DIR": str(folder)} if (folder / "index.html").is_file() else {}


def simulator_environment(urls: Urls, identities: Identities, state_dir: Path) -> Environment:
    """Everything but where it listens, and the latency and faults of somebody's choice."""
    return {
        "SIMULATOR_PUBLIC_URL": urls.simulator,
        "SIMULATOR_STATE_DIR": str(state_dir),
        "SIMULATOR_API_TOKEN": identities.provider_token,
        "SIMULATOR_WEBHOOK_SECRET": identities.provider_webhook_secret,
    }


def process_environment(scratch_dir: Path) -> Environment:
    """What a Python program needs to run on this machine."""
    return {
        "PATH": os.environ.get("PATH", os.defpath),
        "LANG": "C.UTF-8",
        "PYTHONUNBUFFERED": "1",
        "TMPDIR": str(scratch_dir),
    }


def trace_environment(trace_file: Path | None) -> Environment:
    """Has a unit keep its spans there."""
    return {} if trace_file is None else {"TRACE_FILE": str(trace_file.absolute())}


def forget_accounts(environment: MutableMapping[str, str]) -> None:
    """Take every AWS setting out of an environment: whoever uses it afterwards can only reach the emulator."""
    for name in [name for name in environment if name.startswith("AWS_")]:
        del environment[name]
    environment.update(NO_ACCOUNTS)


def to_shell(environment: Mapping[str, str]) -> str:
    """Lines that a POSIX shell reads with `set -a; . file`."""
    return "".join(f"{name}={shlex.quote(value)}\n" for name, value in environment.items())
