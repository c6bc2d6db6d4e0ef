"""Users' own pictures: checked by their content, decoded, made anew, stored under what they show."""

import asyncio
import hashlib
from pathlib import Path
from typing import Final

from omnigen_composer.domain.stills import check_head, refuse, still_args
from omnigen_composer.media.artefacts import Artefacts
from omnigen_composer.media.ffmpeg import Ffmpeg, FfmpegError, FfmpegLimitError
from omnigen_composer.media.probe import UnreadableError, probe_image, probe_still
from omnigen_composer.ports import Report
from omnigen_shared.contracts.stills import LARGEST_BYTES, LARGEST_SIDE_PX, StillRequest, StillResult, StillType

_SUFFIXES: Final = {StillType.PNG: ".png", StillType.JPEG: ".jpg"}


class StillMaker:
    """Makes one picture in one folder."""

    def __init__(self, ffmpeg: Ffmpeg, artefacts: Artefacts) -> None:
        self._ffmpeg = ffmpeg
        self._artefacts = artefacts

    async def make_still(self, key: str, request: StillRequest, folder: Path, report: Report) -> None:
        """Store the picture, then what came of it. SourceMissingError, StillInvalidError."""
        size_bytes = await self._artefacts.get_size(request.source_key)
        if size_bytes > LARGEST_BYTES:
            raise refuse(f"it has {size_bytes} bytes")
        source = folder / "source"
        await self._artefacts.fetch(request.source_key, source)
        report(0.3)
        made, media_type = await self._convert(source, request, folder)
        digest = hashlib.sha256(await asyncio.to_thread(made.read_bytes)).hexdigest()[:32]
        size = await asyncio.to_thread(probe_image, made, LARGEST_SIDE_PX)
        result = StillResult(
            key=f"u/{key.split('/')[1]}/stills/{digest}{_SUFFIXES[media_type]}",
            media_type=media_type,
            width=size.width,
            height=size.height,
            size_bytes=made.stat().st_size,
        )
        await self._artefacts.store_still(made, key, result)

    async def _convert(self, source: Path, request: StillRequest, folder: Path) -> tuple[Path, StillType]:
        try:
            head = await asyncio.to_thread(probe_still, source)
            check_head(head.codec, head.size, request.media_type)
            media_type = StillType.PNG if head.has_alpha else StillType.JPEG
            # Without an ending: FFmpeg would trust it more than some JPEGs' own beginning.
            made = folder / "made"
            await self._ffmpeg.run(still_args(source, request.side_px, media_type, made))
        except FfmpegLimitError as error:
            raise refuse(f"it takes too much to decode ({error})") from error
        except (UnreadableError, FfmpegError) as error:
            raise refuse(f"it cannot be read ({error})") from error
        if not made.exists():
            raise refuse("it has no picture")
        return made, media_type
