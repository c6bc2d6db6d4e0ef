"""A scene from a prompt: sky, sun, rows of ground in parallax, small moving things, and the mark."""

import math
from dataclasses import dataclass
from typing import Final

from omnigen_local.simulator.rendering.colour import mix
from omnigen_local.simulator.rendering.dice import Dice
from omnigen_local.simulator.rendering.mark import draw_mark
from omnigen_local.simulator.rendering.moods import Mood, choose_mood, find_named
from omnigen_local.simulator.rendering.sky import HORIZON, Sun, sky_expression, small_size
from omnigen_local.simulator.rendering.sprites import draw_bird, draw_boat, draw_disc, draw_glow, draw_stars
from omnigen_local.simulator.rendering.stage import Motion, Stage
from omnigen_local.simulator.rendering.worlds import Ground, Row, choose_world, draw_row, plan_rows

PAN_WORDS: Final[dict[str, str]] = {
    "left": r"pans? left|pans? to the left|leftwards?|tracking left",
    "right": r"pans? right|pans? to the right|rightwards?|tracking right",
    "rise": r"rises?|rising|crane|lifts?|ascend(?:s|ing)?|fly ?over|drone|aerial",
}


@dataclass(frozen=True, slots=True)
class Camera:
    """Where the camera goes: sideways (-1 left, 1 right) and up (pixels per frame at 720p, for the nearest row)."""

    side: int
    rise: float


def compose_scene(stage: Stage, prompt: str, seed: str) -> None:
    """Fill an empty stage. The words choose world, light and camera; the seed chooses everything else."""
    dice = Dice("scene", prompt, seed)
    mood_name, mood = choose_mood(prompt, Dice("mood", prompt))
    world, camera = choose_world(prompt, Dice("world", prompt)), _choose_camera(prompt, dice)
    sun = Sun(dice.between(0.18, 0.82), dice.between(0.24, 0.44), dice.between(0.003, 0.009) * dice.sign())
    frame = stage.frame
    sky = sky_expression(mood, sun, frame.width / frame.height, dice, aurora=mood_name == "aurora")
    stage.set_sky(sky, small_size(frame.width, frame.height))
    if mood.night:
        _add_stars(stage, dice)
    _add_sun(stage, mood, sun)
    for row in plan_rows(world, dice):
        _add_row(stage, row, mood, camera, dice)
        if row.kind == "water":
            _add_water(stage, row, mood, sun, dice)
    _add_life(stage, mood, world, dice)
    _add_mark(stage)


def _choose_camera(prompt: str, dice: Dice) -> Camera:
    side, named = dice.sign(), find_named(prompt, PAN_WORDS)
    if named in {"left", "right"}:
        side = 1 if named == "right" else -1
    return Camera(side, 0.5 if named == "rise" else dice.pick((0.0, 0.0, 0.25)))


def _add_stars(stage: Stage, dice: Dice) -> None:
    width, height = stage.frame.width, int(stage.frame.height * 0.55) // 2 * 2
    stage.add(draw_stars(width, height, dice), (width, height), Motion("0", "0"))


def _add_sun(stage: Stage, mood: Mood, sun: Sun) -> None:
    frame, size = stage.frame, stage.frame.px(0.13 if mood.night else 0.16)
    x = f"{sun.across * frame.width - size / 2:.0f}"
    y = f"{sun.down * frame.height - size / 2:.2f}-{sun.climb * frame.height:.4f}*t"
    stage.add(draw_disc(mood.sun), (size, size), Motion(x, y))


def _add_row(stage: Stage, row: Row, mood: Mood, camera: Camera, dice: Dice) -> None:
    frame = stage.frame
    speed = row.speed * frame.scale
    pan, lift = int(speed * frame.frames) + 4, camera.rise * frame.scale * row.depth
    rise = int(lift * frame.frames)
    width, height = (frame.width + pan) // 2 * 2, int(frame.height * row.body + rise) // 2 * 2
    ground = Ground(width * 2, height, frame.width + max(frame.width, frame.height))
    pixels = draw_row(row, mood, ground, dice)
    x = f"-floor({speed:.4f}*n)" if camera.side > 0 else f"floor({speed:.4f}*n)-{width - frame.width}"
    y = f"{int(frame.height * row.top) - rise}+floor({lift:.4f}*n)"
    if row.kind == "swell":
        y += f"+{frame.px(0.008)}*sin({dice.between(0.9, 1.5):.2f}*t+{dice.between(0, 6):.2f})"
    stage.add(pixels, (width, height), Motion(x, y))


