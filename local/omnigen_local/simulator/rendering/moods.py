"""The light of a scene: eight hand-made palettes, found by the prompt's words, else by its hash."""

import re
from dataclasses import dataclass
from typing import Final

from omnigen_local.simulator.rendering.colour import Rgb, mix, rgb
from omnigen_local.simulator.rendering.dice import Dice


@dataclass(frozen=True, slots=True)
class Mood:
    """The colours from the top of the sky to the nearest ground, and whether it is night."""

    zenith: Rgb
    middle: Rgb
    horizon: Rgb
    sun: Rgb
    near: Rgb
    window: Rgb
    night: bool = False

    def land(self, depth: float) -> Rgb:
        """Ground at a depth of 0 (far, pale) to 1 (near)."""
        return mix(mix(self.horizon, self.middle, 0.4), self.near, depth**0.8)


def _mood(*colours: str, night: bool = False) -> Mood:
    zenith, middle, horizon, sun, near, window = map(rgb, colours)
    return Mood(zenith, middle, horizon, sun, near, window, night)


MOODS: Final[dict[str, Mood]] = {
    "golden": _mood("#3a5680", "#d8a07c", "#ffdfa8", "#fff6dc", "#241d2e", "#ffe2a0"),
    "violet": _mood("#211a52", "#8a4583", "#ffa27c", "#ffe0bc", "#170f2b", "#ffd08a"),
    "aurora": _mood("#060c25", "#0d2d4a", "#1f6468", "#eaf4ff", "#040913", "#ffd792", night=True),
    "teal": _mood("#4b90a8", "#9fcdd1", "#f4f0de", "#ffffff", "#173c44", "#fff2c4"),
    "ember": _mood("#321224", "#9c3836", "#ffba68", "#fff0c2", "#1b0b12", "#ffd27a"),
    "rose": _mood("#514894", "#d97fa5", "#ffe4d8", "#fff8f1", "#2b1e42", "#ffe6b8"),
    "blue": _mood("#0a1b3e", "#2c5387", "#adc6e0", "#fdf7e9", "#081126", "#ffdc9c", night=True),
    "mist": _mood("#4b736f", "#94b7a4", "#eef0d2", "#fffdec", "#10281f", "#fff0b8"),
}
WORDS: Final[dict[str, str]] = {
    "golden": r"golden|dawn|sunrise|morning|honey|warm",
    "violet": r"violet|dusk|sunset|twilight|evening|purple|neon",
    "aurora": r"aurora|night|star|stars|starry|space|galaxy|northern|midnight",
    "teal": r"teal|noon|daylight|bright|clear|fresh|summer|azure",
    "ember": r"ember|fire|autumn|crimson|heat|volcano|spice|red",
    "rose": r"rose|pink|spring|blossom|love|pastel|soft",
    "blue": r"blue|moon|moonlit|moonlight|winter|ice|cold|snow",
    "mist": r"mist|misty|fog|green|rain|tea|jungle|moss",
}


def find_named(text: str, words: dict[str, str]) -> str | None:
    """The name whose words come first in the text."""
    places = {
        match.start(): name
        for name, pattern in words.items()
        if (match := re.search(rf"\b(?:{pattern})\b", text, re.IGNORECASE))
    }
    return places[min(places)] if places else None


def choose_mood(prompt: str, dice: Dice) -> tuple[str, Mood]:
    """The prompt's light, and its name."""
    name = find_named(prompt, WORDS) or dice.pick(sorted(MOODS))
    return name, MOODS[name]
