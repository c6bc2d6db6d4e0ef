"""Skylines: lists of heights, one per column, from 0 (bottom of a layer) to 1 (its top).

`unit` is how many columns a shape of the whole picture's breadth has: it sets how wide hills are.
"""

import math
from itertools import accumulate

from omnigen_local.simulator.rendering.dice import Dice

TAU = 2 * math.pi


def raise_mountains(columns: int, unit: int, dice: Dice, base: float, amplitude: float) -> list[float]:
    """Midpoint displacement: a few great peaks, then ever finer roughness."""
    size = 1 << max(4, (columns - 1).bit_length())
    step = size
    while step > unit / 4:
        step //= 2
    heights = [0.0] * (size + 1)
    for place, column in enumerate(range(0, size + 1, step)):
        heights[column] = dice.between(-0.3, 0.3) + (0.55 if place % 2 else -0.55)
    rough = 0.42
    while step > 1:
        half = step // 2
        wobble = rough if step > 4 else 0.0  # noqa: PLR2004 - below four columns only noise is left
        for column in range(half, size, step):
            middle = (heights[column - half] + heights[column + half]) / 2
            heights[column] = middle + (dice.between(-wobble, wobble) if wobble else 0.0)
        step, rough = half, rough * 0.5
    return [base + amplitude * height for height in heights[:columns]]


def roll_hills(columns: int, unit: int, dice: Dice, base: float, amplitude: float) -> list[float]:
    """A sum of four sines."""
    waves = [(dice.between(0, TAU), pace * dice.between(0.8, 1.25), 0.6 / pace**0.9) for pace in (1.0, 2.1, 4.3, 9.0)]
    return [
        base + amplitude * sum(size * math.sin(start + pace * column / unit * 10) for start, pace, size in waves)
        for column in range(columns)
    ]


def blow_dunes(columns: int, unit: int, dice: Dice, base: float, amplitude: float) -> list[float]:
    """Long windward slopes and short lee ones, with rounded crests."""
    waves = [(dice.between(0, 1), dice.between(1.6, 4.2), size) for size in (1.0, 0.55)]
    sharp = [
        base + amplitude * (sum(size * _slope((column / unit * pace + start) % 1) for start, pace, size in waves) - 1)
        for column in range(columns)
    ]
    return smooth(sharp, max(2, unit // 90))


def _slope(place: float) -> float:
    return place / 0.68 if place < 0.68 else (1 - place) / 0.32  # noqa: PLR2004 - where the crest is


def swell(columns: int, unit: int, dice: Dice, base: float, amplitude: float) -> list[float]:
    """Waves: rounded troughs, pointed crests."""
    starts = [dice.between(0, TAU) for _ in range(3)]
    paces = (44 * dice.between(0.8, 1.2), 15 * dice.between(0.8, 1.2), 97.0)
    sizes = (0.55, 0.5, 0.2)
    return [
        base
        + amplitude
        * sum(
            size * (1 - 2 * abs(math.sin(start + pace * column / unit)))
            for start, pace, size in zip(starts, paces, sizes, strict=True)
        )
        for column in range(columns)
    ]


def plant_firs(columns: int, unit: int, dice: Dice, base: float, amplitude: float, width: float) -> list[float]:
    """Conifers of about `width` columns on rolling ground."""
    ground = roll_hills(columns, unit, dice, base, amplitude * 0.4)
    heights, column = list(ground), -int(width)
    while column < columns:
        spread = max(6, int(width * dice.between(0.6, 1.15)))
        _plant(heights, ground, column, spread, amplitude * dice.between(0.45, 1.15))
        column += int(spread * dice.between(0.4, 1.0)) if dice.chance(0.93) else int(width * dice.between(1, 3))
    return heights


def _plant(heights: list[float], ground: list[float], left: int, spread: int, tall: float) -> None:
    middle = left + spread // 2
    foot = ground[min(len(ground) - 1, max(0, middle))] - 0.02
    for column in range(max(0, left), min(len(heights), left + spread)):
        share = 1 - abs(column - middle) / (spread / 2)
        boughs = 0.07 * math.sin(share * TAU * 3.5) * (1 - share)
        heights[column] = max(heights[column], foot + tall * max(0.0, share**1.15 + boughs))


def smooth(heights: list[float], reach: int) -> list[float]:
    """A running mean over `reach` columns each side."""
    sums = [0.0, *accumulate(heights)]
    last = len(heights)
    return [
        (sums[min(last, column + reach + 1)] - sums[max(0, column - reach)])
        / (min(last, column + reach + 1) - max(0, column - reach))
        for column in range(last)
    ]
