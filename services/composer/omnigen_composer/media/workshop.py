"""The workshop: each request to its maker, in a folder of its own."""

import platform
from dataclasses import dataclass
from typing import Self

from omnigen_composer.domain.clips import ClipLimits
from omnigen_composer.domain.fonts import read_versions
from omnigen_composer.domain.keys import WorkRequest
from omnigen_composer.domain.recipe import recipe_id
from omnigen_composer.media.artefacts import Artefacts
from omnigen_composer.media.credentials import Credentials
from omnigen_composer.media.drawings import DrawingMaker
from omnigen_composer.media.exports import ExportMaker
from omnigen_composer.media.ffmpeg import Ffmpeg
from omnigen_composer.media.previews import PreviewMaker
from omnigen_composer.media.renders import RenderMaker
from omnigen_composer.media.scratch import Scratch
from omnigen_composer.media.segments import SegmentMaker
from omnigen_composer.media.soundtracks import SoundtrackMaker
from omnigen_composer.media.sources import SoundSources
from omnigen_composer.media.stills import StillMaker
from omnigen_composer.media.tails import Tails
from omnigen_composer.ports import ArtefactStore, Report
from omnigen_shared.contracts.composer import BodyRequest, SoundtrackRequest, TransitionRequest
from omnigen_shared.contracts.exports import ExportRequest, PreviewRequest
from omnigen_shared.contracts.stills import StillRequest


@dataclass(frozen=True, slots=True)
class Tools:
    """What a workshop works with."""

    ffmpeg: Ffmpeg
    store: ArtefactStore
    scratch: Scratch
    credentials: Credentials


class FfmpegWorkshop:
    """Implements the Workshop port with one FFmpeg binary."""

    def __init__(self, recipe: str, tools: Tools, limits: ClipLimits) -> None:
        artefacts, ffmpeg = Artefacts(tools.store), tools.ffmpeg
        sources = SoundSources(artefacts, limits.size_bytes)
        self._recipe_id = recipe
        self._scratch = tools.scratch
        self._segments = SegmentMaker(
            ffmpeg, artefacts, DrawingMaker(artefacts, sources), Tails(tools.scratch.shelf("tails")), limits
        )
        self._soundtracks = SoundtrackMaker(ffmpeg, artefacts, sources)
        self._renders = RenderMaker(ffmpeg, artefacts, sources, tools.credentials)
        self._exports = ExportMaker(ffmpeg, artefacts, tools.credentials)
        self._previews = PreviewMaker(ffmpeg, artefacts, tools.credentials, limits)
        self._stills = StillMaker(ffmpeg, artefacts)

    @classmethod
    async def open(cls, tools: Tools, limits: ClipLimits) -> Self:
        """Ask the binary and the fonts what they are; that is part of the recipe."""
        build = f"{await tools.ffmpeg.read_build()}{read_versions()}"
        return cls(recipe_id(build, platform.machine()), tools, limits)

    @property
    def recipe_id(self) -> str:
        return self._recipe_id

    async def make(self, key: str, request: WorkRequest, report: Report) -> None:
        async with self._scratch.folder() as folder:
            if isinstance(request, BodyRequest):
                await self._segments.make_body(key, request, folder, report)
            elif isinstance(request, TransitionRequest):
                await self._segments.make_transition(key, request, folder, report)
            elif isinstance(request, SoundtrackRequest):
                await self._soundtracks.make_soundtrack(key, request, folder, report)
            elif isinstance(request, ExportRequest):
                await self._exports.make_export(key, request, folder, report)
            elif isinstance(request, PreviewRequest):
                await self._previews.make_preview(key, request, folder, report)
            elif isinstance(request, StillRequest):
                await self._stills.make_still(key, request, folder, report)
            else:
                await self._renders.make_render(key, request, folder, report)