def _add_water(stage: Stage, row: Row, mood: Mood, sun: Sun, dice: Dice) -> None:
    """The sun's path on the water, and a boat."""
    frame, glow = stage.frame, draw_glow(mood.sun)
    for step in range(9):
        share = (step + 0.5) / 9
        width, height = frame.px((0.1 + 0.34 * share) * dice.between(0.6, 1.2)), frame.px(0.006 + 0.012 * share)
        middle = sun.across * frame.width - width / 2 + dice.between(-1, 1) * frame.px(0.05)
        sway = f"{frame.px(0.03 * share + 0.008)}*sin({dice.between(0.8, 2.2):.2f}*t+{dice.between(0, 6):.2f})"
        y = int(frame.height * (row.top + 0.012 + 0.17 * share**1.2))
        stage.add(glow, (width, height), Motion(f"{middle:.0f}+{sway}", str(y)), alpha=0.85 - 0.35 * share)
    _add_boat(stage, row, mood, sun, dice)


def _add_boat(stage: Stage, row: Row, mood: Mood, sun: Sun, dice: Dice) -> None:
    frame = stage.frame
    size, side = frame.px(dice.between(0.07, 0.12)), dice.sign()
    free_side = -1 if sun.across > 0.5 else 1  # noqa: PLR2004 - the half of the water without the sun
    start = frame.width * (sun.across + dice.between(0.12, 0.3) * free_side)
    x = f"{start:.0f}+{side * 7 * frame.scale:.2f}*t"
    y = f"{int(frame.height * (row.top + 0.055)) - size}+{frame.px(0.003)}*sin(1.3*t)"
    boat = draw_boat(mood.land(0.9), mix(mood.land(0.5), mood.sun, 0.6))
    stage.add(boat, (size, size), Motion(x, y))


def _add_life(stage: Stage, mood: Mood, world: str, dice: Dice) -> None:
    if not mood.night and world != "city":
        _add_birds(stage, mood, dice)
    glow = draw_glow(mix(mood.sun, mood.window, 0.6))
    frame = stage.frame
    for _ in range(9):
        size = frame.px(dice.between(0.008, 0.028))
        x = f"{dice.between(0, frame.width):.0f}+{_sway(dice, frame.width * 0.06)}"
        down = frame.height * dice.between(HORIZON - 0.1, 1.02)
        y = f"{down:.0f}-{dice.between(3, 14) * frame.scale:.2f}*t+{_sway(dice, frame.height * 0.03)}"
        stage.add(glow, (size, size), Motion(x, y), alpha=dice.between(0.35, 0.85))


def _add_birds(stage: Stage, mood: Mood, dice: Dice) -> None:
    frame, side, bird = stage.frame, dice.sign(), draw_bird(mood.land(0.7))
    lead_x, lead_y = frame.width * dice.between(0.25, 0.75), frame.height * dice.between(0.16, 0.3)
    for place in range(int(dice.between(3, 6))):
        width = frame.px(dice.between(0.022, 0.036))
        apart = frame.px(0.055) * place
        x = f"{lead_x - side * apart:.0f}+{side * 17 * frame.scale:.2f}*t"
        aside = apart * dice.between(0.2, 0.7) * (1 if place % 2 else -1)
        y = f"{lead_y + aside:.0f}+{_sway(dice, frame.px(0.006))}"
        stage.add(bird, (width, max(2, round(width * 0.22) * 2)), Motion(x, y), alpha=0.85)


def _sway(dice: Dice, reach: float) -> str:
    return f"{dice.between(0.4, 1) * reach:.1f}*sin({dice.between(0.3, 0.9):.2f}*t+{dice.between(0, 6):.2f})"


def _add_mark(stage: Stage) -> None:
    frame = stage.frame
    mark, edge = draw_mark(max(1, math.ceil(1.8 * frame.scale))), frame.px(0.035)
    corner = Motion(str(frame.width - mark.width - edge), str(frame.height - mark.height - edge))
    stage.add(mark, (mark.width, mark.height), corner)
