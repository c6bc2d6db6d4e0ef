"""Other forms of finished videos: encoded or copied, signed where the file can carry it, stored."""

import asyncio
from pathlib import Path

from omnigen_composer.domain import exports
from omnigen_composer.domain.problems import CompositionFailedError
from omnigen_composer.domain.provenance import box_xmp, write_export_manifest, write_xmp
from omnigen_composer.media.artefacts import Artefacts, check_made
from omnigen_composer.media.credentials import Credentials, SigningError, append
from omnigen_composer.media.ffmpeg import Ffmpeg, FfmpegError
from omnigen_composer.media.probe import UnreadableError, inspect_video
from omnigen_composer.ports import Report
from omnigen_shared.contracts.exports import ExportFormat, ExportRequest, ExportResult, StreamPart
from omnigen_shared.contracts.media import FrameSize


class ExportMaker:
    """Makes one form of one video in one folder."""

    def __init__(self, ffmpeg: Ffmpeg, artefacts: Artefacts, credentials: Credentials) -> None:
        self._ffmpeg = ffmpeg
        self._artefacts = artefacts
        self._credentials = credentials

    async def make_export(self, key: str, request: ExportRequest, folder: Path, report: Report) -> None:
        """Store the file. SourceMissingError when the video is gone, CompositionFailedError."""
        try:
            await self._make(key, request, folder, report)
        except (FfmpegError, UnreadableError, SigningError) as error:
            raise CompositionFailedError(f"Exporting failed: {error}.") from error

    async def _make(self, key: str, request: ExportRequest, folder: Path, report: Report) -> None:
        source, made = folder / "video.mp4", folder / f"made.{request.format.suffix}"
        await self._artefacts.fetch(request.video_key, source)
        facts = await asyncio.to_thread(inspect_video, source)
        report(0.1)
        size = FrameSize(facts.width, facts.height)
        playlist = made.with_suffix(".m3u8")
        target = playlist if request.format is ExportFormat.HLS else made
        arguments = exports.export_args(request, source, size, facts.frames, target)
        await self._ffmpeg.run(arguments, lambda frame: report(0.1 + 0.8 * min(frame / facts.frames, 1.0)))
        parts: tuple[StreamPart, ...] = ()
        if request.format is ExportFormat.HLS:
            parts = exports.read_parts(await asyncio.to_thread(playlist.read_text))
        if request.format.is_signed:
            made = await asyncio.to_thread(self._sign, request, source, made)
        if request.format is ExportFormat.MP4:
            await check_made(made, facts.frames, FrameSize(request.width, request.height))
        await self._artefacts.store_export(made, key, _result(key, request, facts.frames, made, parts))

    def _sign(self, request: ExportRequest, source: Path, made: Path) -> Path:
        if request.format is ExportFormat.MP4:
            append(made, box_xmp(write_xmp(request.title, ())))
        signed = made.with_stem("signed")
        what = f"{request.format.value}, {request.width}x{request.height}"
        manifest = write_export_manifest(request.title, request.format.media_type, what)
        self._credentials.sign(made, signed, manifest, parent=source)
        return signed


def _result(key: str, request: ExportRequest, frames: int, made: Path, parts: tuple[StreamPart, ...]) -> ExportResult:
    size, (shown, duration_s) = exports.made_size(request), exports.count_shown(request.format, frames)
    return ExportResult(
        key=key,
        format=request.format,
        width=size.width,
        height=size.height,
        frames=shown,
        duration_s=duration_s,
        size_bytes=made.stat().st_size,
        parts=parts,
    )
