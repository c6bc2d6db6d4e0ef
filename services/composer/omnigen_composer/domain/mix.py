"""FFmpeg's arguments that mix music, clips and spoken lines: each in its place, all giving way to speech."""

from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Final

from omnigen_composer.domain.frames import SAMPLE_RATE_HZ, to_samples
from omnigen_composer.domain.recipes import BITEXACT, guard_input
from omnigen_composer.domain.sound import METER, PCM, SOUND_FORMATS, fit_music, music_input
from omnigen_composer.domain.speech import Line
from omnigen_shared.contracts.composer import ClipSound

FADE_SAMPLES: Final = SAMPLE_RATE_HZ * 6 // 100
CLICK_SAMPLES: Final = SAMPLE_RATE_HZ // 100
"""A sound that is cut in the middle of a wave clicks; a hundredth of a second of fade does not."""
UNDER_SPEECH_DB: Final = -12
UNDER_CLIPS_DB: Final = -6
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
    """What there is to be heard; `music` is repeated or cut to the video's length."""

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


@dataclass(frozen=True, slots=True)
class _Placed:
    """One input of the mix, what happens to it alone, and when it is heard."""

    number: int
    filters: str
    start_frame: int
    frames: int

    @property
    def stop_frame(self) -> int:
        return self.start_frame + self.frames


def mix_args(tracks: Tracks, frames: int, mix: Path) -> list[str]:
    """All of it as float WAV of the exact length, metered on the way. There must be something to be heard."""
    music = [] if tracks.music is None else music_input(tracks.music)
    heard = [*(line.path for line in tracks.lines), *(clip.path for clip in tracks.clips)]
    inputs = [argument for path in heard for argument in guard_input(path, SOUND_FORMATS)]
    return [
        *(*music, *inputs),
        *("-filter_complex", ";".join(_write_graph(tracks, frames))),
        *("-map", "[mix]", *BITEXACT, "-c:a", "pcm_f32le", "-f", "wav", str(mix)),
    ]


def _write_graph(tracks: Tracks, frames: int) -> Iterator[str]:
    """Music, lines and clips are the inputs, in this order."""
    whole = f"apad=whole_len={to_samples(frames)},atrim=end_sample={to_samples(frames)}"
    beneath, first = [], 0
    if tracks.music is not None:
        yield f"[0:a:0]{fit_music(frames)},volume={tracks.music_db}dB[music]"
        beneath, first = ["[music]"], 1
    lines = [_place_line(*numbered) for numbered in enumerate(tracks.lines, first)]
    clips = [_place_clip(*numbered) for numbered in enumerate(tracks.clips, first + len(lines))]
    said = yield from _write_lanes(lines, "said")
    beneath += yield from _write_lanes(clips, "clips")
    if not said or not beneath:
        yield f"{_sum([*said, *beneath])},{whole},{PCM},{METER}[mix]"
        return
    yield f"{_sum(said)},{whole},asplit[key][speech]"
    yield f"{_sum(beneath)},{whole}[beneath]"
    yield f"[beneath][key]{_DUCK}[under]"
    yield f"{_sum(['[under]', '[speech]'])},{PCM},{METER}[mix]"


def _write_lanes(sounds: Sequence[_Placed], name: str) -> Generator[str, None, list[str]]:
    """Lays them into lanes; gives the lanes' labels back. Two lanes take less adding than twelve sounds do."""
    lanes = _find_lanes(sounds)
    labels = [f"[{name}{number}]" for number in range(len(lanes))]
    for lane, label in zip(lanes, labels, strict=True):
        stops = [*(follower.start_frame for follower in lane[1:]), lane[-1].stop_frame]
        for sound, stop in zip(lane, stops, strict=True):
            room = to_samples(stop - sound.start_frame)
            yield f"[{sound.number}:a:0]{sound.filters},apad=whole_len={room}[in{sound.number}]"
        parts = "".join(f"[in{sound.number}]" for sound in lane)
        delay = f"adelay=delays={to_samples(lane[0].start_frame)}S:all=1"
        yield f"{parts}concat=n={len(lane)}:v=0:a=1,asetpts=N/SR/TB,{delay}{label}"
    return labels


def _find_lanes(sounds: Sequence[_Placed]) -> list[list[_Placed]]:
    """As few as there can be; in each of them one is heard after the other."""
    lanes: list[list[_Placed]] = []
    for sound in sorted(sounds, key=lambda sound: sound.start_frame):
        free = next((lane for lane in lanes if lane[-1].stop_frame <= sound.start_frame), None)
        if free is None:
            lanes.append([sound])
        else:
            free.append(sound)
    return lanes


def _sum(labels: Sequence[str]) -> str:
    return f"{''.join(labels)}amix=inputs={len(labels)}:normalize=0:duration=longest"


def _place_line(number: int, line: Line) -> _Placed:
    samples = to_samples(line.frames)
    fade = min(FADE_SAMPLES, samples // 2)
    filters = (
        f"aresample={SAMPLE_RATE_HZ},{PCM},atempo={line.tempo:.3f},atrim=end_sample={samples},"
        f"asetpts=N/SR/TB,apad=whole_len={samples},afade=t=out:ss={samples - fade}:ns={fade}"
    )
    return _Placed(number, filters, line.start_frame, line.frames)


def _place_clip(number: int, clip: ClipTrack) -> _Placed:
    """Equal power: two clips that have nothing in common keep their loudness while one gives way to the other."""
    samples = to_samples(clip.frames)
    filters = (
        f"aresample={SAMPLE_RATE_HZ},{PCM},atrim=end_sample={samples},asetpts=N/SR/TB,apad=whole_len={samples},"
        f"afade=t=in:ns={clip.fade_in_samples}:curve=qsin,"
        f"afade=t=out:ss={samples - clip.fade_out_samples}:ns={clip.fade_out_samples}:curve=qsin"
    )
    return _Placed(number, filters, clip.start_frame, clip.frames)
