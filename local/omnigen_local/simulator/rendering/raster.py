"""Skylines to pixels, column by column: a column is three slices, so a wide layer costs milliseconds.

Rows of what comes out are columns of the picture; the filter graph transposes it once.
"""

from dataclasses import dataclass

from omnigen_local.simulator.rendering.colour import Rgb, mix, rgba


@dataclass(frozen=True, slots=True)
class Pixels:
    """Raw RGBA. When `transposed`, each row holds one column of the picture."""

    data: bytes
    width: int
    height: int
    transposed: bool = False


def shade(top: Rgb, bottom: Rgb, height: int) -> bytes:
    """A column of `height` pixels that goes from one colour to the other."""
    return b"".join(rgba(mix(top, bottom, (row / height) ** 0.8)) for row in range(height))


def draw_silhouette(heights: list[float], height: int, column: bytes, *, anchored: bool = False) -> Pixels:
    """Ground below a skyline, opaque; clear above it.

    The shade starts at each column's own edge, or (anchored) at the top of the layer for all: jagged lines want that.
    """
    clear = (column[:3] + b"\x00") * height
    rows = [_draw_column(edge, height, column, clear, anchored=anchored) for edge in heights]
    return Pixels(b"".join(rows), len(heights), height, transposed=True)


def _draw_column(edge: float, height: int, column: bytes, clear: bytes, *, anchored: bool) -> bytes:
    start = min(height - 1.0, max(0.0, (1 - edge) * height))
    whole = int(start)
    body = column[4 * whole :] if anchored else column[: 4 * (height - whole)]
    soft = body[:3] + bytes((int(255 * (1 - (start - whole))),))
    return clear[: 4 * whole] + soft + body[4:]
