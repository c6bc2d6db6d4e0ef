"""The growing preview: each scene that is there, small, behind the one before it.

A scene is made small once and kept, so that a preview of one scene more costs that scene and a join.
"""

import asyncio
from pathlib import Path

from omnigen_composer.domain import exports, recipes
from omnigen_composer.domain.clips import ClipLimits
from omnigen_composer.domain.frames import Span, to_seconds
from omnigen_composer.domain.problems import CompositionFailedError
from omnigen_composer.domain.provenance import write_manifest
from omnigen_composer.media.artefacts import Artefacts, check_made
from omnigen_composer.media.credentials import Credentials, SigningError
from omnigen_composer.media.ffmpeg import Ffmpeg, FfmpegError
from omnigen_composer.media.sources import fetch_clip, to_source
from omnigen_composer.ports import Report
from omnigen_shared.contracts.base import UserId
from omnigen_shared.contracts.exports import ExportFormat, ExportResult, PreviewRequest, PreviewScene, export_key
from omnigen_shared.contracts.media import FrameSize


class PreviewMaker:
    """Makes one preview in one folder."""

    def __init__(self, ffmpeg: Ffmpeg, artefacts: Artefacts, credentials: Credentials, limits: ClipLimits) -> None:
        self._ffmpeg = ffmpeg
        self._artefacts = artefacts
        self._credentials = credentials
        self._limits = limits

    async def make_preview(self, key: str, request: PreviewRequest, folder: Path, report: Report) -> None:
        """Store the video. SourceMissingError, ClipInvalidError, CompositionFailedError."""
        try:
            await self._make(key, request, folder, report)
        except (FfmpegError, SigningError) as error:
            raise CompositionFailedError(f"The preview failed: {error}.") from error

    async def _make(self, key: str, request: PreviewRequest, folder: Path, report: Report) -> None:
        frames = sum(scene.kept_frames for scene in request.scenes)
        if len(request.scenes) == 1:
            made = await self._make_scene(request, request.scenes[0], folder / "000.mp4")
        else:
            joined = await self._join(UserId(key.split("/")[1]), request, folder, report)
            made = await self._sign(request, joined, folder / "signed.mp4", frames)
        await self._artefacts.store_export(made, key, _result(key, request, frames, made))

    async def _join(self, user_id: UserId, request: PreviewRequest, folder: Path, report: Report) -> Path:
        names = [f"{number:03}.mp4" for number in range(len(request.scenes))]
        for number, (scene, name) in enumerate(zip(request.scenes, names, strict=True)):
            await self._get_scene(user_id, request, scene, folder / name)
            report(0.9 * (number + 1) / len(names))
        listing, joined = folder / "scenes.txt", folder / "joined.mp4"
        await asyncio.to_thread(listing.write_text, recipes.join_list(names))
        await self._ffmpeg.run(exports.join_preview_args(listing, joined))
        return joined

    async def _get_scene(self, user_id: UserId, request: PreviewRequest, scene: PreviewScene, path: Path) -> None:
        """From the store when an earlier preview has had it; else made, and kept for the next one."""
        alone = request.model_copy(update={"scenes": (scene,)})
        key = export_key(user_id, alone)
        if await self._artefacts.has(key):
            await self._artefacts.fetch(key, path)
            return
        await self._make_scene(request, scene, path)
        await self._artefacts.store_export(path, key, _result(key, alone, scene.kept_frames, path))

    async def _make_scene(self, request: PreviewRequest, scene: PreviewScene, path: Path) -> Path:
        clip = path.with_suffix(".clip")
        facts = await fetch_clip(self._artefacts, self._limits, scene.clip_key, scene.kept_frames, clip)
        size, span = FrameSize(request.width, request.height), Span(0, scene.kept_frames)
        plain = path.with_suffix(".plain.mp4")
        await self._ffmpeg.run(exports.small_args(to_source(clip, facts), span, size, plain))
        await asyncio.to_thread(clip.unlink)
        return await self._sign(request, plain, path, scene.kept_frames)

    async def _sign(self, request: PreviewRequest, plain: Path, signed: Path, frames: int) -> Path:
        """What goes to the store is signed and checked, whether it is a preview or a scene of later ones."""
        await asyncio.to_thread(self._credentials.sign, plain, signed, write_manifest("", "video/mp4", ()))
        await check_made(signed, frames, FrameSize(request.width, request.height))
        return signed


def _result(key: str, request: PreviewRequest, frames: int, made: Path) -> ExportResult:
    return ExportResult(
        key=key,
        format=ExportFormat.MP4,
        width=request.width,
        height=request.height,
        frames=frames,
        duration_s=to_seconds(frames),
        size_bytes=made.stat().st_size,
    )
