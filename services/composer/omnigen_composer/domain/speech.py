"""Spoken lines: fitted into the room that their scenes have, mixed over the music, written down as captions."""

import math
import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from omnigen_composer.domain.frames import SAMPLE_RATE_HZ, to_samples, to_seconds
from omnigen_composer.domain.recipes import BITEXACT, guard_input
from omnigen_composer.domain.sound import METER, SOUND_FORMATS
from omnigen_shared.contracts.media import FPS

FASTEST: Final = 1.5
"""Faster speech is hard to follow: what is still too long then is faded out before the cut."""
FADE_SAMPLES: Final = SAMPLE_RATE_HZ * 6 // 100
MUSIC_DB: Final = -12
CAPTION_LINE: Final = 42
CAPTION_LINES: Final = 2
_PCM: Final = "aformat=sample_fmts=flt:channel_layouts=stereo"
_DUCK: Final = "sidechaincompress=threshold=0.03:ratio=8:attack=20:release=350"


@dataclass(frozen=True, slots=True)
class Line:
    """A line on this machine's disk, where it begins, how much faster it is said, and for how many frames."""

    path: Path
    text: str
    start_frame: int
    frames: int
    tempo: float = 1.0


def fit_line(path: Path, text: str, start_frame: int, room_frames: int, duration_s: float) -> Line:
    """A line of this length in this room: at its own pace if it fits, else faster, and never beyond the room."""
    tempo = min(max(duration_s * FPS / room_frames, 1.0), FASTEST)
    spoken = max(min(math.ceil(duration_s / tempo * FPS), room_frames), 1)
    return Line(path, text, start_frame, spoken, math.ceil(tempo * 1000) / 1000)


def mix_args(bed: Path | None, lines: Sequence[Line], frames: int, mix: Path) -> list[str]:
    """The lines in their places over the bed, which gives way to them, as float WAV; metered on the way."""
    samples = to_samples(frames)
    silence = ["-f", "lavfi", "-i", f"anullsrc=r={SAMPLE_RATE_HZ}:cl=stereo,atrim=end_sample={samples}"]
    inputs = [argument for line in lines for argument in guard_input(line.path, SOUND_FORMATS)]
    whole = f"apad=whole_len={samples},atrim=end_sample={samples}"
    said = "".join(f"[said{index}]" for index in range(1, len(lines) + 1))
    graph = ";".join(
        (
            *(_place(line, index) for index, line in enumerate(lines, start=1)),
            f"{said}amix=inputs={len(lines)}:normalize=0:duration=longest,{whole},asplit[key][speech]",
            f"[0:a:0]{_PCM},volume={0 if bed is None else MUSIC_DB}dB[music]",
            f"[music][key]{_DUCK}[under]",
            f"[under][speech]amix=inputs=2:normalize=0:duration=first,{_PCM},{METER}[mix]",
        )
    )
    return [
        *(silence if bed is None else guard_input(bed, "wav")),
        *inputs,
        *("-filter_complex", graph, "-map", "[mix]", *BITEXACT, "-c:a", "pcm_f32le", "-f", "wav", str(mix)),
    ]


def write_captions(lines: Sequence[Line]) -> str:
    """WebVTT: each line while it is spoken, in pieces that fit under a picture."""
    cues = [f"{_stamp(start)} --> {_stamp(stop)}\n{text}\n" for line in lines for start, stop, text in _cut(line)]
    return "\n".join(["WEBVTT\n", *cues])


def _place(line: Line, index: int) -> str:
    samples = to_samples(line.frames)
    fade = min(FADE_SAMPLES, samples // 2)
    return (
        f"[{index}:a:0]aresample={SAMPLE_RATE_HZ},{_PCM},atempo={line.tempo:.3f},atrim=end_sample={samples},"
        f"asetpts=N/SR/TB,apad=whole_len={samples},afade=t=out:ss={samples - fade}:ns={fade},"
        f"adelay=delays={to_samples(line.start_frame)}S:all=1[said{index}]"
    )


def _cut(line: Line) -> Iterator[tuple[int, int, str]]:
    """Pieces of a line with their frames, each as long as its share of the characters."""
    rows = textwrap.wrap(" ".join(line.text.split()), CAPTION_LINE)
    pieces = ["\n".join(rows[at : at + CAPTION_LINES]) for at in range(0, len(rows), CAPTION_LINES)]
    whole, told = sum(map(len, pieces)), 0
    for piece in pieces:
        start = line.frames * told // whole
        told += len(piece)
        stop = line.frames * told // whole
        yield line.start_frame + start, line.start_frame + stop, _escape(piece)


def _stamp(frame: int) -> str:
    milliseconds = round(to_seconds(frame) * 1000)
    minutes, milliseconds = divmod(milliseconds, 60_000)
    return f"{minutes // 60:02}:{minutes % 60:02}:{milliseconds // 1000:02}.{milliseconds % 1000:03}"


def _escape(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
