"""Small clips and sounds made by FFmpeg, and what a strict player finds in a finished file."""

import re
import subprocess
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from statistics import fmean
from typing import NamedTuple

import av
import imageio_ffmpeg

RAMP = "geq=lum='16+2*N':cb=128:cr=128"
"""Every frame shows its own number as its brightness."""


def run_ffmpeg(*arguments: str | Path) -> str:
    """FFmpeg's log. CalledProcessError when it fails."""
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-hide_banner", "-nostdin", "-y", *map(str, arguments)]
    done = subprocess.run(command, check=True, capture_output=True, text=True, timeout=60)  # noqa: S603
    return done.stderr


def hash_packets(path: Path) -> str:
    """One line for every packet of every stream: its times and what it holds."""
    return run_tool("-v", "error", "-i", path, "-map", "0", "-c", "copy", "-f", "framemd5", "-")


def run_tool(*arguments: str | Path) -> str:
    """What FFmpeg writes to its standard output."""
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-nostdin", *map(str, arguments)]
    return subprocess.run(command, check=True, capture_output=True, text=True, timeout=60).stdout  # noqa: S603


def make_clip(
    path: Path,
    *,
    frames: int = 60,
    size: str = "128x72",
    fps: str = "30",
    filters: str = RAMP,
    source: str = "testsrc2",
    options: Sequence[str] = (),
    pixels: str = "yuv420p",
) -> Path:
    """An MP4 with key frames only at its start, as models write them."""
    picture = f"{source}{':' if '=' in source else '='}s={size}:r={fps},{filters},format={pixels}"
    encoder = ("-c:v", "libx264", "-preset", "ultrafast", "-crf", "12", "-g", "999")
    run_ffmpeg("-f", "lavfi", "-i", picture, "-frames:v", str(frames), *encoder, *options, "-f", "mp4", path)
    return path


def make_sound(path: Path, expression: str, duration_s: float = 4) -> Path:
    """A WAV file of an aevalsrc expression."""
    run_ffmpeg("-f", "lavfi", "-i", f"aevalsrc='{expression}':s=44100:d={duration_s}", "-f", "wav", path)
    return path


def colour_of(path: Path) -> list[int]:
    """Red, green and blue in the middle of the first picture, as a screen would show it."""
    middle = "crop=2:2,scale=1:1,format=rgb24"
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-nostdin", "-i", str(path), "-frames:v", "1"]
    command += ["-vf", middle, "-f", "rawvideo", "-"]
    shown = subprocess.run(command, check=True, capture_output=True, timeout=60)  # noqa: S603
    return list(shown.stdout)


class Stream(NamedTuple):
    """A video stream, decoded."""

    lumas: list[float]
    """Mean brightness of each frame in order of presentation."""
    gaps: set[int]
    decode_gaps: set[int]
    pixel_format: str
    profile: str | None
    width: int
    height: int
    rate: float


def decode(path: Path) -> Stream:
    """Every frame of the file's picture."""
    with av.open(str(path)) as container:
        lumas = [_luma(frame) for frame in container.decode(video=0)]
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        packets = [packet for packet in container.demux(stream) if packet.size]
        presented = sorted(packet.pts for packet in packets if packet.pts is not None)
        decoded = [packet.dts for packet in packets if packet.dts is not None]
        codec = stream.codec_context
        return Stream(
            lumas=lumas,
            gaps={later - earlier for earlier, later in pairwise(presented)},
            decode_gaps={later - earlier for earlier, later in pairwise(decoded)},
            pixel_format=str(codec.pix_fmt),
            profile=codec.profile,
            width=codec.width,
            height=codec.height,
            rate=float(stream.average_rate or 0),
        )


def _luma(frame: av.VideoFrame) -> float:
    plane = frame.planes[0]
    rows = memoryview(bytes(plane))
    starts = range(0, plane.height * plane.line_size, plane.line_size)
    return fmean(fmean(rows[start : start + plane.width]) for start in starts)


def decode_strictly(path: Path) -> None:
    """CalledProcessError or AssertionError at the first thing that a decoder dislikes."""
    assert run_ffmpeg("-v", "error", "-xerror", "-i", path, "-f", "null", "-") == ""


def meter(path: Path) -> tuple[float, float]:
    """Integrated loudness (LUFS) and true peak (dBTP) of a file's sound."""
    log = run_ffmpeg(
        "-nostats", "-i", path, "-map", "0:a", "-af", "ebur128=peak=true:framelog=quiet", "-f", "null", "-"
    )
    [integrated], [peak] = re.findall(r"I:\s+(\S+) LUFS", log), re.findall(r"Peak:\s+(\S+) dBFS", log)
    return float(integrated), float(peak)


def measure_level(path: Path, hertz: int, start_s: float, length_s: float = 0.3) -> float:
    """How loud one tone alone is, in dB."""
    only = f"bandpass=f={hertz}:width_type=h:w=200,bandpass=f={hertz}:width_type=h:w=200,volumedetect"
    log = run_ffmpeg("-ss", str(start_s), "-t", str(length_s), "-i", path, "-af", only, "-f", "null", "-")
    return float(log.split("mean_volume:")[1].split()[0])


def count_samples(path: Path) -> tuple[int, int, int]:
    """Decoded samples per channel, sample rate and channels of a file's sound."""
    with av.open(str(path)) as container:
        stream = container.streams.audio[0]
        samples = sum(frame.samples for frame in container.decode(audio=0))
        return samples, stream.codec_context.sample_rate, stream.codec_context.channels
