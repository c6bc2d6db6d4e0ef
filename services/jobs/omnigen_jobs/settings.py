"""What jobs is told by its environment."""

from pydantic import Field, SecretStr

from omnigen_shared.settings import IssuerSettings, ServiceSettings


class JobsSettings(ServiceSettings, IssuerSettings):
    """Durations in seconds, as the names say."""

    jobs_table: str
    assets_bucket: str
    state_machine_arn: str
    quota_url: str
    composer_url: str
    s3_public_url: str | None = None
    """Where browsers reach S3, when that is not where we do."""
    replicate_webhook_secret: SecretStr | None = None
    """whsec_…: signs the provider's webhooks and our callback addresses. None: there are no webhooks."""
    media_link_ttl_s: int = Field(default=900, ge=60, le=43_200)
    deadline_margin_s: int = Field(default=600, ge=1)
    """What a job may take beyond the models' own latencies."""
    lease_s: float = Field(default=45, gt=0)
    """How long an attempt may be silent before it is taken for dead."""
    reaper_interval_s: float = Field(default=5, gt=0)
    event_poll_s: float = Field(default=0.5, gt=0)
    storyboard_hold_s: float = Field(default=20, gt=0, le=24)
    heartbeat_s: float = Field(default=10, gt=0, le=15)
    """After how much silence a watcher is told that we are still here."""
