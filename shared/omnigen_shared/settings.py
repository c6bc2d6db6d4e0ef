"""What every unit is told by its environment. A field's name in capitals is the variable's name."""

from typing import Annotated

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

Port = Annotated[int, Field(ge=1, le=65535)]


class BaseUnitSettings(BaseSettings):
    """Built once, at an entry point; frozen; no default for a secret."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

    environment_name: str = "local"
    log_level: str = "INFO"
    aws_region: str = "us-east-1"
    aws_endpoint_url: str | None = None
    """Set only where AWS is emulated; None is the real one."""
    otlp_endpoint: str | None = None
    """Where traces and metrics go over OTLP/HTTP; None keeps none."""


class ServiceSettings(BaseUnitSettings):
    """A unit that listens. HOST is 0.0.0.0 in an image, loopback elsewhere."""

    host: str = "127.0.0.1"
    port: Port = 8080
    max_body_bytes: int = Field(default=1_000_000, ge=1_000)
    identity_public_keys: dict[str, list[str]]
    """JSON: issuer → its one or two valid public keys (PEM)."""


class IssuerSettings(BaseUnitSettings):
    """A unit that calls others and signs who it is."""

    identity_private_key: SecretStr
    """PEM of this unit's ES256 key."""
