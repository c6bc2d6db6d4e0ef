"""Other forms of a finished video: what may be asked for, how it is named, and what the composer is told.

An export has no record of its own: its id spells out what it is, and the composer's key is its state.
"""

import re
from dataclasses import dataclass
from typing import Final

from omnigen_jobs.domain.problems import nothing_there
from omnigen_jobs.domain.records import Job, Record, Scene
from omnigen_shared.contracts.exports import (
    ExportFormat,
    ExportRequest,
    ExportResult,
    ExportShape,
    Fit,
    PreviewRequest,
    PreviewScene,
)
from omnigen_shared.contracts.job import JobOutput, SceneState
from omnigen_shared.contracts.media import FrameSize, Resolution, frame_size
from omnigen_shared.contracts.storyboard import Storyboard
from omnigen_shared.errors import InvalidRequestError

UNCHANGED: Final = "same"
PREVIEW_HEIGHT_PX: Final = 240
_SHAPES: Final = {shape.value.replace(":", "x"): shape for shape in ExportShape} | {UNCHANGED: None}
ID_PATTERN: Final = "_".join(f"({'|'.join(names)})" for names in (ExportFormat, _SHAPES, Resolution, Fit))
"""`mp4_9x16_720p_blur`: format, shape, resolution and fit."""
_ID: Final = re.compile(ID_PATTERN)
_SHOWN: Final = frozenset({SceneState.INGESTED, SceneState.PREPARED})


@dataclass(frozen=True, slots=True)
class ExportWish:
    """What a user asks for. Without a shape the video's own is kept."""

    format: ExportFormat
    shape: ExportShape | None
    resolution: Resolution
    fit: Fit

    @property
    def export_id(self) -> str:
        """`mp4_9x16_720p_blur`."""
        shape = UNCHANGED if self.shape is None else self.shape.value.replace(":", "x")
        return f"{self.format.value}_{shape}_{self.resolution.value}_{self.fit.value}"


def parse_id(export_id: str, output: JobOutput) -> ExportWish:
    """NotFoundError for what no export of this video is ever called."""
    found = _ID.fullmatch(export_id)
    if found is None:
        raise nothing_there()
    made, shape, resolution, fit = found.groups()
    wish = ExportWish(ExportFormat(made), _SHAPES[shape], Resolution(resolution), Fit(fit))
    if _is_larger(wish, output):
        raise nothing_there()
    return wish


def find_largest(output: JobOutput) -> Resolution:
    """The largest that a video can be exported in: nothing is made larger than it is."""
    fitting = [each for each in Resolution if each.short_side_px <= min(output.width, output.height)]
    return max(fitting, key=lambda each: each.short_side_px, default=Resolution.P480)


def _is_larger(wish: ExportWish, output: JobOutput) -> bool:
    return wish.resolution.short_side_px > find_largest(output).short_side_px


def check_size(wish: ExportWish, output: JobOutput) -> None:
    """InvalidRequestError when the export would be larger than the video."""
    if _is_larger(wish, output):
        largest = find_largest(output)
        allowed = [each.value for each in Resolution if each.short_side_px <= largest.short_side_px]
        message = f"The video has {largest.value}; an export is never larger than its video"
        limits = {"type": "string", "allowed": allowed}
        raise InvalidRequestError(
            f"Not valid: resolution: {message}.",
            remedy=f"Ask for {largest.value} or less.",
            details={"fields": [{"field": "resolution", "message": message, "limits": limits}]},
        )


def to_request(job: Job, output: JobOutput, wish: ExportWish) -> ExportRequest:
    """What the composer is told."""
    size = _find_size(wish, output)
    return ExportRequest(
        video_key=output.video_key,
        format=wish.format,
        width=size.width,
        height=size.height,
        fit=wish.fit,
        title="" if job.storyboard is None else job.storyboard.title,
    )


def to_preview(record: Record) -> PreviewRequest | None:
    """The scenes whose clips are there, small; None before there is one."""
    plan = record.job.storyboard
    ready = [] if plan is None else [scene for scene in record.all_scenes if _is_shown(scene)]
    if plan is None or not ready:
        return None
    order = record.job.request
    size = frame_size(order.aspect_ratio, order.resolution)
    scale = PREVIEW_HEIGHT_PX / min(size)
    scenes = tuple(_to_scene(plan, scene) for scene in ready)
    return PreviewRequest(scenes=scenes, width=_even(size.width * scale), height=_even(size.height * scale))


def write_playlist(url: str, result: ExportResult) -> str:
    """An HLS playlist over one file, which every line names by the same signed link."""
    lines = [
        "#EXTM3U",
        "#EXT-X-VERSION:7",
        f"#EXT-X-TARGETDURATION:{max((-(-part.duration_ms // 1000) for part in result.parts), default=1)}",
        "#EXT-X-PLAYLIST-TYPE:VOD",
        f'#EXT-X-MAP:URI="{url}",BYTERANGE="{result.parts[0].offset if result.parts else 0}@0"',
    ]
    for part in result.parts:
        lines += [f"#EXTINF:{part.duration_ms / 1000:.3f},", f"#EXT-X-BYTERANGE:{part.size}@{part.offset}", url]
    return "\n".join([*lines, "#EXT-X-ENDLIST", ""])


def _find_size(wish: ExportWish, output: JobOutput) -> FrameSize:
    """The video's own size is kept to the pixel where nothing else is asked for."""
    if wish.shape is not None:
        return wish.shape.size(wish.resolution.short_side_px)
    short = min(output.width, output.height)
    if wish.resolution.short_side_px >= short:
        return FrameSize(output.width, output.height)
    scale = wish.resolution.short_side_px / short
    return FrameSize(_even(output.width * scale), _even(output.height * scale))


def _is_shown(scene: Scene) -> bool:
    return scene.state in _SHOWN and scene.clip_key is not None


def _to_scene(plan: Storyboard, scene: Scene) -> PreviewScene:
    return PreviewScene(clip_key=scene.clip_key or "", kept_frames=plan.scenes[scene.number - 1].kept_frames)


def _even(length: float) -> int:
    return round(length / 2) * 2
