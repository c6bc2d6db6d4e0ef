"""A storyboard as a language model might write it: seeded, from the user's words, by category."""

from typing import Any

from omnigen_local.simulator.planning import phrases
from omnigen_local.simulator.planning.request import PlanRequest
from omnigen_local.simulator.rendering.dice import Dice
from omnigen_local.simulator.rendering.moods import MOODS, choose_mood
from omnigen_local.simulator.rendering.worlds import choose_world

CHARACTERS_PER_S = 14
QUIET_S = 1.0
"""What a narration leaves free of its scene."""


def write_storyboard(request: PlanRequest) -> dict[str, Any]:
    """Title, style, palette, music and one scene per duration."""
    category = request.category if request.category in phrases.BEATS else "ad-creative"
    dice = Dice("storyboard", request.words, category, request.style, request.seed)
    style = request.style or dice.pick(phrases.STYLES)
    lights = _spread(dice.pick(phrases.LIGHTS), len(request.scene_durations_s))
    places = _choose_places(request, dice)
    beats = _order_beats(category, len(request.scene_durations_s))
    scenes = [
        _write_scene(request, (category, beat), f"{place} {light}", number, dice)
        for number, (beat, place, light) in enumerate(zip(beats, places, lights, strict=True), 1)
    ]
    title = dice.pick(phrases.TITLES[category]).format(subject=request.subject)
    return {
        "title": title[:1].upper() + title[1:],
        "style": style,
        "palette": _palette(lights, dice),
        "subject": request.subject,
        "music_prompt": dice.pick(phrases.MUSIC[category]) + request.marks_for("music"),
        "scenes": scenes,
    }


def _write_scene(request: PlanRequest, beat: tuple[str, str], setting: str, number: int, dice: Dice) -> dict[str, Any]:
    seen, said = phrases.BEATS[beat[0]][beat[1]]
    action = dice.pick(seen).format(subject=request.subject)
    narration = _fit(said, request.subject, request.scene_durations_s[number - 1])
    is_last = number == len(request.scene_durations_s)
    return {
        "prompt": f"{setting}: {action}.{request.marks_for(str(number))}",
        "duration_s": request.scene_durations_s[number - 1],
        "camera": dice.pick(phrases.CAMERAS),
        "transition": "none" if is_last else dice.pick(request.transitions),
        "narration": narration + request.marks_for("voice") if narration else "",
    }


def _order_beats(category: str, count: int) -> list[str]:
    first, middle, last = phrases.ORDER[category]
    inner = [middle[place % len(middle)] for place in range(count - 2)]
    return [first, *inner, last] if count > 1 else [middle[0]]


def _choose_places(request: PlanRequest, dice: Dice) -> list[str]:
    """The user's own kind of place in every second scene, its neighbours between."""
    home = choose_world(request.words, Dice("home", request.words))
    others = dice.shuffled(phrases.NEIGHBOURS[home])
    count = len(request.scene_durations_s)
    worlds = [home if place % 2 == 0 else others[place // 2 % len(others)] for place in range(count)]
    return [dice.pick(phrases.PLACES[world]) for world in worlds]


def _spread(day: tuple[str, ...], count: int) -> list[str]:
    return [day[place * len(day) // count] for place in range(count)]


def _palette(lights: list[str], dice: Dice) -> list[str]:
    first = MOODS[choose_mood(lights[0], dice)[0]]
    last = MOODS[choose_mood(lights[-1], dice)[0]]
    colours = (first.zenith, first.middle, first.horizon, last.middle, last.near)
    return ["#" + "".join(f"{round(part):02x}" for part in colour) for colour in colours]


def _fit(said: tuple[str, ...], subject: str, duration_s: float) -> str:
    """The longest line that can be said in the scene."""
    room = max(0, int((duration_s - QUIET_S) * CHARACTERS_PER_S))
    lines = (line.format(subject=subject) for line in said)
    return next((line for line in lines if len(line) <= room), "")
