"""Skylines of houses with lit windows, column by column like every silhouette."""

from dataclasses import dataclass

from omnigen_local.simulator.rendering.colour import Rgb, mix, rgba
from omnigen_local.simulator.rendering.dice import Dice
from omnigen_local.simulator.rendering.raster import Pixels

CLEAR = b"\x00\x00\x00\x00"
FLOOR_PX = 16
PANE_PX = 8
WINDOW_PITCH = 22


@dataclass(frozen=True, slots=True)
class Facade:
    """How the houses of one row look: their shade from top to bottom, and their lights."""

    column: bytes
    window: Rgb
    lit: float
    """The share of windows with a light on."""


def draw_city(columns: int, height: int, dice: Dice, house_px: float, facade: Facade) -> Pixels:
    """Houses about `house_px` wide side by side, `columns` wide in all."""
    rows: list[bytes] = []
    while len(rows) < columns:
        rows += _house(height, dice, max(12, int(house_px * dice.between(0.6, 1.7))), facade)
        alley = facade.column[-4:] * int(height * dice.between(0.08, 0.3))
        rows += [_stand(alley, height)] * int(house_px * dice.between(0, 0.2))
    return Pixels(b"".join(rows[:columns]), columns, height, transposed=True)


def _house(height: int, dice: Dice, width: int, facade: Facade) -> list[bytes]:
    tall = int(height * dice.between(0.28, 0.86))
    wall = facade.column[: 4 * tall]
    plain = _stand(wall, height)
    lights = [_stand(_light_floors(wall, dice, facade), height) for _ in range(4)]
    faces, windows = [plain] * width, max(1, width // WINDOW_PITCH)
    margin = (width - windows * WINDOW_PITCH) // 2
    for window in range(windows):
        left = margin + window * WINDOW_PITCH + (WINDOW_PITCH - PANE_PX) // 2
        faces[left : left + PANE_PX] = [dice.pick(lights)] * PANE_PX
    return _roof(faces[:width], dice, _stand(_taller(wall, dice, height), height))


def _light_floors(wall: bytes, dice: Dice, facade: Facade) -> bytes:
    face = bytearray(wall)
    for top in range(FLOOR_PX, len(wall) // 4 - FLOOR_PX, FLOOR_PX):
        if dice.chance(facade.lit):
            unlit: Rgb = (wall[0], wall[1], wall[2])
            glow = mix(unlit, facade.window, dice.between(0.35, 1))
            face[4 * top : 4 * (top + PANE_PX)] = rgba(glow) * PANE_PX
    return bytes(face)


def _taller(wall: bytes, dice: Dice, height: int) -> bytes:
    rise = min(int(height * dice.between(0.03, 0.12)), height - len(wall) // 4)
    return wall[:4] * rise + wall


def _roof(faces: list[bytes], dice: Dice, taller: bytes) -> list[bytes]:
    """A mast or a step on some houses."""
    shape, middle, inset = dice.between(0, 1), len(faces) // 2, len(faces) // 4
    if shape < 0.2:  # noqa: PLR2004 - one roof in five has a mast
        faces[middle : middle + 3] = [taller] * 3
    elif shape < 0.4:  # noqa: PLR2004 - and one in five a step
        faces[inset : len(faces) - inset] = [taller] * (len(faces) - 2 * inset)
    return faces


def _stand(body: bytes, height: int) -> bytes:
    return CLEAR * (height - len(body) // 4) + body
