"""FFmpeg's arguments for other forms of a finished video, and what its playlist of a stream says."""

import re
from pathlib import Path
from typing import Final

from omnigen_composer.domain.frames import Span, to_seconds
from omnigen_composer.domain.recipes import (
    BITEXACT,
    BT709,
    CLIP_FORMATS,
    EXACT_TIMES,
    HOUSE_ENCODER,
    JPEG_COLOURS,
    THREADS,
    Source,
    guard_input,
)
from omnigen_shared.contracts.exports import ExportFormat, ExportRequest, Fit, StreamPart
from omnigen_shared.contracts.media import FPS, FrameSize

PREVIEW_S: Final = 5
PREVIEW_FPS: Final = 10
PREVIEW_SIDE_PX: Final = 480
SHEET_COLUMNS: Final = 4
SHEET_ROWS: Final = 3
SHEET_TILE_PX: Final = 320
PART_S: Final = 6
MAX_PARTS: Final = 24
"""They are told in the stored object's metadata, of which there are 2 KB."""
_BLUR_SCALE: Final = 8
"""The background is blurred at an eighth of its size, where that costs next to nothing."""
_BICUBIC: Final = "flags=bicubic"
_VP9: Final = (
    *("-c:v", "libvpx-vp9", "-crf", "33", "-b:v", "0", "-deadline", "realtime", "-cpu-used", "7", "-row-mt", "1"),
    *("-tile-columns", "2", "-g", "150", "-pix_fmt", "yuv420p", "-threads:v", THREADS, "-fps_mode", "passthrough"),
    *("-c:a", "libopus", "-b:a", "128k"),
)
_SMALL: Final = (
    *("-c:v", "libx264", "-preset", "veryfast", "-crf", "28", "-pix_fmt", "yuv420p", "-bf", "2", "-g", "60"),
    *("-x264-params", "stitchable=1:open-gop=0:force-cfr=1", "-threads:v", THREADS, "-fps_mode", "passthrough"),
)
_STREAM: Final = (
    *("-f", "hls", "-hls_segment_type", "fmp4", "-hls_flags", "single_file"),
    *("-hls_playlist_type", "vod", "-hls_time"),
)
_PART: Final = re.compile(r"#EXTINF:([\d.]+),\s*#EXT-X-BYTERANGE:(\d+)@(\d+)")


def export_args(request: ExportRequest, source: Path, size: FrameSize, frames: int, target: Path) -> list[str]:
    """One form of the video in `source`, which has this size and so many frames. A stream's target is its playlist."""
    wanted = FrameSize(request.width, request.height)
    opened = ["-threads", THREADS, *guard_input(source, "mov")]
    titled = [*BITEXACT, "-metadata", f"title={request.title}"]
    reshaped = _reshape(size, wanted, request.fit)
    match request.format:
        case ExportFormat.PREVIEW:
            made = [*_write_preview(reshaped, made_size(request)), *BITEXACT]
        case ExportFormat.SHEET:
            made = [*_write_sheet(reshaped, _within(wanted, SHEET_TILE_PX), frames), *BITEXACT]
        case ExportFormat.WEBM:
            made = [*_draw(reshaped), "-map", "0:a:0", "-map", "0:s?", "-c:s", "webvtt", *_VP9, *titled, "-f", "webm"]
        case ExportFormat.HLS:
            made = [
                *_keep_or_draw(size, wanted, reshaped),
                "-map",
                "0:a:0",
                *titled,
                *_STREAM,
                str(count_part_s(frames)),
            ]
        case _:
            streams = ("-map", "0:a:0", "-map", "0:s?", "-c:s", "copy", *EXACT_TIMES, "-movflags", "+faststart")
            made = [*_keep_or_draw(size, wanted, reshaped), *streams, *titled, "-f", "mp4"]
    return [*opened, *made, str(target)]


def small_args(source: Source, span: Span, size: FrameSize, video: Path) -> list[str]:
    """One scene of a preview: quickly made, of the same parameter sets as every other one."""
    picture = ("-vf", source.normalise(span, size), "-frames:v", str(span.frames), "-an")
    return [
        *("-xerror", "-threads", THREADS, *guard_input(source.path, CLIP_FORMATS), "-map", "0:v:0", *picture),
        *(*_SMALL, *EXACT_TIMES, *BITEXACT, "-movflags", "+faststart", "-f", "mp4", str(video)),
    ]


def join_preview_args(listing: Path, video: Path) -> list[str]:
    """A preview's scenes behind each other, by a copy."""
    return [
        *("-f", "concat", "-auto_convert", "0", "-protocol_whitelist", "file", "-i", str(listing), "-map", "0:v:0"),
        *("-c", "copy", *EXACT_TIMES, *BITEXACT, "-movflags", "+faststart", "-f", "mp4", str(video)),
    ]


