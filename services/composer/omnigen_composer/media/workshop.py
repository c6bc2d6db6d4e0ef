"""The workshop: each request to its maker, in a folder of its own."""

import platform
from typing import Self

from omnigen_composer.domain.clips import ClipLimits
from omnigen_composer.domain.keys import WorkRequest
from omnigen_composer.domain.recipe import recipe_id
from omnigen_composer.media.artefacts import Artefacts
from omnigen_composer.media.audio import SoundtrackMaker
from omnigen_composer.media.ffmpeg import Ffmpeg
from omnigen_composer.media.renders import RenderMaker
from omnigen_composer.media.scratch import Scratch
from omnigen_composer.media.segments import SegmentMaker
from omnigen_composer.media.sources import SoundSources
from omnigen_composer.ports import ArtefactStore, Report
from omnigen_shared.contracts.composer import BodyRequest, SoundtrackRequest, TransitionRequest


class FfmpegWorkshop:
    """Implements the Workshop port with one FFmpeg binary."""

    def __init__(self, recipe: str, ffmpeg: Ffmpeg, store: ArtefactStore, scratch: Scratch, limits: ClipLimits) -> None:
        artefacts = Artefacts(store)
        sources = SoundSources(artefacts, limits.size_bytes)
        self._recipe_id = recipe
        self._scratch = scratch
        self._segments = SegmentMaker(ffmpeg, artefacts, limits)
        self._soundtracks = SoundtrackMaker(ffmpeg, artefacts, sources)
        self._renders = RenderMaker(ffmpeg, artefacts, sources)

    @classmethod
    async def open(cls, ffmpeg: Ffmpeg, store: ArtefactStore, scratch: Scratch, limits: ClipLimits) -> Self:
        """Ask the binary what it is; that is part of the recipe."""
        recipe = recipe_id(await ffmpeg.read_build(), platform.machine())
        return cls(recipe, ffmpeg, store, scratch, limits)

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
            else:
                await self._renders.make_render(key, request, folder, report)
