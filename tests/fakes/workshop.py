"""A workshop without FFmpeg: it works until a test lets it finish."""

import asyncio
from dataclasses import dataclass, field

from tests.fakes.object_store import MemoryStore

from omnigen_composer.domain.keys import Form, WorkRequest
from omnigen_composer.ports import Report
from omnigen_shared.contracts.composer import RenderRequest, RenderResult, SegmentResult
from omnigen_shared.contracts.exports import ExportFormat, ExportResult

RECIPE = "0123456789abcdef"


@dataclass
class FakeWorkshop:
    """Implements the Workshop port. `finish` lets every piece of work end, or fail with `error`."""

    store: MemoryStore
    finish: asyncio.Event = field(default_factory=asyncio.Event)
    error: Exception | None = None
    progress: float = 0.5
    begun: list[str] = field(default_factory=list)
    running: set[str] = field(default_factory=set)
    most_running: int = 0

    @property
    def recipe_id(self) -> str:
        return RECIPE

    async def make(self, key: str, request: WorkRequest, report: Report) -> None:
        self.begun.append(key)
        self.running.add(key)
        self.most_running = max(self.most_running, len(self.running))
        try:
            report(self.progress)
            await self.finish.wait()
            if self.error is not None:
                raise self.error
            self.store.objects[key] = (b"mp4", {"result": result_of(key, request).model_dump_json()})
        finally:
            self.running.discard(key)


def result_of(key: str, request: WorkRequest) -> SegmentResult | RenderResult | ExportResult:
    if isinstance(request, Form):
        return export_result(key)
    return render_result(key) if isinstance(request, RenderRequest) else segment_result(key)


def export_result(key: str) -> ExportResult:
    return ExportResult(key=key, format=ExportFormat.MP4, width=64, height=36, frames=30, duration_s=1.0, size_bytes=3)


def segment_result(key: str, frames: int = 30) -> SegmentResult:
    return SegmentResult(key=key, frames=frames, duration_s=frames / 30, has_audio=False)


def render_result(key: str, frames: int = 30) -> RenderResult:
    return RenderResult(
        key=key, poster_key=key, frames=frames, duration_s=frames / 30, size_bytes=3, width=64, height=36
    )
