"""What is drawn over a clip's pictures: letters by a script for libass, and a logo."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from omnigen_composer.domain.lettering import find_margins
from omnigen_composer.domain.problems import LogoInvalidError, to_sentence
from omnigen_shared.contracts.composer import Corner
from omnigen_shared.contracts.media import FrameSize

SCRIPT_FILE: Final = "letters.ass"
FONTS_FOLDER: Final = "fonts"
"""Both are names in the folder that FFmpeg works in: a path would have to be escaped for its filters."""
IMAGE_FORMATS: Final = "png_pipe,jpeg_pipe,webp_pipe"
MAX_LOGO_BYTES: Final = 5_000_000
MAX_LOGO_SIDE_PX: Final = 4096
_LOGO_WIDTH: Final = 0.25
_LOGO_HEIGHT: Final = 0.14
"""Parts of the picture's width and of its shorter side that a logo may take."""


@dataclass(frozen=True, slots=True)
class Drawing:
    """Of one segment. The script lies in FFmpeg's folder as SCRIPT_FILE, its fonts in FONTS_FOLDER."""

    logo: Path | None = None
    corner: Corner = Corner.TOP_RIGHT
    has_letters: bool = False


NOTHING_DRAWN: Final = Drawing()


def fit_logo(size: FrameSize) -> FrameSize:
    """The room of a logo; in it the logo keeps its shape."""
    return FrameSize(max(round(size.width * _LOGO_WIDTH), 2), max(round(min(size) * _LOGO_HEIGHT), 2))


def place_logo(size: FrameSize, corner: Corner) -> str:
    """FFmpeg's x and y: in a corner of what the apps leave free."""
    side = round(size.width * 0.05)
    is_upright = size.height > size.width
    top = round(size.height * (0.1 if is_upright else 0.05))
    bottom = find_margins(size).bottom if is_upright else top
    across = f"{side}" if corner in {Corner.TOP_LEFT, Corner.BOTTOM_LEFT} else f"W-w-{side}"
    down = f"{top}" if corner in {Corner.TOP_LEFT, Corner.TOP_RIGHT} else f"H-h-{bottom}"
    return f"x={across}:y={down}"


def refuse_logo(key: str, why: str) -> LogoInvalidError:
    """The error for a picture that cannot be used."""
    limits = {"formats": ["png", "jpeg", "webp"], "size_bytes": MAX_LOGO_BYTES, "side_px": MAX_LOGO_SIDE_PX}
    return LogoInvalidError(to_sentence(why), details={"key": key, "limits": limits})
