"""FFmpeg's arguments for pictures, as pure functions. The recipe id is a hash over what they build.

Every segment comes from one encoder with pinned flags, so that all have the same parameter sets and can be joined by
copying (`stitchable`, closed GOPs, constant frame rate). `setparams` is needed because FFmpeg lets a frame's own
colour tags win over its flags.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from omnigen_composer.domain.clips import MAX_PADDING_FRAMES
from omnigen_composer.domain.drawing import (
    FONTS_FOLDER,
    IMAGE_FORMATS,
    NOTHING_DRAWN,
    SCRIPT_FILE,
    Drawing,
    fit_logo,
    place_logo,
)
from omnigen_composer.domain.frames import Span, to_seconds
from omnigen_shared.contracts.media import FPS, FrameSize, Transition

TIMESCALE: Final = FPS * 512
THREADS: Final = "2"
"""Fixed, because x264's bytes depend on it."""

CLIP_FORMATS: Final = "mov,matroska"
_TAIL_FORMAT: Final = "nut"
BITEXACT: Final = ("-map_metadata", "-1", "-map_chapters", "-1", "-fflags", "+bitexact")
BT709: Final = "setparams=range=tv:color_primaries=bt709:color_trc=bt709:colorspace=bt709"
JPEG_COLOURS: Final = "scale=out_range=pc:out_color_matrix=bt601:flags=bicubic+accurate_rnd+full_chroma_int"
"""What every reader of a JPEG takes for granted; the file has no words for anything else."""
XFADES: Final = {
    Transition.FADE: "fade",
    Transition.DISSOLVE: "dissolve",
    Transition.WIPE: "wipeleft",
    Transition.SLIDE: "slideleft",
    Transition.FADE_BLACK: "fadeblack",
}
"""FFmpeg's names. A cut is no transition: the two bodies stand beside each other."""
ALIKE: Final = 0.03
"""Shapes that differ by less are made equal by a cut; black bars stand beside the others."""
_CONVERSION: Final = ":out_range=tv:out_color_matrix=bt709"
_TONE_MAPPING: Final = (
    "zscale=t=linear:npl=203:pin=bt2020:min=bt2020nc,format=gbrpf32le,zscale=p=bt709,"
    "tonemap=mobius:param=0.6:desat=0,zscale=t=bt709:m=bt709:r=tv"
)
"""FFmpeg's scaler could do it too, but needs more than a second to prepare itself."""

_IN_HOUSE_FORM: Final = f"setsar=1,format=yuv420p,{BT709},settb=1/{FPS}"

HOUSE_ENCODER: Final = (
    *("-c:v", "libx264", "-preset", "faster", "-profile:v", "high", "-level:v", "4.1"),
    *("-pix_fmt", "yuv420p", "-bf", "3", "-refs", "2", "-g", "60", "-flags:v", "+cgop+bitexact"),
    *("-x264-params", "stitchable=1:open-gop=0:b-pyramid=normal:nal-hrd=none:force-cfr=1:sync-lookahead=0"),
    *("-threads:v", THREADS, "-fps_mode", "passthrough"),
)
"""A lookahead in a thread of its own would now and then, on a busy machine, choose otherwise for the same pictures."""
BODY_CRF: Final = "22.5"
TRANSITION_CRF: Final = "20.5"
"""A few frames have no others to borrow from: at the body's own rate they would look worse than it."""
EXACT_TIMES: Final = ("-video_track_timescale", str(TIMESCALE), "-movie_timescale", str(TIMESCALE))
"""The movie's own scale counts, too: in the default milliseconds an edit list cuts the last frame short."""


