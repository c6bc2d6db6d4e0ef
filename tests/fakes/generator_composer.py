"""The composer and the bucket as the generator sees them: work takes time, and its S3 key is its status."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import IO

from omnigen_generator.domain.attempts import AttemptRef
from omnigen_generator.domain.errors import ClipInvalidError, MusicInvalidError, SegmentMissingError, VoiceInvalidError
from omnigen_generator.ports import Assets, Composer, Composing
from omnigen_shared.clock import Clock
from omnigen_shared.contracts.composer import (
    BodyRequest,
    Pending,
    RenderRequest,
    RenderResult,
    SegmentRequest,
    SegmentResult,
    Sounds,
    SoundtrackRequest,
)


@dataclass(slots=True)
class FakeAssets(Assets):
    """Objects by key, with their media types."""

    objects: dict[str, tuple[bytes, str]] = field(default_factory=dict)

    async def open(self) -> None:
        """There is nothing to get ready."""

    async def put(self, key: str, content: IO[bytes], media_type: str) -> None:
        content.seek(0)
        self.objects[key] = (content.read(), media_type)

    async def link(self, key: str) -> str:
        return f"https://bucket.test/assets/{key}?signature={len(key)}"

    async def get_text(self, key: str) -> str:
        return self.objects[key][0].decode()


@dataclass
class FakeComposer(Composer):
    """`work_s` per artefact. What is bad is refused, which is told when the work is over."""

    clock: Clock
    assets: FakeAssets
    work_s: float = 2
    bad_clips: set[str] = field(default_factory=set)
    is_music_bad: bool = False
    are_voices_bad: bool = False
    bad_lines: set[str] = field(default_factory=set)
    """What is said in speech that cannot be used."""
    ready_at: dict[str, datetime] = field(default_factory=dict)
    segments: dict[str, SegmentRequest] = field(default_factory=dict)
    renders: dict[str, RenderRequest] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    requested: list[SegmentRequest] = field(default_factory=list)
    begun_early: set[str] = field(default_factory=set)

    async def get_recipe(self, ref: AttemptRef) -> str:
        del ref
        return "recipe1"

    async def put_segment(
        self, ref: AttemptRef, key: str, request: SegmentRequest, *, is_held: bool = True
    ) -> SegmentResult | Composing:
        del is_held
        assert key.startswith(f"u/{ref.user_id}/segments/recipe1/")
        for clip in self._clips(request):
            assert clip in self.assets.objects, f"{clip} is not in the bucket"
        self.requested.append(request)
        if not self._is_over(key):
            return Composing(Pending(progress=0.5), retry_after_s=1)
        if self.bad_clips & set(self._clips(request)):
            raise ClipInvalidError(422, "clip_invalid", "no video stream")
        if isinstance(request, SoundtrackRequest):
            self.refuse_sounds(request)
        self.segments[key] = request
        frames = self._count_frames(request)
        return SegmentResult(key=key, frames=frames, duration_s=frames / 30, has_audio=False)

    async def put_render(
        self, ref: AttemptRef, key: str, request: RenderRequest, *, is_held: bool = True
    ) -> RenderResult | Composing:
        self.begun_early |= set() if is_held else {key}
        assert key.startswith(f"u/{ref.user_id}/renders/recipe1/")
        missing = [segment for segment in request.segment_keys if segment not in self.segments]
        if missing:
            raise SegmentMissingError(424, "segment_missing", f"{missing} are missing")
        if not self._is_over(key):
            return Composing(Pending(progress=0.5), retry_after_s=1)
        self.refuse_sounds(request)
        self.renders[key] = request
        frames = request.total_frames
        return RenderResult(
            key=key,
            poster_key=key.replace(".mp4", ".jpg"),
            captions_key=key.replace(".mp4", ".vtt") if request.has_captions and request.voices else None,
            frames=frames,
            duration_s=frames / 30,
            size_bytes=1000,
            width=1280,
            height=720,
        )

    def __post_init__(self) -> None:
        self.refuse_sounds: Callable[[Sounds], None] = self._refuse_sounds

    def _refuse_sounds(self, request: Sounds) -> None:
        if request.music_key is not None and self.is_music_bad:
            raise MusicInvalidError(422, "music_invalid", "that is no music")
        for voice in request.voices:
            if self.are_voices_bad or voice.text in self.bad_lines:
                bad = {"key": voice.speech_key}
                raise VoiceInvalidError(422, "voice_invalid", "that is no voice", details=bad)

    async def cancel(self, ref: AttemptRef, key: str) -> None:
        assert key.startswith(f"u/{ref.user_id}/")
        if self.clock.now() < self.ready_at.get(key, self.clock.now()):
            del self.ready_at[key]

    def list_running(self) -> set[str]:
        """Keys of what is being made."""
        return {key for key, ready_at in self.ready_at.items() if self.clock.now() < ready_at}

    def lose(self, key: str) -> None:
        """A segment disappears, as when its recipe's composer has gone."""
        del self.segments[key]

    def _is_over(self, key: str) -> bool:
        self.asked.append(key)
        ready_at = self.ready_at.setdefault(key, self.clock.now() + timedelta(seconds=self.work_s))
        return self.clock.now() >= ready_at

    @staticmethod
    def _clips(request: SegmentRequest) -> tuple[str, ...]:
        if isinstance(request, SoundtrackRequest):
            return ()
        if isinstance(request, BodyRequest):
            return (request.clip_key,)
        return request.left_clip_key, request.right_clip_key

    @staticmethod
    def _count_frames(request: SegmentRequest) -> int:
        if isinstance(request, SoundtrackRequest):
            return request.total_frames
        return request.kept_frames if isinstance(request, BodyRequest) else request.frames
