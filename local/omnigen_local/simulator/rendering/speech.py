"""A voice-like murmur: as long as the text takes to say, with its pauses, and no words in it."""

import math
import re
from dataclasses import dataclass
from typing import Final

from omnigen_local.simulator.rendering.dice import Dice

CHARACTERS_PER_S: Final = 14
RATE: Final = 24_000
PAUSE_S: Final = 0.22
MAX_PAUSES: Final = 60


@dataclass(frozen=True, slots=True)
class Utterance:
    """A text in one voice; speed 1 is the usual pace, pitch is in semitones."""

    text: str
    voice: str
    speed: float = 1
    pitch: float = 0

    @property
    def length_s(self) -> float:
        """About 14 characters a second, never under 0.4 s, whole milliseconds."""
        return max(0.4, round(len(self.text.strip()) / CHARACTERS_PER_S / self.speed, 3))


def speech_filters(spoken: Utterance) -> str:
    """A filter graph that ends in [sound]: mono, 24 kHz."""
    dice = Dice("voice", spoken.voice)
    hertz = dice.between(105, 190) * 2 ** (spoken.pitch / 12)
    pace = dice.between(3.9, 4.7) * spoken.speed
    first, second = dice.between(520, 700), dice.between(1350, 1800)
    start = Dice("text", spoken.text).between(0, 50)
    tone = _tone(hertz, pace, start)
    silence = "+".join(f"between(t,{at:.3f},{at + PAUSE_S:.3f})" for at in _pauses(spoken)) or "0"
    return (
        f"aevalsrc='{tone}':s={RATE}:d={spoken.length_s:.3f},"
        f"equalizer=f={first:.0f}:t=q:w=2:g=9,equalizer=f={second:.0f}:t=q:w=3:g=7,"
        f"volume=0:enable='{silence}',lowpass=f=3800,afade=t=in:d=0.03,"
        f"afade=t=out:st={spoken.length_s - 0.08:.3f}:d=0.08[sound]"
    )


def _tone(hertz: float, pace: float, start: float) -> str:
    """Six harmonics of a pitch that steps from syllable to syllable, in syllable-long bumps."""
    syllable = f"floor(t*{pace:.3f})"
    chance = f"mod(abs(sin({syllable}*12.9898+{start:.3f})*43758.5453),1)"
    # The phase is the integral of the pitch within a syllable only: each starts at silence, so no click is heard.
    inside = f"(t-{syllable}/{pace:.3f})"
    phase = f"{2 * math.pi * hertz:.3f}*(0.88+0.26*ld(0))*ld(1)"
    harmonics = "+".join(
        f"{weight}*sin({place}*ld(2))" for place, weight in enumerate((1, 0.62, 0.5, 0.34, 0.22, 0.14), 1)
    )
    bump = f"pow(sin({math.pi * pace:.4f}*ld(1)),0.7)"
    return f"st(0,{chance});st(1,{inside});st(2,{phase});0.13*(0.55+0.45*ld(0))*({bump})*({harmonics})"


def _pauses(spoken: Utterance) -> list[float]:
    text, length = spoken.text.strip(), max(1, len(spoken.text.strip()))
    places = [match.start() / length * spoken.length_s for match in re.finditer(r"[.,;:!?…—]\s", text)]
    return places[:MAX_PAUSES]
