"""The composer's environment."""

import os
import tempfile
from pathlib import Path

from pydantic import Field, SecretStr

from omnigen_shared.settings import ServiceSettings


class ComposerSettings(ServiceSettings):
    """Frozen; built only at an entry point."""

    assets_bucket: str
    signing_key: SecretStr
    """PEM of the ES256 key that finished videos are signed with."""
    signing_certificates: str
    """PEM: its certificate first, then those up to the root."""
    scratch_dir: Path = Field(default_factory=lambda: Path(tempfile.gettempdir()) / "omnigen-composer")
    """Where FFmpeg works; every process makes and removes its own folder in it."""

    max_running: int = Field(default_factory=lambda: os.cpu_count() or 1, ge=1, le=64)
    """Pieces of work at once; each has one FFmpeg of two encoder threads."""
    max_queued: int = Field(default=64, ge=0, le=1000)
    default_wait_s: float = Field(default=5, ge=0, le=20)
    max_wait_s: float = Field(default=20, ge=0, le=20)
    abandon_after_s: float = Field(default=90, gt=0)
    """Work that nobody has asked for so long is ended."""
    lease_duration_s: float = Field(default=30, gt=0)
    ffmpeg_time_limit_s: float = Field(default=300, gt=0)
    ffmpeg_memory_limit_bytes: int = Field(default=2 << 30, ge=64 << 20)
    """Of one FFmpeg; one that needs more ends with an error instead of taking the task down."""

    max_clip_bytes: int = Field(default=500_000_000, ge=1)
    max_clip_duration_s: float = Field(default=120, gt=0)
    max_clip_side_px: int = Field(default=4096, ge=16)
