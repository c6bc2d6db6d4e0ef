"""Prepares what is drawn over a clip: fetches the logo, writes the script, lays the fonts that it needs beside it."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from omnigen_composer.domain import drawing, fonts, lettering
from omnigen_composer.domain.drawing import NOTHING_DRAWN, Drawing
from omnigen_composer.domain.frames import Span
from omnigen_composer.domain.lettering import Cue
from omnigen_composer.domain.problems import VoiceInvalidError
from omnigen_composer.media.artefacts import Artefacts
from omnigen_composer.media.ffmpeg import FONT_LIST
from omnigen_composer.media.probe import UnreadableError, probe_image
from omnigen_composer.media.sources import SoundSources
from omnigen_shared.contracts.composer import BodyRequest, Logo, VoiceTrack
from omnigen_shared.contracts.media import FrameSize

_NO_FONTS_BUT_OURS: Final = '<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig/>'


class DrawingMaker:
    """Works in the folder of one segment."""

    def __init__(self, artefacts: Artefacts, sources: SoundSources) -> None:
        self._artefacts = artefacts
        self._sources = sources

    async def prepare_body(self, request: BodyRequest, span: Span, folder: Path) -> Drawing:
        """LogoInvalidError, SourceMissingError."""
        drawn = await self.prepare_logo(request.logo, folder)
        size = FrameSize(request.width, request.height)
        captions = await self._time_caption(request.caption, size, folder)
        card = request.end_card
        last = None if card is None else Cue(span.frames - card.frames, span.frames, card.text)
        if not captions and last is None:
            return drawn
        await asyncio.to_thread(_write_letters, size, captions, last, folder)
        return replace(drawn, has_letters=True)

    async def prepare_logo(self, logo: Logo | None, folder: Path) -> Drawing:
        """LogoInvalidError, SourceMissingError."""
        if logo is None:
            return NOTHING_DRAWN
        size_bytes = await self._artefacts.get_size(logo.image_key)
        if size_bytes > drawing.MAX_LOGO_BYTES:
            raise drawing.refuse_logo(logo.image_key, f"it has {size_bytes} bytes")
        image = folder / "logo"
        await self._artefacts.fetch(logo.image_key, image)
        try:
            size = await asyncio.to_thread(probe_image, image, drawing.MAX_LOGO_SIDE_PX)
        except UnreadableError as error:
            raise drawing.refuse_logo(logo.image_key, str(error)) from error
        if max(size) > drawing.MAX_LOGO_SIDE_PX:
            raise drawing.refuse_logo(logo.image_key, f"it has {size.width}x{size.height} pixels")
        return Drawing(image, logo.corner)

    async def _time_caption(self, track: VoiceTrack | None, size: FrameSize, folder: Path) -> list[Cue]:
        """As long as the line is said. One that cannot be heard is not shown: the render will do without it."""
        if track is None:
            return []
        try:
            [line] = await self._sources.fetch_lines([track], folder)
        except VoiceInvalidError:
            return []
        return list(lettering.cues_of(lettering.cut_text(line.text, size), line.start_frame, line.frames))


def _write_letters(size: FrameSize, captions: Sequence[Cue], card: Cue | None, folder: Path) -> None:
    script = lettering.write_script(size, captions, card)
    (folder / drawing.SCRIPT_FILE).write_text(script, encoding="utf-8")
    (folder / FONT_LIST).write_text(_NO_FONTS_BUT_OURS, encoding="utf-8")
    shelf = folder / drawing.FONTS_FOLDER
    shelf.mkdir()
    for font in fonts.list_fonts([cue.text for cue in (*captions, *filter(None, [card]))]):
        (shelf / font.file).symlink_to(fonts.find_file(font))
