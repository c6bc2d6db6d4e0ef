"""The finished video: prepared segments joined by a copy, with sound and poster."""

import asyncio
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import structlog

from omnigen_composer.domain import posters, provenance, recipes
from omnigen_composer.domain.frames import check_total, to_seconds
from omnigen_composer.domain.keys import captions_key, poster_key
from omnigen_composer.domain.problems import (
    CompositionFailedError,
    SegmentMissingError,
    SourceMissingError,
)
from omnigen_composer.domain.speech import write_captions
from omnigen_composer.media.artefacts import Artefacts, check_made
from omnigen_composer.media.credentials import Credentials, SigningError, append
from omnigen_composer.media.ffmpeg import Ffmpeg, FfmpegError
from omnigen_composer.media.probe import UnreadableError, VideoFacts, find_looks, inspect_video
from omnigen_composer.media.sources import SoundSources
from omnigen_composer.ports import Report
from omnigen_shared.contracts.base import UserId
from omnigen_shared.contracts.composer import RenderRequest, RenderResult, SegmentResult, VoiceTrack, segment_key
from omnigen_shared.together import run_all

PREFETCHES: Final = 16
POSTER_SEGMENTS: Final = 6
_log = structlog.get_logger()


class RenderMaker:
    """Makes one video in one folder."""

    def __init__(self, ffmpeg: Ffmpeg, artefacts: Artefacts, sources: SoundSources, credentials: Credentials) -> None:
        self._ffmpeg = ffmpeg
        self._artefacts = artefacts
        self._sources = sources
        self._credentials = credentials

    async def make_render(self, key: str, request: RenderRequest, folder: Path, report: Report) -> None:
        """Store poster and video.

        SegmentMissingError (also for the soundtrack), FramesMismatchError, VoiceInvalidError, CompositionFailedError.
        """
        await self._check_segments(request)
        report(0.1)
        try:
            await self._make(key, request, folder, report)
        except (FfmpegError, UnreadableError, SigningError) as error:
            raise CompositionFailedError(f"Joining failed: {error}.") from error

    async def _make(self, key: str, request: RenderRequest, folder: Path, report: Report) -> None:
        sound, pictures = await run_all(
            [
                self._fetch_sound(key, request, folder / "soundtrack.m4a"),
                self._make_pictures(request.segment_keys, folder),
            ]
        )
        captions = (
            await self._write_captions(request.voices, folder) if request.has_captions and request.voices else None
        )
        report(0.7)
        video, poster = folder / "signed.mp4", folder / "poster.jpg"
        begun_s = time.monotonic()
        await self._ffmpeg.run(recipes.join_args(pictures, sound, request.title, folder / "joined.mp4", captions))
        joined_s = time.monotonic()
        await asyncio.to_thread(self._sign, request, folder / "joined.mp4", video)
        _log.info("video_made", key=key, join_s=joined_s - begun_s, sign_s=time.monotonic() - joined_s)
        facts = await check_made(video, request.total_frames, None)
        report(0.9)
        await self._artefacts.store_image(poster, poster_key(key))
        if captions is not None:
            await self._artefacts.store_captions(captions, captions_key(key))
        await self._artefacts.store_video(video, key, _result(key, video, facts, has_captions=captions is not None))

    def _sign(self, request: RenderRequest, joined: Path, signed: Path) -> None:
        """The last change to the file: whatever is written to it afterwards breaks the signature."""
        append(joined, provenance.box_xmp(provenance.write_xmp(request.title, request.models)))
        manifest = provenance.write_manifest(request.title, "video/mp4", request.models)
        self._credentials.sign(joined, signed, manifest)

    async def _check_segments(self, request: RenderRequest) -> None:
        found = await run_all(map(self._artefacts.find_segment, request.segment_keys))
        missing = [key for key, result in zip(request.segment_keys, found, strict=True) if result is None]
        if missing:
            raise _missing("Some segments are not prepared.", missing)
        check_total(request.total_frames, [result.frames for result in found if isinstance(result, SegmentResult)])

    async def _fetch_sound(self, key: str, request: RenderRequest, path: Path) -> Path:
        _, user_id, _, recipe_id, _ = key.split("/")
        soundtrack = segment_key(UserId(user_id), recipe_id, request.soundtrack)
        try:
            await self._artefacts.fetch(soundtrack, path)
        except SourceMissingError as error:
            raise _missing("The soundtrack is not prepared.", [soundtrack]) from error
        return path

    async def _write_captions(self, voices: Sequence[VoiceTrack], folder: Path) -> Path:
        lines = await self._sources.fetch_lines(voices, folder)
        captions = folder / "captions.vtt"
        await asyncio.to_thread(captions.write_text, write_captions(lines), encoding="utf-8")
        return captions

    async def _make_pictures(self, keys: Sequence[str], folder: Path) -> Path:
        """Fetch the segments and take the poster from them; the path of their list for the concat demuxer."""
        names = [f"{index:03}.mp4" for index in range(len(keys))]
        limit = asyncio.Semaphore(PREFETCHES)

        async def fetch(key: str, name: str) -> VideoFacts:
            async with limit:
                await self._artefacts.fetch(key, folder / name)
            try:
                return await asyncio.to_thread(inspect_video, folder / name)
            except UnreadableError as error:
                raise _missing(f"A segment is damaged: {error}.", [key]) from error

        facts = await run_all(map(fetch, keys, names))
        _check_parameter_sets(keys, facts)
        await self._make_poster([folder / name for name in names], folder / "poster.jpg")
        listing = folder / "segments.txt"
        await asyncio.to_thread(listing.write_text, recipes.join_list(names))
        return listing

    async def _make_poster(self, segments: Sequence[Path], poster: Path) -> None:
        chosen = segments[:: -(-len(segments) // POSTER_SEGMENTS)]
        looks = await asyncio.to_thread(lambda: [find_looks(segment) for segment in chosen])
        index, look = posters.choose(looks)
        await self._ffmpeg.run(recipes.poster_args(chosen[index], look.at_s, poster))


def _check_parameter_sets(keys: Sequence[str], facts: Sequence[VideoFacts]) -> None:
    foreign = [
        key
        for key, fact in zip(keys, facts, strict=True)
        if (fact.parameter_sets, fact.width, fact.height) != (facts[0].parameter_sets, facts[0].width, facts[0].height)
    ]
    if foreign:
        raise _missing("Some segments were encoded differently from the first one.", foreign)


def _missing(detail: str, keys: Sequence[str]) -> SegmentMissingError:
    return SegmentMissingError(detail, details={"keys": list(keys)})


def _result(key: str, video: Path, facts: VideoFacts, *, has_captions: bool) -> RenderResult:
    return RenderResult(
        key=key,
        poster_key=poster_key(key),
        captions_key=captions_key(key) if has_captions else None,
        frames=facts.frames,
        duration_s=to_seconds(facts.frames),
        size_bytes=video.stat().st_size,
        width=facts.width,
        height=facts.height,
    )
