"""What jobs is told by its environment."""

from typing import Self

from pydantic import BaseModel, ConfigDict, Field, SecretStr, model_validator

from omnigen_jobs.domain.messages import RETRIES_S
from omnigen_shared.settings import IssuerSettings, OutboundSettings, ServiceSettings


class MediaKey(BaseModel):
    """What links are signed with where CloudFront serves the bucket."""

    model_config = ConfigDict(frozen=True)

    base_url: str
    key_id: str
    private_key: SecretStr


class JobsSettings(ServiceSettings, IssuerSettings, OutboundSettings):
    """Durations in seconds, as the names say."""

    jobs_table: str
    assets_bucket: str
    state_machine_arn: str
    quota_url: str
    composer_url: str
    s3_public_url: str | None = None
    """Where browsers reach S3, when that is not where we do."""
    receipt_keys: tuple[SecretStr, ...] = Field(min_length=1)
    """JSON: PEM of P-256 private keys. The first signs receipts; the public halves of all are served."""
    replicate_webhook_secret: SecretStr | None = None
    """whsec_…: signs the provider's webhooks and our callback addresses. None: there are no webhooks."""
    media_base_url: str | None = None
    """Below which CloudFront serves the bucket's keys; None: links are S3's own. With it come the next two."""
    media_key_id: str | None = None
    media_private_key: SecretStr | None = None
    """PEM of the RSA key that CloudFront knows by that id."""
    media_link_ttl_s: int = Field(default=900, ge=60, le=43_200)
    deadline_margin_s: int = Field(default=600, ge=1)
    """What a job may take beyond the models' own latencies."""
    lease_s: float = Field(default=45, gt=0)
    """How long an attempt may be silent before it is taken for dead."""
    reaper_interval_s: float = Field(default=5, gt=0)
    plan_poll_s: float = Field(default=0.5, gt=0)
    """How often it is looked whether a storyboard is planned, while its order is held open."""
    watch_poll_s: float = Field(default=1.5, gt=0)
    """How often a watched job is read, by all tasks together and for all its watchers. What a task writes, its own
    watchers are told at once."""
    storyboard_hold_s: float = Field(default=20, gt=0, le=24)
    heartbeat_s: float = Field(default=10, gt=0, le=15)
    """After how much silence a watcher is told that we are still here."""
    media_kept_days: dict[str, int] = Field(default_factory=dict)
    """JSON: by plan, how long the files of ended jobs are kept; a plan that is not named keeps them for ever."""
    tidy_interval_s: float = Field(default=10, gt=0)
    """How often it is looked for what has to be tidied up."""
    webhook_interval_s: float = Field(default=1, gt=0)
    """How often it is looked what users' webhooks are to be told."""
    webhook_timeout_s: float = Field(default=15, gt=0, le=25)
    """For all of a request to a webhook."""
    webhook_retries_s: tuple[float, ...] = RETRIES_S
    """JSON: how long to wait after each failure; after the last one the message is given up."""

    @property
    def media_key(self) -> MediaKey | None:
        """The three together, if there are any."""
        if self.media_base_url is None or self.media_key_id is None or self.media_private_key is None:
            return None
        return MediaKey(base_url=self.media_base_url, key_id=self.media_key_id, private_key=self.media_private_key)

    @model_validator(mode="after")
    def _check_media(self) -> Self:
        given = [self.media_base_url, self.media_key_id, self.media_private_key]
        if any(given) and not all(given):
            raise ValueError("media_base_url, media_key_id and media_private_key belong together")
        return self
