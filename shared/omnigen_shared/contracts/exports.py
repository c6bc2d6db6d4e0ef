"""Other forms of a finished video, made of it by the composer with nothing generated anew."""

from enum import StrEnum
from typing import Annotated, Final, Literal

from pydantic import Field, StrictInt

from omnigen_shared.contracts.base import Answer, Contract, UserId
from omnigen_shared.contracts.composer import S3Key, SizePx, digest
from omnigen_shared.contracts.media import FrameSize
from omnigen_shared.contracts.text import FIT_LINE

REVISION: Final = 2
"""Part of every key; to be raised when the composer makes something else of the same request."""


class ExportFormat(StrEnum):
    """What comes out."""

    MP4 = "mp4"
    WEBM = "webm"
    PREVIEW = "webp"
    HLS = "hls"
    SHEET = "sheet"

    @property
    def suffix(self) -> str:
        """Of the stored file. A stream is one file whose parts the playlist names by their place."""
        return {ExportFormat.HLS: "m4s", ExportFormat.SHEET: "jpg"}.get(self, self.value)

    @property
    def media_type(self) -> str:
        return _MEDIA_TYPES[self]

    @property
    def is_signed(self) -> bool:
        """Whether the file itself can carry content credentials: WebM and streams cannot."""
        return self in {ExportFormat.MP4, ExportFormat.PREVIEW, ExportFormat.SHEET}


_MEDIA_TYPES: Final = {
    ExportFormat.MP4: "video/mp4",
    ExportFormat.WEBM: "video/webm",
    ExportFormat.PREVIEW: "image/webp",
    ExportFormat.HLS: "application/vnd.apple.mpegurl",
    ExportFormat.SHEET: "image/jpeg",
}


class ExportShape(StrEnum):
    """The shapes that a video can be turned into."""

    LANDSCAPE = "16:9"
    PORTRAIT = "9:16"
    SQUARE = "1:1"
    FEED = "4:5"

    def size(self, short_side_px: int) -> FrameSize:
        """Width and height, both even, of which the shorter one is this long."""
        across, down = (int(part) for part in self.value.split(":"))
        long = round(short_side_px * max(across, down) / min(across, down) / 2) * 2
        return FrameSize(long, short_side_px) if across >= down else FrameSize(short_side_px, long)


class Fit(StrEnum):
    """What becomes of a picture of another shape: whole, before a blurred copy of itself, or cut at two sides."""

    BLUR = "blur"
    CROP = "crop"


class ExportRequest(Contract):
    """One form of one finished video."""

    kind: Literal["export"] = "export"
    video_key: S3Key
    format: ExportFormat
    width: SizePx
    height: SizePx
    fit: Fit = Fit.BLUR
    title: Annotated[str, Field(max_length=200), FIT_LINE] = ""
    revision: StrictInt = REVISION


class PreviewScene(Contract):
    """A scene whose clip is there: so many frames of it, from its start on."""

    clip_key: S3Key
    kept_frames: Annotated[StrictInt, Field(ge=1)]


class PreviewRequest(Contract):
    """The scenes that are there, in their order: small, without transitions and sound, while others are made."""

    kind: Literal["preview"] = "preview"
    scenes: Annotated[tuple[PreviewScene, ...], Field(min_length=1, max_length=60)]
    width: SizePx
    height: SizePx
    revision: StrictInt = REVISION


FormRequest = Annotated[ExportRequest | PreviewRequest, Field(discriminator="kind")]


class StreamPart(Answer):
    """One part of a stream: so long, in these bytes of the file."""

    duration_ms: int
    size: int
    offset: int


class ExportResult(Answer):
    """The finished file. `parts` are a stream's, in order; what is before the first begins every player's copy."""

    key: str
    format: ExportFormat
    width: int
    height: int
    frames: int
    duration_s: float
    size_bytes: int
    parts: tuple[StreamPart, ...] = ()


def export_key(user_id: UserId, request: ExportRequest | PreviewRequest) -> str:
    """S3 key of the file that this request makes."""
    made = request.format if isinstance(request, ExportRequest) else ExportFormat.MP4
    return f"u/{user_id}/exports/{digest(request)}.{made.suffix}"
