"""Provisioning for docker-compose.yml: deploys the addons, then writes each container's environment as a file.

A container cannot be told at its creation what provisioning finds out later, so its command reads the file first.
Every container mounts its own folder only: nobody sees another's key.
"""

from pathlib import Path
from typing import Annotated, Final

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from omnigen_local.credentials import SigningCredentials
from omnigen_local.environments import (
    Environment,
    Urls,
    service_environments,
    simulator_environment,
    stack_parameters,
    to_shell,
)
from omnigen_local.files import write_private_text
from omnigen_local.identities import Identities
from omnigen_local.provisioning import provision

Url = Annotated[str, Field(pattern=r"^https?://[^/]+$")]
SIMULATOR_STATE_DIR: Final = Path("/state")


class ContainerSettings(BaseSettings):
    """OMNIGEN_ and a field's name in capitals."""

    model_config = SettingsConfigDict(env_prefix="OMNIGEN_", frozen=True)

    gateway_url: Url
    jobs_url: Url
    quota_url: Url
    composer_url: Url
    simulator_url: Url
    emulator_url: Url
    s3_public_url: Url
    """Where browsers reach the emulator."""
    otlp_endpoint: str = ""
    """Where the Lambda sends its spans; the containers are told by compose."""
    settings_dir: Path

    @property
    def urls(self) -> Urls:
        return Urls(
            gateway=self.gateway_url,
            jobs=self.jobs_url,
            quota=self.quota_url,
            composer=self.composer_url,
            simulator=self.simulator_url,
            emulator=self.emulator_url,
            s3_public=self.s3_public_url,
        )


async def provision_containers(settings: ContainerSettings) -> list[str]:
    """The names of the containers whose environment has been written, as <settings_dir>/<name>/environment."""
    urls = settings.urls
    kept = settings.settings_dir / "provisioning"
    identities, signing = Identities.load_or_create(kept / "identities.json"), SigningCredentials.load_or_create(kept)
    parameters = stack_parameters(urls, identities).model_copy(update={"otlp_endpoint": settings.otlp_endpoint})
    outputs = await provision(urls.emulator, parameters)
    environments: dict[str, Environment] = {
        **service_environments(urls, identities, signing, outputs),
        "simulator": simulator_environment(urls, identities, SIMULATOR_STATE_DIR),
    }
    for name, environment in environments.items():
        write_private_text(settings.settings_dir / name / "environment", to_shell(environment))
    return list(environments)
