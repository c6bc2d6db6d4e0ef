"""The land of a scene: which world a prompt is set in, and the rows of ground that make it, far to near."""

from dataclasses import dataclass
from typing import Final

from omnigen_local.simulator.rendering import terrain
from omnigen_local.simulator.rendering.city import Facade, draw_city
from omnigen_local.simulator.rendering.colour import mix
from omnigen_local.simulator.rendering.dice import Dice
from omnigen_local.simulator.rendering.moods import Mood, find_named
from omnigen_local.simulator.rendering.raster import Pixels, draw_silhouette, shade

WORDS: Final[dict[str, str]] = {
    "mountains": r"mountains?|peaks?|alpine|alps|ridges?|summit|hike|climb|highlands?|coffee|snow",
    "city": r"city|cities|urban|streets?|skyline|office|tech|app|startup|business|rooftops?|neon|traffic|market",
    "dunes": r"deserts?|dunes?|sand|sahara|dry|canyon|mars",
    "forest": r"forests?|woods?|trees?|jungle|pines?|park|garden|lea(?:f|ves)|camp|nature",
    "sea": r"sea|ocean|waves?|beach|coast|harbou?r|boats?|ships?|water|lakes?|rivers?|islands?|surf|rain",
    "hills": r"hills?|meadows?|fields?|farms?|countryside|village|valley|road|vineyard",
}


@dataclass(frozen=True, slots=True)
class Row:
    """One row of ground: its kind, its depth (0 far to 1 near), its top edge and body as shares of the height."""

    kind: str
    depth: float
    top: float
    body: float
    speed: float
    """Pixels per frame at 720p that the camera's pan moves it."""


@dataclass(frozen=True, slots=True)
class Ground:
    """The size of a row's raster: twice as wide as it is shown, so that steep edges come out smooth."""

    columns: int
    height: int
    unit: int
    """Columns that a shape of the whole picture's breadth has."""


def choose_world(prompt: str, dice: Dice) -> str:
    """The world that the prompt names, else any."""
    return find_named(prompt, WORDS) or dice.pick(sorted(WORDS))


def plan_rows(world: str, dice: Dice) -> list[Row]:
    """Far to near."""
    drop = dice.between(-0.03, 0.04)
    if world == "sea":
        return [
            Row("mountains", 0.12, 0.47 + drop, 0.24, 0.25),
            Row("water", 0.1, 0.66 + drop, 0.4, 0.25),
            Row("swell", 0.55, 0.76, 0.2, 1),
            Row("swell", 0.85, 0.86, 0.22, 2),
        ]
    kinds = _kinds(world, dice)
    tops, bodies = (0.46, 0.57, 0.68, 0.78), (0.34, 0.34, 0.32, 0.3)
    depths, speeds = (0.16, 0.38, 0.64, 1.0), (0.25, 0.5, 1, 2)
    rows = zip(kinds, depths, tops, bodies, speeds, strict=True)
    return [Row(kind, depth, top + drop, body, speed) for kind, depth, top, body, speed in rows]


def _kinds(world: str, dice: Dice) -> tuple[str, str, str, str]:
    choices: dict[str, list[tuple[str, str, str, str]]] = {
        "mountains": [("mountains", "mountains", "hills", "firs"), ("mountains", "mountains", "firs", "hills")],
        "city": [("city", "city", "city", "hills"), ("mountains", "city", "city", "city")],
        "dunes": [("dunes", "dunes", "dunes", "dunes"), ("mountains", "dunes", "dunes", "dunes")],
        "forest": [("hills", "firs", "firs", "firs"), ("mountains", "firs", "firs", "hills")],
        "hills": [("hills", "hills", "hills", "hills"), ("mountains", "hills", "hills", "firs")],
    }
    return dice.pick(choices[world])


def draw_row(row: Row, mood: Mood, ground: Ground, dice: Dice) -> Pixels:
    """The row's pixels."""
    columns, height = ground.columns, ground.height
    top = mix(mood.land(row.depth), mood.zenith, 0.45) if row.kind == "swell" else mood.land(row.depth)
    haze = mix(top, mood.horizon, 0.5 * (1 - row.depth))
    column = shade(top, haze if row.depth < 1 else mix(top, (0, 0, 0), 0.35), height)
    if row.kind == "city":
        lit = 0.5 if mood.night else 0.28
        return draw_city(columns, height, dice, height * (0.2 + 0.22 * row.depth), Facade(column, mood.window, lit))
    if row.kind == "water":
        return draw_silhouette([0.999] * 8, height, shade(mix(mood.horizon, top, 0.25), mood.land(0.75), height))
    return draw_silhouette(_skyline(row, ground, dice), height, column, anchored=row.kind == "firs")


def _skyline(row: Row, ground: Ground, dice: Dice) -> list[float]:
    columns, unit = ground.columns, ground.unit
    calm = min(1.0, unit / ground.height / 10) ** 0.5  # tall, narrow pictures would otherwise get spikes
    match row.kind:
        case "mountains":
            return terrain.raise_mountains(columns, unit, dice, 0.62, 0.3 * calm)
        case "dunes":
            return terrain.blow_dunes(columns, unit, dice, 0.66, 0.24 * calm)
        case "firs":
            return terrain.plant_firs(columns, unit, dice, 0.54, 0.3, ground.height * (0.14 + 0.22 * row.depth))
        case "swell":
            return terrain.swell(columns, unit, dice, 0.85, 0.06 * calm**2)
        case _:
            return terrain.roll_hills(columns, unit, dice, 0.62, 0.2 * calm)
