"""Links to a video, as they are made, listed and followed."""

from typing import Any, Final, Self

from pydantic import BaseModel, ConfigDict, Field, JsonValue, StrictInt

from omnigen_jobs.domain.shares import LONGEST_DAYS, Share
from omnigen_jobs.schemas.views import Instant
from omnigen_jobs.service.sharing import Shown
from omnigen_shared.contracts.base import Contract
from omnigen_shared.contracts.media import AspectRatio

EXAMPLE: Final[dict[str, JsonValue]] = {"expires_in_days": 7}


class ShareOrder(Contract):
    """The body, which may be left out, of POST …/shares."""

    model_config = ConfigDict(json_schema_extra={"examples": [EXAMPLE]})

    expires_in_days: StrictInt = Field(default=30, ge=1, le=LONGEST_DAYS)


class ShareView(BaseModel):
    """One link, without the token that it is followed by."""

    share_id: str
    created_at: Instant
    expires_at: Instant

    @classmethod
    def of(cls, share: Share, **more: Any) -> Self:
        return cls(share_id=share.share_id, created_at=share.created_at, expires_at=share.expires_at, **more)


class NewShare(ShareView):
    """With its token, which is shown this once, and the path that whoever has it may GET."""

    token: str
    path: str

    @classmethod
    def with_token(cls, share: Share, token: str) -> Self:
        return cls.of(share, token=token, path=f"/api/v1/share/{token}")


class ShareList(BaseModel):
    shares: list[ShareView]


class SharedVideo(BaseModel):
    """What a guest is shown: the video, nothing of whoever made it. `links` hold for a while; ask anew for others."""

    title: str
    duration_s: float
    width: int
    height: int
    aspect_ratio: AspectRatio
    burn_captions: bool
    size_bytes: int
    expires_at: Instant
    links: dict[str, str]

    @classmethod
    def of(cls, shown: Shown) -> Self:
        plan, output = shown.job.storyboard, shown.output
        return cls(
            title="" if plan is None else plan.title,
            duration_s=output.duration_s,
            width=output.width,
            height=output.height,
            aspect_ratio=shown.job.request.aspect_ratio,
            burn_captions=shown.job.request.burn_captions,
            size_bytes=output.size_bytes,
            expires_at=shown.share.expires_at,
            links=dict(shown.links),
        )