@dataclass(frozen=True, slots=True)
class Source:
    """A clip on this machine's disk; `assumed_matrix` is set when it does not tell its own."""

    path: Path
    assumed_matrix: str | None = None
    is_hdr: bool = False

    def open(self) -> list[str]:
        """It as an input."""
        return ["-threads", THREADS, *guard_input(self.path, CLIP_FORMATS)]

    def normalise(self, span: Span, size: FrameSize) -> str:
        """Filters that make exactly the frames of the span in the house's size, rate and colours.

        Frames are chosen before they are scaled: a transition pays for its own frames only.
        """
        return ",".join(
            (
                f"fps={FPS}",
                f"tpad=stop_mode=clone:stop={MAX_PADDING_FRAMES}",
                f"trim=start_frame={span.start}:end_frame={span.stop}",
                "setpts=PTS-STARTPTS",
                self.fit(size),
                f"pad={size.width}:{size.height}:-1:-1",
                _IN_HOUSE_FORM,
            )
        )

    def fit(self, size: FrameSize) -> str:
        """Filters that scale into the size, in the house's colours.

        What is made for a brighter screen is mapped to ours: white paper stays white, only what is brighter is pressed
        together.
        """
        scaled, cut = _scale(size), f"crop=min(iw\\,{size.width}):min(ih\\,{size.height})"
        if self.is_hdr:
            return f"{scaled},{cut},{_TONE_MAPPING}"
        matrix = f":in_color_matrix={self.assumed_matrix}" if self.assumed_matrix else ""
        return f"{scaled}{_CONVERSION}{matrix},{cut}"


@dataclass(frozen=True, slots=True)
class Tail:
    """A clip's last frames as its body's pass has left them: normalised, not compressed."""

    path: Path

    def open(self) -> list[str]:
        """It as an input."""
        return guard_input(self.path, _TAIL_FORMAT)

    def normalise(self, _span: Span, _size: FrameSize) -> str:
        """Filters that tell what a file of plain frames does not."""
        return f"fps={FPS},{_IN_HOUSE_FORM}"


def _scale(size: FrameSize) -> str:
    """Into the size; or over it, when the clip has almost its shape: models deliver 864x480 for 854x480."""
    is_near = f"lt(abs(dar*{size.height}/{size.width}-1),{ALIKE})"
    is_wide = f"gt(dar*{size.height},{size.width})"
    by_height = f"eq({is_near},{is_wide})"
    width = f"if({by_height},max(round({size.height}*dar),2),{size.width})"
    height = f"if({by_height},{size.height},max(round({size.width}/dar),2))"
    return f"scale=w='{width}':h='{height}':reset_sar=1:flags=bicubic"


def guard_input(path: Path, formats: str) -> list[str]:
    """An input that can only be this file, in one of these containers: no playlist, no other protocol."""
    return ["-protocol_whitelist", "file", "-format_whitelist", formats, "-i", str(path)]


def body_args(
    source: Source,
    span: Span,
    kept_frames: int,
    size: FrameSize,
    video: Path,
    image: Path,
    drawing: Drawing = NOTHING_DRAWN,
    tail: Path | None = None,
) -> list[str]:
    """One pass over a clip: its body to `video`, its last kept frame (JPEG) to `image`, all behind the body to `tail`.

    On the last two nothing is drawn.
    """
    last, rest = Span(kept_frames - 1, kept_frames), Span(span.stop, kept_frames)
    graph = (
        f"[0:v:0]split={2 if tail is None else 3}[a][b]{'' if tail is None else '[c]'};"
        f"{_draw(f'[a]{source.normalise(span, size)}', 1, drawing, size)}[body];"
        f"[b]{source.normalise(last, size)},{JPEG_COLOURS}[last]"
        f"{'' if tail is None else f';[c]{source.normalise(rest, size)}[tail]'}"
    )
    return [
        *("-xerror", *source.open(), *_open_logo(drawing)),
        *("-filter_complex", graph),
        *("-map", "[body]", *_encode(span.frames, BODY_CRF, video)),
        *("-map", "[last]", "-frames:v", "1", "-c:v", "mjpeg", "-q:v", "2", *_to_image(image)),
        *([] if tail is None else ("-map", "[tail]", "-c:v", "rawvideo", *BITEXACT, "-f", _TAIL_FORMAT, str(tail))),
    ]


