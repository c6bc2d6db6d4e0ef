"""The clips that everybody cuts: real motion and noise, equal or as different as models' clips are."""

import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, NamedTuple

import imageio_ffmpeg

from omnigen_shared.contracts.media import FPS, TRANSITION_FRAMES, FrameSize

FFMPEG: Final = imageio_ffmpeg.get_ffmpeg_exe()
KEPT_FRAMES: Final = 150
CLIP_S: Final = KEPT_FRAMES // FPS
MOTIONS: Final = (
    "gradients=s={size}:r={fps}:nb_colors=8:speed=0.03:seed={seed},format=yuv420p,noise=alls=4:allf=t",
    "testsrc2=s={size}:r={fps},rotate=a=0.15*sin(t):c=gray,hue=h=30*t,noise=alls=3:allf=t",
    "mandelbrot=s={half}:r={fps}:start_scale=1:end_scale=0.02:end_pts=200,scale={size},noise=alls=4:allf=t",
    (
        "life=s={half}:r={fps}:mold=9:ratio=0.2:seed={seed}:life_color=#C83232:death_color=#3232C8,scale={size},"
        "gblur=sigma=3,noise=alls=4:allf=t"
    ),
)
COLOURS: Final = ("-colorspace", "bt709", "-color_primaries", "bt709", "-color_trc", "bt709")
"""Every clip tells its own: of one that does not, each way of cutting would make a guess of its own."""


class Kind(NamedTuple):
    """One way in which a clip may differ from the finished video."""

    fps: str = "30"
    scale: tuple[float, float] = (1, 1)
    filters: str = "null"
    options: tuple[str, ...] = ("-pix_fmt", "yuv420p")


EQUAL: Final = (Kind(),)
MIXED: Final = (
    Kind(fps="24", scale=(2 / 3, 2 / 3)),
    Kind(fps="30000/1001", options=("-pix_fmt", "yuv444p")),
    Kind(fps="25", scale=(0.5, 8 / 9)),
    Kind(fps="16", options=("-pix_fmt", "yuv420p10le")),
    Kind(scale=(0.75, 1), filters="setsar=4/3"),
    Kind(fps="24", options=("-pix_fmt", "yuv420p", "-color_range", "pc")),
)


@dataclass(frozen=True)
class Corpus:
    """Files, the finished video's size, and half a second of crossfade at each cut."""

    folder: Path
    size: FrameSize
    clips: Sequence[Path]
    with_sound: Sequence[bool]
    music: Path

    @property
    def total_frames(self) -> int:
        return len(self.clips) * (KEPT_FRAMES - TRANSITION_FRAMES) + TRANSITION_FRAMES

    def get_start_s(self, number: int) -> float:
        """When a scene begins to be seen."""
        return number * (KEPT_FRAMES - TRANSITION_FRAMES) / FPS


def make_corpus(folder: Path, scenes: int, size: FrameSize, kinds: Sequence[Kind]) -> Corpus:
    """Every second clip has a sound of its own; the music is shorter than the video."""
    folder.mkdir(parents=True)
    with_sound = [number % 2 == 0 for number in range(scenes)]
    clips = [_make_clip(folder, number, size, kinds, has_sound=with_sound[number]) for number in range(scenes)]
    return Corpus(folder, size, clips, with_sound, _make_music(folder / "music.m4a"))


def run(*arguments: str) -> str:
    """FFmpeg's log. CalledProcessError when it fails."""
    command = [FFMPEG, "-hide_banner", "-nostdin", "-y", *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stderr  # noqa: S603 - our own


def _make_clip(folder: Path, number: int, size: FrameSize, kinds: Sequence[Kind], *, has_sound: bool) -> Path:
    kind, path = kinds[number % len(kinds)], folder / f"clip{number:02}.mp4"
    width, height = (round(side * factor / 4) * 4 for side, factor in zip(size, kind.scale, strict=True))
    motion = MOTIONS[number % len(MOTIONS)].format(
        size=f"{width}x{height}", half=f"{width // 2}x{height // 2}", fps=kind.fps, seed=number + 1
    )
    sound = f"aevalsrc=0.2*random(0)*sin({number + 1}*t)+0.1*sin({220 + 40 * number}*2*PI*t):s=48000"
    run(
        *("-f", "lavfi", "-i", f"{motion},{kind.filters}"),
        *(("-f", "lavfi", "-i", sound, "-c:a", "aac") if has_sound else ()),
        *("-t", str(CLIP_S), "-c:v", "libx264", "-preset", "veryfast", "-crf", "14", "-g", "999"),
        *(*COLOURS, *kind.options),
        str(path),
    )
    return path


def _make_music(path: Path) -> Path:
    notes = "0.2*(sin(2*PI*220*t)+sin(2*PI*277*t)+sin(2*PI*330*t))*(0.4+0.6*lt(mod(t\\,0.5)\\,0.2))+0.02*random(0)"
    run("-f", "lavfi", "-i", f"aevalsrc='{notes}':s=44100:d=20", "-c:a", "aac", "-b:a", "160k", str(path))
    return path
