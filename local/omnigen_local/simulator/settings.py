"""What the simulator is told by its environment: SIMULATOR_ and a field's name in capitals."""

import base64
import binascii
from pathlib import Path
from typing import Any

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from omnigen_shared.settings import Port


class SimulatorSettings(BaseSettings):
    """Built once, at the entry point; no default for a secret."""

    model_config = SettingsConfigDict(env_prefix="SIMULATOR_", frozen=True, extra="ignore", hide_input_in_errors=True)

    host: str = "127.0.0.1"
    port: Port = 8090
    log_level: str = "INFO"
    public_url: str
    """What URLs in answers start with: where callers reach this process."""
    state_dir: Path
    """Predictions, bill and rendered files. Wiping it loses nothing that equal input would not bring back."""
    api_token: SecretStr
    webhook_secret: SecretStr
    """whsec_ and base64: signs webhooks and, derived from it, delivery URLs."""

    http_webhook_hosts: list[str] = ["127.0.0.1", "localhost"]
    """JSON list: hosts whose webhooks may be plain http; the provider itself takes https only."""
    webhook_retry_delays_s: list[float] = [0.5, 2, 5, 15]
    """JSON list: the pauses before the second, third, … attempt."""
    creates_per_minute: int = Field(default=600, ge=1)
    requests_per_minute: int = Field(default=3000, ge=1)
    video_latency_s: float = Field(default=2.0, ge=0)
    """Seconds from acceptance to succeeded; longer only when rendering takes longer. The same for the three below."""
    music_latency_s: float = Field(default=1.0, ge=0)
    speech_latency_s: float = Field(default=0.6, ge=0)
    language_latency_s: float = Field(default=0.4, ge=0)
    output_lifetime_s: float = Field(default=3600, gt=0)
    """How long after its end a prediction's input, output and logs can be had."""
    longest_run_s: float = Field(default=1800, gt=0)
    render_processes: int = Field(default=2, ge=1)
    has_tiny_model: bool = False
    """Serve omnigen/tiny, a 256x144 model for tests."""
    faults: list[dict[str, Any]] = []
    """JSON list of fault rules; see README.md."""

    @field_validator("webhook_secret")
    @classmethod
    def _is_standard_secret(cls, secret: SecretStr) -> SecretStr:
        try:
            usable = base64.b64decode(secret.get_secret_value().removeprefix("whsec_"), validate=True)
        except binascii.Error:
            usable = b""
        if not usable or not secret.get_secret_value().startswith("whsec_"):
            raise ValueError("must be whsec_ and base64")
        return secret