def read_parts(playlist: str) -> tuple[StreamPart, ...]:
    """The parts of a stream in one file. ValueError when there is none."""
    parts = tuple(
        StreamPart(duration_ms=round(float(duration_s) * 1000), size=int(size), offset=int(offset))
        for duration_s, size, offset in _PART.findall(playlist)
    )
    if not parts:
        raise ValueError("FFmpeg's playlist has no parts")
    return parts


def count_part_s(frames: int) -> int:
    """Seconds of one part of a stream of so many frames."""
    return max(PART_S, -(-frames // (FPS * MAX_PARTS)))


def made_size(request: ExportRequest) -> FrameSize:
    """What comes out: an animated preview is small, a contact sheet has many pictures of the wanted shape."""
    wanted = FrameSize(request.width, request.height)
    if request.format is ExportFormat.PREVIEW:
        return _within(wanted, PREVIEW_SIDE_PX)
    if request.format is ExportFormat.SHEET:
        tile = _within(wanted, SHEET_TILE_PX)
        return FrameSize(tile.width * SHEET_COLUMNS, tile.height * SHEET_ROWS)
    return wanted


def count_shown(made: ExportFormat, frames: int) -> tuple[int, float]:
    """Frames and seconds of what comes out of a video of so many frames."""
    if made is ExportFormat.SHEET:
        return 1, 0.0
    if made is ExportFormat.PREVIEW:
        shown = min(-(-frames * PREVIEW_FPS // FPS), PREVIEW_S * PREVIEW_FPS)
        return shown, shown / PREVIEW_FPS
    return frames, to_seconds(frames)


def _keep_or_draw(size: FrameSize, wanted: FrameSize, reshaped: str) -> list[str]:
    """Streams that are right already are copied."""
    if size == wanted:
        return ["-map", "0:v:0", "-c:v", "copy", "-c:a", "copy"]
    return [*_draw(reshaped), *HOUSE_ENCODER, "-c:a", "copy"]


def _draw(reshaped: str) -> list[str]:
    graph = f"{reshaped},setsar=1,format=yuv420p,{BT709}[video]"
    return ["-filter_complex", graph, "-map", "[video]"]


def _reshape(size: FrameSize, wanted: FrameSize, fit: Fit) -> str:
    """A filter graph from the input's picture to one of the wanted size, its last output not named."""
    across, down = wanted
    if abs(size.width * down - size.height * across) <= max(size.width, size.height, across, down):
        return f"[0:v:0]scale={across}:{down}:{_BICUBIC}"
    cover = "force_original_aspect_ratio=increase"
    if fit is Fit.CROP:
        return f"[0:v:0]scale={across}:{down}:{cover}:{_BICUBIC},crop={across}:{down}"
    small = FrameSize(max(across // _BLUR_SCALE // 2 * 2, 2), max(down // _BLUR_SCALE // 2 * 2, 2))
    return (
        f"[0:v:0]split[back][front];"
        f"[back]scale={small.width}:{small.height}:{cover},crop={small.width}:{small.height},gblur=sigma=4,"
        f"eq=brightness=-0.06,scale={across}:{down}:flags=bilinear[blurred];"
        f"[front]scale={across}:{down}:force_original_aspect_ratio=decrease:force_divisible_by=2:{_BICUBIC}[whole];"
        f"[blurred][whole]overlay=(W-w)/2:(H-h)/2"
    )


def _write_preview(reshaped: str, small: FrameSize) -> list[str]:
    """The first seconds, small, without sound, without an end."""
    chosen = f"fps={PREVIEW_FPS},trim=duration={PREVIEW_S},setpts=PTS-STARTPTS"
    graph = f"{reshaped},{chosen},scale={small.width}:{small.height}[video]"
    encoder = ("-c:v", "libwebp_anim", "-quality", "60", "-loop", "0")
    return ["-filter_complex", graph, "-map", "[video]", *encoder, "-f", "webp"]


def _write_sheet(reshaped: str, small: FrameSize, frames: int) -> list[str]:
    """Pictures from all over the video, evenly apart."""
    step = max(-(-frames // (SHEET_COLUMNS * SHEET_ROWS)), 1)
    graph = (
        f"{reshaped},select=not(mod(n\\,{step})),scale={small.width}:{small.height},"
        f"tile={SHEET_COLUMNS}x{SHEET_ROWS},{JPEG_COLOURS},format=yuvj420p[video]"
    )
    picture = ("-frames:v", "1", "-c:v", "mjpeg", "-q:v", "3", "-update", "1", "-f", "image2")
    return ["-filter_complex", graph, "-map", "[video]", *picture]


def _within(size: FrameSize, side_px: int) -> FrameSize:
    scale = min(side_px / max(size), 1.0)
    return FrameSize(int(size.width * scale / 2) * 2, int(size.height * scale / 2) * 2)
