"""A user's own picture, made anew by the composer: what is kept was decoded, and carries nothing but its pixels."""

from enum import StrEnum
from typing import Final, Literal

from pydantic import StrictInt

from omnigen_shared.contracts.base import Answer, Contract, UserId
from omnigen_shared.contracts.composer import S3Key, SizePx, digest

REVISION: Final = 1
"""Part of every key; to be raised when the composer makes something else of the same request."""
LARGEST_BYTES: Final = 20_000_000
LARGEST_SIDE_PX: Final = 8192
LARGEST_AREA_PX: Final = 50_000_000
"""Of what is sent to us: a small file may claim a picture that fills the memory."""


class StillType(StrEnum):
    """The media types that are taken."""

    JPEG = "image/jpeg"
    PNG = "image/png"
    WEBP = "image/webp"


class StillRequest(Contract):
    """Check the file under `source_key`, and make a picture of it that is at most `side_px` wide and high."""

    kind: Literal["still"] = "still"
    source_key: S3Key
    media_type: StillType
    side_px: SizePx
    revision: StrictInt = REVISION


class StillResult(Answer):
    """`key` names the picture by its content: the same one sent twice is one. PNG if it is transparent, else JPEG."""

    key: str
    media_type: StillType
    width: int
    height: int
    size_bytes: int


def still_key(user_id: UserId, request: StillRequest) -> str:
    """S3 key under which it is written down what came of this request."""
    return f"u/{user_id}/stills/{digest(request)}.json"
