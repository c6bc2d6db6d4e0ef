"""Bodies and transitions: from source clips to prepared segments in the store."""

from pathlib import Path

from omnigen_composer.domain import clips, recipes
from omnigen_composer.domain.clips import ClipFacts, ClipLimits
from omnigen_composer.domain.frames import Span, body_span, to_seconds, transition_spans
from omnigen_composer.domain.problems import CompositionFailedError
from omnigen_composer.media.artefacts import Artefacts, check_made
from omnigen_composer.media.drawings import DrawingMaker
from omnigen_composer.media.ffmpeg import Ffmpeg, FfmpegError, FfmpegLimitError
from omnigen_composer.media.sources import fetch_clip, to_source
from omnigen_composer.media.tails import TailKey, Tails
from omnigen_composer.ports import Report
from omnigen_shared.contracts.composer import BodyRequest, SegmentResult, TransitionRequest, last_frame_key
from omnigen_shared.contracts.media import FrameSize
from omnigen_shared.together import run_all


class SegmentMaker:
    """Makes one segment in one folder."""

    def __init__(
        self, ffmpeg: Ffmpeg, artefacts: Artefacts, drawings: DrawingMaker, tails: Tails, limits: ClipLimits
    ) -> None:
        self._ffmpeg = ffmpeg
        self._tails = tails
        self._artefacts = artefacts
        self._drawings = drawings
        self._limits = limits

    async def make_body(self, key: str, request: BodyRequest, folder: Path, report: Report) -> None:
        """The body and its clip's last frame. ClipInvalidError, SourceMissingError, CompositionFailedError."""
        span, size = body_span(request), FrameSize(request.width, request.height)
        clip, video, image = folder / "clip", folder / "body.mp4", folder / "last.jpg"
        facts = await self._fetch(request.clip_key, request.kept_frames, clip)
        drawing = await self._drawings.prepare_body(request, span, folder)
        rest = Span(span.stop, request.kept_frames)
        tail = folder / "tail" if self._tails.has_room(rest.frames, size) else None
        arguments = recipes.body_args(
            to_source(clip, facts), span, request.kept_frames, size, video, image, drawing, tail
        )
        await self._encode(arguments, span, (request.clip_key,), report, folder if drawing.has_letters else None)
        await check_made(video, span.frames, size)
        if tail is not None:
            self._tails.keep(TailKey(request.clip_key, rest, size), tail, facts)
        last = last_frame_key(key)
        await self._artefacts.store_image(image, last)
        await self._artefacts.store_video(video, key, _result(key, span, has_audio=facts.has_audio, last=last))

    async def make_transition(self, key: str, request: TransitionRequest, folder: Path, report: Report) -> None:
        """The frames between two clips. ClipInvalidError, SourceMissingError, CompositionFailedError."""
        spans, size = transition_spans(request), FrameSize(request.width, request.height)
        left, right, video = folder / "left", folder / "right", folder / "transition.mp4"
        kept = self._tails.take(TailKey(request.left_clip_key, spans[0], size), left)
        facts = await run_all(
            [
                self._fetch(request.left_clip_key, request.left_kept_frames, left, kept),
                self._fetch(request.right_clip_key, request.right_kept_frames, right),
            ]
        )
        source = recipes.Tail(left) if kept else to_source(left, facts[0])
        drawing = await self._drawings.prepare_logo(request.logo, folder)
        arguments = recipes.transition_args(
            source, to_source(right, facts[1]), spans, size, video, request.style, drawing
        )
        await self._encode(arguments, spans[0], (request.left_clip_key, request.right_clip_key), report)
        await check_made(video, request.frames, size)
        has_audio = any(clip.has_audio for clip in facts)
        await self._artefacts.store_video(video, key, _result(key, spans[0], has_audio=has_audio, last=None))

    async def _fetch(self, key: str, kept_frames: int, path: Path, known: ClipFacts | None = None) -> ClipFacts:
        """`known` when what is needed of the clip lies there already."""
        return known or await fetch_clip(self._artefacts, self._limits, key, kept_frames, path)

    async def _encode(
        self,
        arguments: list[str],
        span: Span,
        sources: tuple[str, ...],
        report: Report,
        fonts_from: Path | None = None,
    ) -> None:
        def tell(frame: int) -> None:
            report(0.1 + 0.8 * min(1.0, frame / span.frames))

        try:
            await self._ffmpeg.run(arguments, tell, fonts_from=fonts_from)
        except FfmpegLimitError as error:
            raise CompositionFailedError(f"Encoding failed: {error}.", details={"clip_keys": sources}) from error
        except FfmpegError as error:
            raise clips.unreadable(" and ".join(sources), f"decoding failed ({error})") from error


def _result(key: str, span: Span, *, has_audio: bool, last: str | None) -> SegmentResult:
    return SegmentResult(
        key=key,
        frames=span.frames,
        duration_s=to_seconds(span.frames),
        has_audio=has_audio,
        last_frame_key=last,
    )
