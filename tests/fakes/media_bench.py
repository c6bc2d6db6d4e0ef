"""The real workshop over a store in memory."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import imageio_ffmpeg
from tests.fakes.films import Change, Clip, plan_film
from tests.fakes.object_store import MemoryStore

from omnigen_composer.domain.clips import ClipLimits
from omnigen_composer.domain.keys import WorkRequest
from omnigen_composer.media.credentials import Credentials
from omnigen_composer.media.ffmpeg import Ffmpeg
from omnigen_composer.media.scratch import Scratch
from omnigen_composer.media.workshop import FfmpegWorkshop, Tools
from omnigen_local.credentials import SigningCredentials
from omnigen_shared.contracts.base import UserId
from omnigen_shared.contracts.composer import (
    BodyRequest,
    ClipSound,
    RenderRequest,
    RenderResult,
    SegmentRequest,
    SegmentResult,
    SoundtrackRequest,
    TransitionRequest,
    UsedModel,
    VoiceTrack,
    render_key,
    segment_key,
)
from omnigen_shared.contracts.exports import ExportRequest, ExportResult, PreviewRequest, export_key
from omnigen_shared.contracts.media import FrameSize

ADA = UserId("ada")
SIGNING = SigningCredentials.create()


@dataclass
class MediaBench:
    """Clips go in by number; segments and videos come out as files under `folder`."""

    folder: Path
    scratch: Scratch
    workshop: FfmpegWorkshop
    store: MemoryStore
    size: FrameSize = field(default_factory=lambda: FrameSize(128, 72))
    reports: list[float] = field(default_factory=list)

    @classmethod
    async def open(cls, folder: Path, time_limit_s: float = 60) -> "MediaBench":
        store, scratch = MemoryStore(), Scratch(folder / "scratch")
        ffmpeg = Ffmpeg(imageio_ffmpeg.get_ffmpeg_exe(), time_limit_s)
        limits = ClipLimits(size_bytes=5_000_000, duration_s=30, side_px=2000)
        tools = Tools(ffmpeg, store, scratch, Credentials(SIGNING.private_key, SIGNING.certificates))
        return cls(folder, scratch, await FfmpegWorkshop.open(tools, limits), store)

    def put(self, name: str, path: Path) -> str:
        key = f"u/{ADA}/sources/{name}"
        self.store.objects[key] = (path.read_bytes(), {})
        return key

    async def make_body(self, clip_key: str, kept: int, head: int = 0, tail: int = 0, **drawn: Any) -> SegmentResult:
        request = BodyRequest(
            clip_key=clip_key,
            width=self.size.width,
            height=self.size.height,
            kept_frames=kept,
            head_frames=head,
            tail_frames=tail,
            **drawn,
        )
        return await self._make_segment(request)

    async def make_transition(self, left: tuple[str, int], right: tuple[str, int], frames: int = 15) -> SegmentResult:
        request = TransitionRequest(
            left_clip_key=left[0],
            left_kept_frames=left[1],
            right_clip_key=right[0],
            right_kept_frames=right[1],
            width=self.size.width,
            height=self.size.height,
            frames=frames,
        )
        return await self._make_segment(request)

    async def make_soundtrack(self, request: SoundtrackRequest) -> SegmentResult:
        return await self._make_segment(request)

    async def make_film(
        self, clips: list[tuple[str, int]], changes: Sequence[Change] | None = None
    ) -> list[SegmentResult]:
        """Bodies and transitions of these (clip key, kept frames), in order; crossfades unless told otherwise."""
        scenes = [Clip(*clip) for clip in clips]
        changes = [Change()] * (len(clips) - 1) if changes is None else changes
        return [await self._make_segment(request) for request in plan_film(scenes, changes, self.size)]

    async def render(
        self,
        segments: list[SegmentResult],
        *,
        music_key: str | None = None,
        frames: int | None = None,
        title: str = "",
        voices: tuple[VoiceTrack, ...] = (),
        clip_sounds: tuple[ClipSound, ...] = (),
        has_captions: bool = False,
        models: tuple[UsedModel, ...] = (),
    ) -> RenderResult:
        """The soundtrack first, as a render does."""
        request = RenderRequest(
            segment_keys=tuple(segment.key for segment in segments),
            total_frames=frames or sum(segment.frames for segment in segments),
            music_key=music_key,
            title=title,
            voices=voices,
            clip_sounds=clip_sounds,
            has_captions=has_captions,
            models=models,
        )
        await self.make_soundtrack(request.soundtrack)
        key = render_key(ADA, self.workshop.recipe_id, request)
        return RenderResult.model_validate_json(await self._make(key, request))

    async def make_form(self, request: ExportRequest | PreviewRequest) -> ExportResult:
        return ExportResult.model_validate_json(await self._make(export_key(ADA, request), request))

    async def get(self, key: str) -> Path:
        """The object as a file."""
        path = self.folder / key.replace("/", "_")
        await self.store.download(key, path)
        return path

    def left_over(self) -> list[Path]:
        """Folders of work that are still there."""
        return [path for path in self.folder.glob("scratch/*/*") if path.name not in ("lock", "tails")]

    async def _make_segment(self, request: SegmentRequest) -> SegmentResult:
        key = segment_key(ADA, self.workshop.recipe_id, request)
        return SegmentResult.model_validate_json(await self._make(key, request))

    async def _make(self, key: str, request: WorkRequest) -> str:
        async with asyncio.timeout(120):
            await self.workshop.make(key, request, self.reports.append)
        return self.store.objects[key][1]["result"]
