"""PyAV's look at a file, without decoding more than a few key frames. Everything here blocks: call it in a thread."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Final, NamedTuple

import av
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.video.stream import VideoStream

from omnigen_composer.domain.clips import ClipFacts
from omnigen_composer.domain.drawing import IMAGE_FORMATS
from omnigen_composer.domain.posters import Look, weigh
from omnigen_composer.domain.recipes import CLIP_FORMATS
from omnigen_composer.domain.sound import SOUND_FORMATS
from omnigen_shared.contracts.media import FrameSize
from omnigen_shared.contracts.stills import LARGEST_AREA_PX

_UNSPECIFIED: Final = 2
_HDR: Final = frozenset({16, 18})
"""Transfer curves of H.273: PQ and HLG."""
_THUMBNAIL: Final = (64, 36)


class UnreadableError(Exception):
    """A file that is no video or sound that we take; the message says why."""


@dataclass(frozen=True, slots=True)
class VideoFacts:
    """What the packets of a finished stream are like."""

    frames: int
    width: int
    height: int
    gaps: frozenset[int]
    """Distances between neighbouring presentation times, in the stream's time base."""
    parameter_sets: bytes


@contextmanager
def _opened(path: Path, formats: str, most_pixels: int = 0) -> Iterator[InputContainer]:
    """`most_pixels`: a larger picture has no size, because not even a look at it is decoded; 0 for any."""
    guard = {"protocol_whitelist": "file", "format_whitelist": formats}
    decoding = {"max_pixels": str(most_pixels)} if most_pixels else {}
    try:
        with av.open(str(path), mode="r", container_options=guard, options=decoding) as container:
            yield container
    except (av.FFmpegError, ValueError, IndexError, StopIteration) as error:
        raise UnreadableError(f"it cannot be read ({_reason(error)})") from error


def _reason(error: Exception) -> str:
    return error.strerror if isinstance(error, av.FFmpegError) and error.strerror else type(error).__name__


class _Unit(NamedTuple):
    """What is kept of a packet; its data is not."""

    pts: int | None
    duration: int
    is_corrupt: bool


def _demux(container: InputContainer, stream: VideoStream | AudioStream) -> list[_Unit]:
    return [
        _Unit(packet.pts, packet.duration or 0, packet.is_corrupt) for packet in container.demux(stream) if packet.size
    ]


def probe_clip(path: Path) -> ClipFacts:
    """Facts of the first video stream. UnreadableError when there is none."""
    with _opened(path, CLIP_FORMATS) as container:
        if not container.streams.video:
            raise UnreadableError("it has no picture")
        stream = container.streams.video[0]
        units = _demux(container, stream)
        codec = stream.codec_context
        return ClipFacts(
            codec=codec.name,
            width=codec.width,
            height=codec.height,
            duration_s=float(_extent(units) * (stream.time_base or 0)),
            has_audio=bool(container.streams.audio),
            has_matrix=codec.colorspace != _UNSPECIFIED,
            is_hdr=codec.color_trc in _HDR,
            is_whole=not any(unit.is_corrupt for unit in units),
        )


def _extent(units: Sequence[_Unit]) -> int:
    """From the first frame's beginning to the last one's end; a last frame without a length counts as an average."""
    shown = [(unit.pts, unit.duration) for unit in units if unit.pts is not None]
    if not shown:
        raise UnreadableError("it has no frames")
    first, (last, tail) = min(shown)[0], max(shown)
    return last - first + (tail or (last - first) // max(1, len(shown) - 1))


def probe_image(path: Path, max_side_px: int) -> FrameSize:
    """Size of a still picture; one that is not larger can be decoded, too. UnreadableError when it is none.

    A small file may claim a picture of gigabytes: what is too large by its head is not decoded.
    """
    with _opened(path, IMAGE_FORMATS) as container:
        codec = container.streams.video[0].codec_context
        size = FrameSize(codec.width, codec.height)
        if max(size) <= max_side_px:
            frame = next(container.decode(video=0))
            size = FrameSize(frame.width, frame.height)
        return size


class StillHead(NamedTuple):
    """What a picture's file says of itself."""

    codec: str
    size: FrameSize
    has_alpha: bool


def probe_still(path: Path) -> StillHead:
    """What the file claims to be, 0x0 when that is more than may be decoded. UnreadableError when it is no picture."""
    with _opened(path, IMAGE_FORMATS, LARGEST_AREA_PX) as container:
        codec = container.streams.video[0].codec_context
        pixels = codec.format
        has_alpha = pixels is not None and any(part.is_alpha for part in pixels.components)
        return StillHead(codec.name, FrameSize(codec.width, codec.height), has_alpha or codec.pix_fmt == "pal8")


def probe_sound(path: Path) -> float:
    """Length of the first sound in seconds. UnreadableError when there is none."""
    with _opened(path, SOUND_FORMATS) as container:
        if not container.streams.audio:
            raise UnreadableError("it has no sound")
        stream = container.streams.audio[0]
        duration_s = float(sum(unit.duration for unit in _demux(container, stream)) * (stream.time_base or 0))
        if duration_s <= 0:
            raise UnreadableError("its sound is empty")
        return duration_s


def count_samples(path: Path) -> int:
    """Length of a soundtrack of ours as a player hears it, without what the encoder puts before and after it."""
    with _opened(path, "mov") as container:
        return container.streams.audio[0].duration or 0


def inspect_video(path: Path) -> VideoFacts:
    """What a file of ours holds: every packet is looked at, none decoded."""
    with _opened(path, "mov") as container:
        stream = container.streams.video[0]
        times = sorted(unit.pts for unit in _demux(container, stream) if unit.pts is not None)
        return VideoFacts(
            frames=len(times),
            width=stream.codec_context.width,
            height=stream.codec_context.height,
            gaps=frozenset(later - earlier for earlier, later in pairwise(times)),
            parameter_sets=bytes(stream.codec_context.extradata or b""),
        )


def find_looks(path: Path) -> list[Look]:
    """How each key frame of a prepared segment would do as a poster."""
    with _opened(path, "mov") as container:
        stream = container.streams.video[0]
        stream.codec_context.skip_frame = "NONKEY"
        return [weigh(at_s, luma) for at_s, luma in _thumbnails(container, stream)]


def _thumbnails(container: InputContainer, stream: VideoStream) -> Iterator[tuple[float, bytes]]:
    for frame in container.decode(stream):
        small = frame.reformat(*_THUMBNAIL, format="gray")
        plane = small.planes[0]
        rows = bytes(plane)
        luma = b"".join(rows[y * plane.line_size : y * plane.line_size + plane.width] for y in range(plane.height))
        yield frame.time or 0.0, luma
