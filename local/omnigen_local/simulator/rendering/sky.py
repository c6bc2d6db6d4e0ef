"""The sky: an expression that FFmpeg works out on a very small picture, which is then scaled up smoothly."""

import math
from dataclasses import dataclass
from typing import Final

from omnigen_local.simulator.rendering.colour import Rgb, mix, rgb, yuv
from omnigen_local.simulator.rendering.dice import Dice
from omnigen_local.simulator.rendering.moods import Mood

GRID_POINTS: Final = 2304
HORIZON: Final = 0.68
GREEN: Final = rgb("#58f5b6")
PURPLE: Final = rgb("#9a62f0")


@dataclass(frozen=True, slots=True)
class Sun:
    """Where the sun or moon stands at the start (shares of width and height) and how fast it climbs per second."""

    across: float
    down: float
    climb: float


def small_size(width: int, height: int) -> tuple[int, int]:
    """The grid's size: the picture's shape with about GRID_POINTS points, both sides even."""
    across = math.sqrt(GRID_POINTS * width / height)
    return (max(16, round(across / 2) * 2), max(16, round(across * height / width / 2) * 2))


def sky_expression(mood: Mood, sun: Sun, shape: float, dice: Dice, *, aurora: bool) -> str:
    """Options for FFmpeg's geq on 10-bit 4:2:0; `shape` is width over height."""
    common = _gradient_place(dice) + _glow_strength(sun, shape) + (_curtain(dice) if aurora else "")
    planes = zip(("lum", "cb", "cr"), *map(yuv, _stops(mood)), strict=True)
    return ":".join(f"{name}='4*({common}{_plane(stops, aurora=aurora)})'" for name, *stops in planes)


def _stops(mood: Mood) -> tuple[Rgb, ...]:
    halo = mix(mood.sun, mood.horizon, 0.55)
    return (mood.zenith, mood.middle, mood.horizon, halo, GREEN, PURPLE)


def _gradient_place(dice: Dice) -> str:
    first, second = dice.between(0, 6.28), dice.between(0, 6.28)
    pace = dice.between(0.14, 0.26) * dice.sign()
    wave = (
        f"0.055*sin(X/W*4.2+{first:.3f}+T*{pace:.3f})+0.03*sin(X/W*9.1-Y/H*6+{second:.3f}-T*{pace * 1.8:.3f})"
        f"+0.012*sin(X/W*19+Y/H*23+{first:.3f}+T*{pace * 2.5:.3f})"
    )
    return f"st(0,clip((Y/H+{wave})/{HORIZON},0,1));"


def _glow_strength(sun: Sun, shape: float) -> str:
    """Register 1: a wide halo and, as its sixth power, a narrow one. Products, because pow is slow here."""
    offsets = f"st(6,(X/W-{sun.across:.3f})*{shape:.3f});st(7,Y/H-{sun.down:.3f}+{sun.climb:.5f}*T);"
    halo = "st(6,exp(-7*(ld(6)*ld(6)+ld(7)*ld(7))));st(7,ld(6)*ld(6));"
    return f"{offsets}{halo}st(1,0.42*ld(6)+0.4*ld(7)*ld(7)*ld(7));"


def _curtain(dice: Dice) -> str:
    """Registers 2 and 3: the distance from the curtain's lower edge, and how bright it is."""
    start, fold = dice.between(0, 6.28), dice.between(0, 6.28)
    edge = f"0.33+0.08*sin(X/W*5+{start:.3f}+T*0.35)+0.04*sin(X/W*12-T*0.6+{fold:.3f})"
    rays = f"(0.6+0.25*sin(X/W*18+T*0.8+{fold:.3f})+0.15*sin(X/W*43-T*1.3+{start:.3f}))"
    reach = "st(4,ld(2)/if(lt(ld(2),0),0.2,0.045))"
    return f"st(2,Y/H-({edge}));{reach};st(3,if(lt(abs(ld(4)),2.5),clip(0.8*exp(-ld(4)*ld(4))*{rays},0,1),0));"


def _plane(stops: list[float], *, aurora: bool) -> str:
    zenith, middle, horizon, halo, green, purple = stops
    upper = f"{zenith:.2f}+{(middle - zenith) / 0.56:.3f}*ld(0)"
    lower = f"{middle:.2f}+{(horizon - middle) / 0.44:.3f}*(ld(0)-0.56)"
    lit = f"st(5,if(lt(ld(0),0.56),{upper},{lower}));st(5,ld(5)+({halo:.2f}-ld(5))*ld(1));"
    if not aurora:
        return lit + "ld(5)"
    veil = f"{purple:.2f}+{green - purple:.2f}*clip(1+ld(2)/0.17,0,1)"
    return lit + f"ld(5)+({veil}-ld(5))*ld(3)"