def transition_args(
    left: Source | Tail,
    right: Source,
    spans: tuple[Span, Span],
    size: FrameSize,
    video: Path,
    style: Transition,
    drawing: Drawing = NOTHING_DRAWN,
) -> list[str]:
    """The left span giving way to the right span of the same length."""
    frames = spans[0].frames
    mixed = (
        f"[0:v:0]{left.normalise(spans[0], size)}[l];"
        f"[1:v:0]{right.normalise(spans[1], size)}[r];"
        f"[l][r]xfade=transition={XFADES[style]}:duration={to_seconds(frames):.6f}:offset=0,"
        f"setpts=N,settb=1/{FPS},format=yuv420p,{BT709}"
    )
    return [
        *("-xerror", *left.open(), *right.open(), *_open_logo(drawing)),
        *("-filter_complex", f"{_draw(mixed, 2, drawing, size)}[mix]"),
        *("-map", "[mix]", *_encode(frames, TRANSITION_CRF, video)),
    ]


def join_list(names: Sequence[str]) -> str:
    """The concat demuxer's list of plain file names beside it."""
    return "".join(f"file {name}\n" for name in names)


def join_args(listing: Path, soundtrack: Path, title: str, video: Path, captions: Path | None = None) -> list[str]:
    """Copy the segments' packets behind each other, put sound and captions beside them and the index in front.

    Without `-auto_convert 0` the demuxer would write parameter sets into the stream.
    """
    return [
        *("-f", "concat", "-auto_convert", "0", "-protocol_whitelist", "file", "-i", str(listing)),
        *guard_input(soundtrack, "mov"),
        *([] if captions is None else guard_input(captions, "webvtt")),
        *("-map", "0:v:0", "-map", "1:a:0"),
        *([] if captions is None else ("-map", "2:s:0")),
        *("-c", "copy", "-c:s", "mov_text", *EXACT_TIMES),
        *(*BITEXACT, "-metadata", f"title={title}", "-movflags", "+faststart", "-f", "mp4", str(video)),
    ]


def poster_args(segment: Path, at_s: float, image: Path) -> list[str]:
    """One frame of a prepared segment as JPEG."""
    return [
        *("-ss", f"{at_s:.6f}", *guard_input(segment, "mov"), "-map", "0:v:0", "-vf", JPEG_COLOURS),
        *("-frames:v", "1", "-c:v", "mjpeg", "-q:v", "3", *_to_image(image)),
    ]


def _open_logo(drawing: Drawing) -> list[str]:
    return [] if drawing.logo is None else guard_input(drawing.logo, IMAGE_FORMATS)


def _draw(chain: str, logo_input: int, drawing: Drawing, size: FrameSize) -> str:
    """The chain and what is drawn on it, the logo on top; its last output not named, its colours as they were."""
    if drawing == NOTHING_DRAWN:
        return chain
    if drawing.has_letters:
        chain = f"{chain},ass=f={SCRIPT_FILE}:fontsdir={FONTS_FOLDER}"
    if drawing.logo is not None:
        small = fit_logo(size)
        matrix = "out_range=tv:out_color_matrix=bt709"
        inside = f"scale={small.width}:{small.height}:force_original_aspect_ratio=decrease:flags=bicubic:{matrix}"
        place = place_logo(size, drawing.corner)
        chain = f"{chain}[plain];[{logo_input}:v:0]{inside},format=yuva420p[logo];[plain][logo]overlay={place}"
    return f"{chain},format=yuv420p,{BT709}"


def _encode(frames: int, crf: str, video: Path) -> list[str]:
    """`stitchable` keeps the rate out of the parameter sets."""
    encoder = [*HOUSE_ENCODER, "-crf", crf]
    return ["-frames:v", str(frames), *encoder, *EXACT_TIMES, *BITEXACT, "-an", "-f", "mp4", str(video)]


def _to_image(image: Path) -> list[str]:
    return ["-flags:v", "+bitexact", *BITEXACT, "-update", "1", "-f", "image2", str(image)]
