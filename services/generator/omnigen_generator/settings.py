"""What the generator is told by its environment."""

from typing import Final

from pydantic import BaseModel, ConfigDict, Field, HttpUrl, SecretStr

from omnigen_generator.domain.attempts import TimeLimits
from omnigen_shared.settings import BaseUnitSettings

MEBIBYTE: Final = 1024 * 1024


class GeneratorSettings(BaseUnitSettings):
    """Seconds and bytes, as the names say. The secrets themselves lie in Secrets Manager: GeneratorSecret."""

    jobs_url: HttpUrl
    quota_url: HttpUrl
    composer_url: HttpUrl
    assets_bucket: str
    generator_secret_arn: str
    public_base_url: HttpUrl | None = None
    """Where the provider may call us back; None: it is only asked."""
    replicate_api_base_url: HttpUrl = HttpUrl("https://api.replicate.com")
    execution_budget_s: float = Field(default=240, gt=0)
    """An execution hands over to the next attempt after this; EXPRESS dies at 300 s."""
    deadline_reserve_s: float = Field(default=20, ge=0)
    """The last part of a job's time, kept for ending it properly."""
    provider_timeout_s: float = Field(default=20, gt=0, le=40)
    planner_patience_s: float = Field(default=45, gt=0)
    """After this the template writes the storyboard."""
    reconcile_for_s: float = Field(default=120, gt=0)
    """How long after the socket closed a call without an answer is looked for in the provider's list."""
    kept_after_deadline_s: float = Field(default=600, ge=0)
    """How long after a job's deadline the provider still works for it."""
    download_timeout_s: float = Field(default=30, gt=0, le=40)
    max_download_bytes: int = Field(default=256 * MEBIBYTE, ge=MEBIBYTE)

    @property
    def limits(self) -> TimeLimits:
        return TimeLimits(
            execution_budget_s=self.execution_budget_s,
            reserve_s=self.deadline_reserve_s,
            provider_timeout_s=self.provider_timeout_s,
            planner_patience_s=self.planner_patience_s,
            reconcile_for_s=self.reconcile_for_s,
            kept_after_deadline_s=self.kept_after_deadline_s,
        )


class GeneratorSecret(BaseModel):
    """The JSON document behind GENERATOR_SECRET_ARN."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

    identity_private_key: SecretStr
    """PEM of the generator's ES256 key."""
    replicate_api_token: SecretStr
    replicate_webhook_secret: SecretStr | None = None
    """whsec_…; without it no callbacks are asked for."""
