"""A bed of music: four chords, a soft arpeggio and a pulse, looped to length."""

import math
from dataclasses import dataclass
from typing import Final

from omnigen_local.simulator.rendering.dice import Dice
from omnigen_local.simulator.rendering.moods import find_named

RATE: Final = 22_050
MAJOR: Final = ((0, 4, 7), (7, 11, 14), (9, 12, 16), (5, 9, 12), (2, 5, 9), (4, 7, 11))
MINOR: Final = ((0, 3, 7), (8, 12, 15), (3, 7, 10), (10, 14, 17), (5, 8, 12), (7, 10, 14))
PROGRESSIONS: Final = ((0, 1, 2, 3), (0, 2, 3, 1), (2, 3, 0, 1), (0, 3, 4, 1), (0, 5, 3, 1), (0, 2, 4, 3))
PACES: Final[dict[str, str]] = {
    "slow": r"calm|ambient|slow|soft|gentle|peaceful|melanchol\w+|sad|cinematic|dreamy|lullaby",
    "fast": r"upbeat|energetic|fast|driving|dance|electronic|pop|happy|punchy|rock",
}
DARK_WORDS: Final[dict[str, str]] = {"dark": r"dark|minor|tense|mysterious|melanchol\w+|sad|dramatic|epic|night"}


@dataclass(frozen=True, slots=True)
class Tune:
    """What is played: chords as frequencies in Hz, and the length of a beat in seconds."""

    chords: tuple[tuple[float, ...], ...]
    beat_s: float


def write_tune(prompt: str, seed: str) -> Tune:
    """A tune for a prompt; the seed varies key, order and tempo."""
    dice = Dice("tune", prompt, seed)
    scale = MINOR if find_named(prompt, DARK_WORDS) or dice.chance(0.35) else MAJOR
    slow, fast = {"slow": (66, 80), "fast": (100, 118)}.get(find_named(prompt, PACES) or "", (80, 100))
    root = 45 + int(dice.between(0, 8))
    chords = tuple(tuple(_hertz(root + note) for note in scale[step]) for step in dice.pick(PROGRESSIONS))
    return Tune(chords, 60 / int(dice.between(slow, fast)))


def music_filters(tune: Tune, length_s: float) -> str:
    """A filter graph that ends in [sound]: stereo, 44.1 kHz, faded in and out."""
    bar_s = round(tune.beat_s * 4 * RATE) / RATE
    sources = ";".join(f"{_bar(chord, bar_s)}[bar{place}]" for place, chord in enumerate(tune.chords))
    joined = "".join(f"[bar{place}]" for place in range(len(tune.chords)))
    samples = round(bar_s * RATE) * len(tune.chords)
    fade_s = min(2.5, length_s / 4)
    return (
        f"{sources};{joined}concat=n={len(tune.chords)}:v=0:a=1,aloop=loop=-1:size={samples},"
        f"aecho=0.8:0.7:{int(tune.beat_s * 750)}|{int(tune.beat_s * 1130)}:0.22|0.14,"
        f"lowpass=f=5200,volume=2,atrim=duration={length_s:.3f},"
        f"afade=t=in:d=0.6,afade=t=out:st={length_s - fade_s:.3f}:d={fade_s:.3f},aresample=44100[sound]"
    )


def _bar(chord: tuple[float, ...], bar_s: float) -> str:
    return f"aevalsrc='{_side(chord, bar_s, 1)}|{_side(chord, bar_s, -1)}':s={RATE}:d={bar_s:.6f}"


def _side(chord: tuple[float, ...], bar_s: float, side: int) -> str:
    beat_s = bar_s / 4
    swell = f"min(1,t/{beat_s:.4f})*min(1,({bar_s:.4f}-t)/{beat_s * 0.8:.4f})"
    pad = "+".join(f"sin({_turn(note * (1 + side * 0.0014))}*t)+0.35*sin({_turn(note * 2)}*t)" for note in chord)
    bass = f"0.9*sin({_turn(chord[0] / 2)}*t)"
    pulse = f"0.5*sin({_turn(52)}*t)*{_pluck(0, beat_s * 2, 11)}"
    end = f"min(1,t*60)*min(1,({bar_s:.4f}-t)*30)"
    return f"0.075*({swell})*({pad}+{bass})+({end})*(0.11*({_arpeggio(chord, beat_s, side)})+0.16*{pulse})"


def _arpeggio(chord: tuple[float, ...], beat_s: float, side: int) -> str:
    notes = (chord[0] * 2, chord[1] * 2, chord[2] * 2, chord[1] * 4)
    return "+".join(
        f"{0.75 + 0.25 * side * (-1) ** place:.2f}*sin({_turn(note)}*t)*{_pluck(place * beat_s / 2, beat_s * 2, 5.5)}"
        for place, note in enumerate(notes)
    )


def _pluck(start_s: float, every_s: float, decay: float) -> str:
    """An envelope with a soft attack (a hard one clicks) and an exponential decay."""
    since = f"st(0,mod(t+{every_s - start_s:.5f},{every_s:.5f}))"
    return f"exp(-{decay}*{since})*min(1,ld(0)*110)"


def _turn(hertz: float) -> str:
    return f"{2 * math.pi * hertz:.4f}"


def _hertz(note: int) -> float:
    return 440 * 2 ** ((note - 69) / 12)
