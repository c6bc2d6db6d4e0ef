"""Composer tasks over one store, one clock and workshops that a test holds in its hands."""

import asyncio
from dataclasses import dataclass, field

from tests.fakes.object_store import MemoryStore
from tests.fakes.workshop import RECIPE, FakeWorkshop

from omnigen_composer.service.answering import Composer, Outcome, WaitLimits
from omnigen_composer.service.leases import Leases
from omnigen_composer.service.works import Crew, CrewLimits
from omnigen_shared.contracts.base import UserId
from omnigen_shared.contracts.composer import BodyRequest, RenderRequest, render_key, segment_key
from omnigen_shared.contracts.exports import ExportFormat, ExportRequest, export_key
from omnigen_shared.testing.clock import FrozenClock

ADA = UserId("ada")
LEASE_S = 30
ABANDON_S = 90
RENEW_S = 0.005


def a_body(number: int = 1, **changes: object) -> BodyRequest:
    body = BodyRequest(
        clip_key=f"u/ada/clips/{number}.mp4", width=64, height=36, kept_frames=60, head_frames=0, tail_frames=15
    )
    return body.model_copy(update=changes)


def key_of(body: BodyRequest) -> str:
    return segment_key(ADA, RECIPE, body)


def a_render(frames: int = 30) -> tuple[str, RenderRequest]:
    request = RenderRequest(segment_keys=(key_of(a_body()),), total_frames=frames)
    return render_key(ADA, RECIPE, request), request


def an_export(number: int = 1, user_id: UserId = ADA) -> tuple[str, ExportRequest]:
    request = ExportRequest(
        video_key=f"u/{user_id}/renders/r/{number}.mp4", format=ExportFormat.MP4, width=64, height=64
    )
    return export_key(user_id, request), request


@dataclass
class Task:
    """One of several composer processes: a service with a crew of its own."""

    store: MemoryStore
    clock: FrozenClock
    max_running: int = 2
    max_queued: int = 2

    def __post_init__(self) -> None:
        self.workshop = FakeWorkshop(self.store)
        self.leases = Leases(self.store, self.clock, LEASE_S, ABANDON_S / 3)
        limits = CrewLimits(self.max_running, self.max_queued, RENEW_S, ABANDON_S)
        self.crew = Crew(self.store, self.workshop, self.leases, limits)
        waits = WaitLimits(default_s=0, max_s=5)
        self.composer = Composer(self.store, self.workshop, self.leases, self.crew, waits)

    async def order(self, body: BodyRequest | None = None, wait_s: float = 0) -> Outcome:
        body = body or a_body()
        return await self.composer.order(ADA, key_of(body), body, wait_s)

    async def cancel(self, body: BodyRequest | None = None) -> None:
        await self.composer.cancel(ADA, key_of(body or a_body()))


@dataclass
class Bench:
    """What the tasks share."""

    store: MemoryStore = field(default_factory=MemoryStore)
    clock: FrozenClock = field(default_factory=FrozenClock)
    tasks: list[Task] = field(default_factory=list)

    def add_task(self, max_running: int = 2, max_queued: int = 2) -> Task:
        self.tasks.append(Task(self.store, self.clock, max_running, max_queued))
        return self.tasks[-1]

    async def close(self) -> None:
        await asyncio.gather(*(task.crew.close() for task in self.tasks))

    def notes(self) -> list[str]:
        return [key for key in self.store.objects if key.endswith(".lease")]
