"""What every unit is told by its environment. A field's name in capitals is the variable's name."""

from pathlib import Path
from typing import Annotated, Self

from pydantic import Field, IPvAnyNetwork, SecretStr, model_validator
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
    """Where traces go over OTLP/HTTP; None keeps none."""
    otlp_metrics_endpoint: str | None = None
    """Where metrics go over OTLP/HTTP, unless they have a namespace: not every place that takes traces takes them."""
    metrics_namespace: str | None = None
    """Has metrics written into the log, for CloudWatch to be read from it under this name."""
    trace_file: Path | None = None
    """Where every span is appended as a line of JSON, by each process of one machine."""

    @property
    def keeps_traces(self) -> bool:
        return self.otlp_endpoint is not None or self.trace_file is not None


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


class OutboundSettings(BaseUnitSettings):
    """A unit that sends requests to addresses that users give."""

    outbound_allow_cidrs: tuple[IPvAnyNetwork, ...] = ()
    """JSON: networks that may be connected to though they are not public: ["127.0.0.1/32"] on one's own machine."""
    outbound_allow_http: bool = False
    """Whether an address may do without TLS."""

    @model_validator(mode="after")
    def _only_locally(self) -> Self:
        if self.environment_name != "local" and (self.outbound_allow_cidrs or self.outbound_allow_http):
            raise ValueError("OUTBOUND_ALLOW_CIDRS and OUTBOUND_ALLOW_HTTP are for ENVIRONMENT_NAME=local alone")
        return self
