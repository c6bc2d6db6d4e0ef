"""Small things that move on their own: discs, glows, birds, a boat, stars."""

import math
from collections.abc import Callable

from omnigen_local.simulator.rendering.colour import Rgb, rgba
from omnigen_local.simulator.rendering.dice import Dice
from omnigen_local.simulator.rendering.raster import Pixels

Shape = Callable[[float], float]
GLOW_PX = 48
DISC_PX = 160
BIRD_PX = (64, 28)
BOAT_PX = (96, 104)


def draw_glow(colour: Rgb) -> Pixels:
    """A round light that fades out softly."""
    return _round(GLOW_PX, colour, lambda radius: max(0.0, 1 - radius) ** 2.2)


def draw_disc(colour: Rgb) -> Pixels:
    """A sun or moon with a soft edge."""
    return _round(DISC_PX, colour, lambda radius: min(1.0, max(0.0, (1 - radius) * DISC_PX / 4)))


def _round(size: int, colour: Rgb, alpha_at: Shape) -> Pixels:
    middle = (size - 1) / 2
    steps = [rgba(colour, alpha_at(step / 64)) for step in range(129)]
    rows = [
        steps[min(128, int(math.hypot(column - middle, row - middle) / (size / 2) * 64))]
        for row in range(size)
        for column in range(size)
    ]
    return Pixels(b"".join(rows), size, size)


def draw_bird(colour: Rgb) -> Pixels:
    """A gull far away: two arcs."""
    width, height = BIRD_PX
    pixels = bytearray(rgba(colour, 0) * (width * height))
    for column in range(width):
        share = abs(column - width / 2) / (width / 2)
        middle = height * (0.72 - 0.6 * math.sin(share * 2.4) * (1 - 0.35 * share))
        thick = 2.6 * (1 - share) + 0.7
        for row in range(height):
            alpha = max(0.0, min(1.0, thick - abs(row - middle)))
            pixels[4 * (row * width + column) + 3] = round(255 * alpha)
    return Pixels(bytes(pixels), width, height)


def draw_boat(colour: Rgb, sail: Rgb) -> Pixels:
    """A small sailing boat, drawn column by column."""
    width, height = BOAT_PX
    hull_top, rows = int(height * 0.8), []
    for column in range(width):
        share = column / width
        top = _sail_top(share)
        keel = 1 - 0.45 * abs(share - 0.5) ** 2 * 4
        body = rgba(colour) if 0.06 < share < 0.94 else rgba(colour, 0)  # noqa: PLR2004 - the hull's ends
        cloth = rgba(sail) * int(hull_top * (1 - top) - 3) if top < 1 else b""
        above = rgba(sail, 0) * (hull_top - len(cloth) // 4 - 3) + cloth + rgba(colour, 0) * 3
        below = body * int((height - hull_top) * keel)
        rows.append((above + below + rgba(colour, 0) * height)[: 4 * height])
    return Pixels(b"".join(rows), width, height, transposed=True)


def _sail_top(share: float) -> float:
    if 0.16 < share < 0.47:  # noqa: PLR2004 - the jib
        return 1 - (share - 0.16) / 0.31 * 0.8
    if 0.5 < share < 0.86:  # noqa: PLR2004 - the main sail
        return 0.02 + (share - 0.5) / 0.36 * 0.9
    return 1.0


def draw_stars(width: int, height: int, dice: Dice) -> Pixels:
    """A night sky's upper part, clear but for its stars."""
    pixels = bytearray(width * height * 4)
    for _ in range(170):
        column, row = int(dice.between(2, width - 2)), int(dice.between(0, 1) ** 1.3 * (height - 3)) + 1
        bright = dice.between(0.25, 1) ** 2
        for across, down, share in ((0, 0, 1.0), (1, 0, 0.45), (-1, 0, 0.45), (0, 1, 0.45), (0, -1, 0.45)):
            place = 4 * ((row + down) * width + column + across)
            pixels[place : place + 4] = rgba((255, 250, 240), bright * share)
    return Pixels(bytes(pixels), width, height)
