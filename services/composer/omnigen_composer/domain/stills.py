"""What users' own pictures may be, and FFmpeg's arguments that make them anew."""

from pathlib import Path
from typing import Final

from omnigen_composer.domain.drawing import IMAGE_FORMATS
from omnigen_composer.domain.problems import StillInvalidError, to_sentence
from omnigen_composer.domain.recipes import BITEXACT, JPEG_COLOURS, THREADS, guard_input
from omnigen_shared.contracts.media import FrameSize
from omnigen_shared.contracts.stills import LARGEST_AREA_PX, LARGEST_BYTES, LARGEST_SIDE_PX, StillType

CODECS: Final = {"mjpeg": StillType.JPEG, "png": StillType.PNG, "webp": StillType.WEBP}
"""FFmpeg's decoder of each type."""
_ENCODERS: Final = {StillType.PNG: ("-c:v", "png"), StillType.JPEG: ("-c:v", "mjpeg", "-q:v", "2")}


def refuse(why: str) -> StillInvalidError:
    """The error for a file that is no picture for us."""
    limits = {
        "media_types": [kind.value for kind in StillType],
        "size_bytes": LARGEST_BYTES,
        "side_px": LARGEST_SIDE_PX,
        "area_px": LARGEST_AREA_PX,
    }
    return StillInvalidError(to_sentence(why), details={"limits": limits})


def check_head(codec: str, size: FrameSize, declared: StillType) -> None:
    """StillInvalidError unless the file is what it was said to be, and may be decoded."""
    found = CODECS.get(codec)
    if found is not declared:
        raise refuse(f"it is {codec if found is None else found.value}, not {declared.value}")
    if not 0 < min(size) <= max(size) <= LARGEST_SIDE_PX:
        raise refuse("it has too many pixels, or none")


def still_args(source: Path, side_px: int, media_type: StillType, target: Path) -> list[str]:
    """The first picture of the file, upright, made smaller where it is too large, without anything beside its pixels.

    `-map_metadata` does not reach what a picture itself carries (Exif, profiles): that is side data of its frame.
    """
    room = f"scale=w=min(iw\\,{side_px}):h=min(ih\\,{side_px}):force_original_aspect_ratio=decrease:flags=bicubic"
    colours = f",{JPEG_COLOURS}" if media_type is StillType.JPEG else ""
    return [
        *("-threads", THREADS, "-max_pixels", str(LARGEST_AREA_PX), *guard_input(source, IMAGE_FORMATS)),
        *("-map", "0:v:0", "-vf", f"{room}{colours},sidedata=mode=delete", "-frames:v", "1"),
        *(*_ENCODERS[media_type], "-flags:v", "+bitexact", *BITEXACT, "-update", "1", "-f", "image2", str(target)),
    ]
