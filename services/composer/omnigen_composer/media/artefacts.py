"""Between this machine's disk and the store, and what a finished file must be like before it is stored."""

import asyncio
from pathlib import Path

from omnigen_composer.domain.problems import CompositionFailedError, SourceMissingError
from omnigen_composer.domain.recipes import TIMESCALE
from omnigen_composer.media.probe import UnreadableError, VideoFacts, inspect_video
from omnigen_composer.ports import ArtefactStore, MissingObjectError
from omnigen_shared.contracts.composer import RenderResult, SegmentResult
from omnigen_shared.contracts.exports import ExportFormat, ExportResult
from omnigen_shared.contracts.media import FPS, FrameSize
from omnigen_shared.contracts.stills import StillResult

_GAP = TIMESCALE // FPS


class Artefacts:
    """Files of one piece of work. A video is stored last: that it exists means that all of it does."""

    def __init__(self, store: ArtefactStore) -> None:
        self._store = store

    async def get_size(self, key: str) -> int:
        """Size in bytes. SourceMissingError when there is no such object."""
        found = await self._store.find(key)
        if found is None:
            raise _missing(key)
        return found.size_bytes

    async def fetch(self, key: str, path: Path) -> None:
        """Copy an object to disk. SourceMissingError when there is no such object."""
        try:
            await self._store.download(key, path)
        except MissingObjectError as error:
            raise _missing(key) from error

    async def has(self, key: str) -> bool:
        """Whether there is such an object."""
        return await self._store.find(key) is not None

    async def find_segment(self, key: str) -> SegmentResult | None:
        """What was stored with a segment, or None."""
        found = await self._store.find(key)
        if found is None or found.result_json is None:
            return None
        return SegmentResult.model_validate_json(found.result_json)

    async def store_image(self, path: Path, key: str) -> None:
        """Store a JPEG."""
        await self._store.upload(path, key, "image/jpeg", {})

    async def store_captions(self, path: Path, key: str) -> None:
        """Store a WebVTT."""
        await self._store.upload(path, key, "text/vtt; charset=utf-8", {})

    async def store_sound(self, path: Path, key: str, result: SegmentResult) -> None:
        """Store an MP4 without a picture and, as its metadata, what its callers are answered."""
        await self._store.upload(path, key, "audio/mp4", {"result": result.model_dump_json()})

    async def store_video(self, path: Path, key: str, result: SegmentResult | RenderResult) -> None:
        """Store an MP4 and, as its metadata, what its callers are answered."""
        await self._store.upload(path, key, "video/mp4", {"result": result.model_dump_json()})

    async def store_export(self, path: Path, key: str, result: ExportResult) -> None:
        """Store another form of a video and, as its metadata, what its callers are answered."""
        media_type = "video/mp4" if result.format is ExportFormat.HLS else result.format.media_type
        await self._store.upload(path, key, media_type, {"result": result.model_dump_json()})

    async def store_still(self, path: Path, key: str, result: StillResult) -> None:
        """Store a picture under its own key; then, under `key`, an empty file with what its callers are answered."""
        await self._store.upload(path, result.key, result.media_type.value, {})
        note = path.with_suffix(".json")
        await asyncio.to_thread(note.touch)
        await self._store.upload(note, key, "application/json", {"result": result.model_dump_json()})


async def check_made(video: Path, frames: int, size: FrameSize | None) -> VideoFacts:
    """Facts of a file that we have made. CompositionFailedError unless it is exactly what it should be."""
    try:
        facts = await asyncio.to_thread(inspect_video, video)
    except UnreadableError as error:
        raise CompositionFailedError(f"What was made cannot be read: {error}.") from error
    if facts.frames != frames or not facts.gaps <= {_GAP} or (size and (facts.width, facts.height) != size):
        raise CompositionFailedError(
            f"Made were {facts.frames} frames of {facts.width}x{facts.height} instead of {frames}.",
            details={"frames": facts.frames, "expected_frames": frames, "gaps": sorted(facts.gaps)},
        )
    return facts


def _missing(key: str) -> SourceMissingError:
    return SourceMissingError(f"There is no object {key}.", details={"keys": [key]})
