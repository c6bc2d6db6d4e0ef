"""The pixels that models really deliver for a resolution and an aspect ratio (width x height)."""

from typing import Final

from omnigen_local.simulator.models import Size

ASPECTS: Final = ("16:9", "4:3", "1:1", "3:4", "9:16", "21:9", "9:21")
_WIDE: Final[dict[str, dict[str, Size]]] = {
    "480p": {"16:9": (864, 480), "4:3": (736, 544), "1:1": (640, 640), "21:9": (960, 416)},
    "720p": {"16:9": (1280, 720), "4:3": (1120, 832), "1:1": (960, 960), "21:9": (1504, 640)},
    "1080p": {"16:9": (1920, 1080), "4:3": (1664, 1248), "1:1": (1440, 1440), "21:9": (2176, 928)},
}
_HEIGHTS: Final = {
    "144p": 144,
    "360p": 360,
    "540p": 540,
    "720p": 720,
    "768p": 768,
    "1080p": 1080,
    "2k": 1440,
    "4k": 2160,
}


def shapes_by_table(resolutions: tuple[str, ...], aspects: tuple[str, ...]) -> dict[tuple[str, str], Size]:
    """Sizes of about equal area for each aspect, as the Seedance family has them."""
    return {(resolution, aspect): _from_table(resolution, aspect) for resolution in resolutions for aspect in aspects}


def shapes_by_height(resolutions: tuple[str, ...], aspects: tuple[str, ...] = ("16:9",)) -> dict[tuple[str, str], Size]:
    """Sizes whose shorter side the resolution names."""
    return {(resolution, aspect): _from_height(resolution, aspect) for resolution in resolutions for aspect in aspects}


def without_aspect(shapes: dict[tuple[str, str], Size]) -> dict[tuple[str, str], Size]:
    """For models that have no aspect ratio to choose."""
    return {(resolution, ""): size for (resolution, _), size in shapes.items()}


def without_resolution(shapes: dict[tuple[str, str], Size]) -> dict[tuple[str, str], Size]:
    """For models that have no resolution to choose."""
    return {("", aspect): size for (_, aspect), size in shapes.items()}


def _from_table(resolution: str, aspect: str) -> Size:
    table = _WIDE[resolution]
    if aspect in table:
        return table[aspect]
    width, height = table[":".join(reversed(aspect.split(":")))]
    return (height, width)


def _from_height(resolution: str, aspect: str) -> Size:
    across, down = (int(part) for part in aspect.split(":"))
    short = _HEIGHTS[resolution]
    long = round(short * max(across, down) / min(across, down) / 2) * 2
    return (long, short) if across >= down else (short, long)
