"""FFmpeg's arguments that mix music, clips and spoken lines: each in its place, all giving way to speech."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Final

from omnigen_composer.domain.frames import SAMPLE_RATE_HZ, to_samples
from omnigen_composer.domain.recipes import BITEXACT, guard_input
from omnigen_composer.domain.sound import METER, SOUND_FORMATS
from omnigen_composer.domain.speech import Line
from omnigen_shared.contracts.composer import ClipSound

FADE_SAMPLES: Final = SAMPLE_RATE_HZ * 6 // 100
CLICK_SAMPLES: Final = SAMPLE_RATE_HZ // 100
"""A sound that is cut in the middle of a wave clicks; a hundredth of a second of fade does not."""
UNDER_SPEECH_DB: Final = -12
UNDER_CLIPS_DB: Final = -6
_PCM: Final = "aformat=sample_fmts=flt:channel_layouts=stereo"
_DUCK: Final = "sidechaincompress=threshold=0.03:ratio=8:attack=20:release=350"


@dataclass(frozen=True, slots=True)
class ClipTrack:
    """A clip on this machine's disk, when it is heard, and how long it fades in and out."""

    path: Path
    start_frame: int
    frames: int
    fade_in_samples: int = CLICK_SAMPLES
    fade_out_samples: int = CLICK_SAMPLES


@dataclass(frozen=True, slots=True)
class Tracks:
    """What there is to be heard; `music` is as long as the video already."""

    music: Path | None
    lines: Sequence[Line]
    clips: Sequence[ClipTrack]

    @property
    def music_db(self) -> int:
        """Quieter beneath what has to be understood."""
        return UNDER_SPEECH_DB if self.lines else UNDER_CLIPS_DB if self.clips else 0


def place_clips(sounds: Sequence[ClipSound], paths: Sequence[Path]) -> list[ClipTrack]:
    """Where two clips are heard at once, the one fades out while the other fades in."""
    if not sounds:
        return []
    overlaps = [max(before.stop_frame - after.start_frame, 0) for before, after in pairwise(sounds)]
    return [
        ClipTrack(path, sound.start_frame, sound.frames, _fade(sound, before), _fade(sound, after))
        for sound, path, before, after in zip(sounds, paths, [0, *overlaps], [*overlaps, 0], strict=True)
    ]


def _fade(sound: ClipSound, overlap_frames: int) -> int:
    """Never more than half of it, so that a sound between two long transitions still comes up."""
    return min(max(to_samples(overlap_frames), CLICK_SAMPLES), to_samples(sound.frames) // 2)


def mix_args(tracks: Tracks, frames: int, mix: Path) -> list[str]:
    """All of it as float WAV of the exact length, metered on the way. There must be something to be heard."""
    music = [] if tracks.music is None else guard_input(tracks.music, "wav")
    heard = [*(line.path for line in tracks.lines), *(clip.path for clip in tracks.clips)]
    inputs = [argument for path in heard for argument in guard_input(path, SOUND_FORMATS)]
    graph = ";".join((*_place_all(tracks), *_join(tracks, to_samples(frames))))
    return [
        *(*music, *inputs),
        *("-filter_complex", graph, "-map", "[mix]", *BITEXACT, "-c:a", "pcm_f32le", "-f", "wav", str(mix)),
    ]


def _place_all(tracks: Tracks) -> Iterator[str]:
    """A filter chain for each input, in the inputs' order; its output is called after its number."""
    if tracks.music is not None:
        yield f"[0:a:0]{_PCM},volume={tracks.music_db}dB[in0]"
    first = 0 if tracks.music is None else 1
    for number, line in enumerate(tracks.lines, start=first):
        yield f"[{number}:a:0]{_place_line(line)}[in{number}]"
    for number, clip in enumerate(tracks.clips, start=first + len(tracks.lines)):
        yield f"[{number}:a:0]{_place_clip(clip)}[in{number}]"


def _join(tracks: Tracks, samples: int) -> Iterator[str]:
    first = 0 if tracks.music is None else 1
    inputs = [f"[in{number}]" for number in range(first + len(tracks.lines) + len(tracks.clips))]
    said, beneath = inputs[first : first + len(tracks.lines)], inputs[:first] + inputs[first + len(tracks.lines) :]
    whole = f"apad=whole_len={samples},atrim=end_sample={samples}"
    if not said or not beneath:
        yield f"{_sum(inputs)},{whole},{_PCM},{METER}[mix]"
        return
    yield f"{_sum(said)},{whole},asplit[key][speech]"
    yield f"{_sum(beneath)},{whole}[beneath]"
    yield f"[beneath][key]{_DUCK}[under]"
    yield f"{_sum(['[under]', '[speech]'])},{_PCM},{METER}[mix]"


def _sum(labels: Sequence[str]) -> str:
    return f"{''.join(labels)}amix=inputs={len(labels)}:normalize=0:duration=longest"


def _place_line(line: Line) -> str:
    samples = to_samples(line.frames)
    fade = min(FADE_SAMPLES, samples // 2)
    return (
        f"aresample={SAMPLE_RATE_HZ},{_PCM},atempo={line.tempo:.3f},atrim=end_sample={samples},"
        f"asetpts=N/SR/TB,apad=whole_len={samples},afade=t=out:ss={samples - fade}:ns={fade},"
        f"{_delay(line.start_frame)}"
    )


def _place_clip(clip: ClipTrack) -> str:
    """Equal power: two clips that have nothing in common keep their loudness while one gives way to the other."""
    samples = to_samples(clip.frames)
    return (
        f"aresample={SAMPLE_RATE_HZ},{_PCM},atrim=end_sample={samples},asetpts=N/SR/TB,apad=whole_len={samples},"
        f"afade=t=in:ns={clip.fade_in_samples}:curve=qsin,"
        f"afade=t=out:ss={samples - clip.fade_out_samples}:ns={clip.fade_out_samples}:curve=qsin,"
        f"{_delay(clip.start_frame)}"
    )


def _delay(start_frame: int) -> str:
    return f"adelay=delays={to_samples(start_frame)}S:all=1"
