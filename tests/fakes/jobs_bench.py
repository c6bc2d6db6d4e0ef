"""The jobs service over fakes, with the orders, records and identities that its tests need."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

import httpx
from fastapi import FastAPI
from pydantic import SecretStr
from tests.fakes.assets import BATCH, FakeAssetStore, FakeBox, FakeStudio
from tests.fakes.erasures import FakeErasureStore
from tests.fakes.job_outside import MONTH, FakeExporter, FakeMediaLinks, FakeQuota, FakeReceivers, FakeWorkflow
from tests.fakes.job_store import FakeJobStore
from tests.fakes.post_store import FakePostStore

from omnigen_jobs.app import Adapters, assemble, create_app, hire_courier, hire_tidier
from omnigen_jobs.domain.abilities import Wish
from omnigen_jobs.domain.batches import Batch, Item, ItemState
from omnigen_jobs.domain.ordering import Order, place_order
from omnigen_jobs.domain.records import Job, Money, Record
from omnigen_jobs.schemas.orders import JobOrder
from omnigen_jobs.settings import JobsSettings
from omnigen_shared.contracts.base import IntentId, JobId, UserId
from omnigen_shared.contracts.job import (
    BeginStage,
    IntentStatus,
    JobOutput,
    JobProblem,
    JobRequest,
    JobStatus,
    MoveIntent,
    PlanIntent,
)
from omnigen_shared.contracts.media import AspectRatio, Resolution
from omnigen_shared.contracts.storyboard import PlannedBy, Scene, Storyboard
from omnigen_shared.identity import IDENTITY_HEADER, IdentitySigner
from omnigen_shared.testing.clock import FrozenClock
from omnigen_shared.testing.identities import new_key_pair

PRIVATE, PUBLIC = new_key_pair()
RECEIPT_KEY, _ = new_key_pair()
USER = UserId("user-1")
JOB = JobId("job_" + "a" * 32)
OTHER_JOB = JobId("job_" + "b" * 32)
CLIP = IntentId("scene-01.1")
FINGERPRINT = "f" * 64
BODY: dict[str, Any] = {"prompt": "a mountain coffee brand at dawn", "duration_s": 15}
TODAY = date(2026, 11, 24)
LEASE = timedelta(seconds=45)
STAGES = (JobStatus.PLANNING, JobStatus.GENERATING, JobStatus.COMPOSING)


def make_settings(**changes: Any) -> JobsSettings:
    given: dict[str, Any] = {
        "identity_public_keys": {"gateway": [PUBLIC], "generator": [PUBLIC]},
        "identity_private_key": SecretStr(PRIVATE),
        "receipt_keys": [RECEIPT_KEY],
        "jobs_table": "jobs",
        "assets_bucket": "assets",
        "state_machine_arn": "arn:aws:states:us-east-1:000000000000:stateMachine:omnigen",
        "quota_url": "http://quota.test",
        "composer_url": "http://composer.test",
        "lease_s": LEASE.total_seconds(),
        "reaper_interval_s": 3600,
        "webhook_interval_s": 3600,
        "tidy_interval_s": 3600,
        "plan_poll_s": 0.001,
        "watch_poll_s": 0.001,
    }
    return JobsSettings(**{**given, **changes})


def make_order(user_id: UserId = USER, **body: Any) -> Order:
    order = JobOrder.model_validate({**BODY, **body})
    return place_order(user_id, "free", order.to_wish(TODAY), order.max_cost_usd)


def make_wish(request: JobRequest, *, is_seeded: bool = False) -> Wish:
    return Wish(request=request, is_seeded=is_seeded, today=TODAY)


def make_request(**changes: Any) -> JobRequest:
    given = {"prompt": "a hill at dawn", "duration_s": 15, "seed": 1}
    return JobRequest(**{**given, "aspect_ratio": AspectRatio.LANDSCAPE, "resolution": Resolution.P720, **changes})


def make_job(clock: FrozenClock, **changes: Any) -> Job:
    """A job whose first attempt has just begun."""
    now = clock.now()
    job = Job(
        job_id=JOB,
        user_id=USER,
        plan="free",
        request=make_request(),
        attempt=1,
        created_at=now,
        updated_at=now,
        deadline_at=now + timedelta(seconds=700),
        lease_until=now + LEASE,
        money=Money.RESERVED,
        month=MONTH,
        estimate_microusd=465_000,
        max_microusd=571_250,
        round_max_microusd=571_250,
        version=1,
    )
    return replace(job, **changes)


def make_batch(clock: FrozenClock, user_id: UserId = USER, videos: int = 2, **changes: Any) -> Batch:
    """One of which nothing is begun, and nothing is due."""
    items = tuple(
        Item(
            job_id=JobId(f"job_{number:032x}"),
            request=make_request(),
            is_seeded=False,
            max_microusd=600_000,
            estimate_microusd=440_000,
            state=ItemState.CANCELED,
        )
        for number in range(videos)
    )
    given = {"created_at": clock.now(), "due_at": None, "max_microusd": 1_200_000, "items": items, "version": 1}
    return Batch(**{"batch_id": BATCH, "user_id": user_id, "plan": "free", **given, **changes})


def make_storyboard(scenes: int = 3) -> Storyboard:
    return Storyboard(
        title="Dawn over the Hill — café",
        style="calm",
        palette=("amber",),
        music_prompt="a warm pulse",
        planned_by=PlannedBy.TEMPLATE,
        scenes=tuple(
            Scene(number=number, prompt=f"a hill, {number}", clip_duration_s=6, kept_frames=165, seed=number)
            for number in range(1, scenes + 1)
        ),
    )


def make_output(**changes: Any) -> JobOutput:
    given = {"frames": 450, "duration_s": 15.0, "size_bytes": 9, "width": 1280, "height": 720}
    keys = {"video_key": f"u/{USER}/renders/r/v.mp4", "poster_key": f"u/{USER}/renders/r/v.jpg"}
    return JobOutput(**{**given, **keys, **changes})


def make_problem(**changes: Any) -> JobProblem:
    given = {"code": "scene_failed", "stage": "generating", "detail": "no", "remedy": "Again.", "scene": 2}
    return JobProblem(**{**given, "provider_id": "p-9", **changes})


def make_plan(**changes: Any) -> PlanIntent:
    given = {"model": "m", "fingerprint": FINGERPRINT, "price_microusd": 150_000, "input": {"seed": 1, "scale": 7.0}}
    return PlanIntent(**{**given, **changes})


@dataclass
class JobsBench:
    """Everything that a test may look at or break, and the use cases over it."""

    store: Any = field(default_factory=FakeJobStore)
    keys: Any = None
    quota: Any = field(default_factory=FakeQuota)
    workflow: Any = field(default_factory=FakeWorkflow)
    exporter: FakeExporter = field(default_factory=FakeExporter)
    post: Any = None
    receivers: FakeReceivers = field(default_factory=FakeReceivers)
    assets: Any = None
    erasures: Any = None
    box: FakeBox = field(default_factory=FakeBox)
    clock: FrozenClock = field(default_factory=FrozenClock)
    settings: JobsSettings = field(default_factory=make_settings)

    def __post_init__(self) -> None:
        self.post = self.post or FakePostStore(self.store if isinstance(self.store, FakeJobStore) else FakeJobStore())
        self.assets = self.assets or FakeAssetStore(self.store if isinstance(self.store, FakeJobStore) else None)
        self.studio = FakeStudio(self.box)
        self.adapters = Adapters(
            store=self.store,
            keys=self.keys or self.store,
            census=self.store,
            quota=self.quota,
            workflow=self.workflow,
            media=FakeMediaLinks(),
            exporter=self.exporter,
            post=self.post,
            receivers=self.receivers,
            uploads=self.assets,
            shares=self.assets,
            batches=self.assets,
            erasures=self.erasures or FakeErasureStore(self.store, self.post, self.assets),
            chores=self.assets,
            box=self.box,
            studio=self.studio,
            clock=self.clock,
            readiness={},
        )
        if isinstance(self.store, FakeJobStore):
            self.store.on_commit = self.adapters.bell.ring
        self.uses, self.reaper = assemble(self.settings, self.adapters)
        self.courier = hire_courier(self.settings, self.adapters)
        self.tidier = hire_tidier(self.adapters, self.uses)

    async def create(self, **body: Any) -> JobId:
        return (await self.uses.creation.create(make_order(**body), None)).job_id

    async def read(self, job_id: JobId = JOB) -> Record:
        record = await self.store.find_record(job_id)
        assert record is not None
        return record  # type: ignore[no-any-return]

    async def tell_types(self, job_id: JobId = JOB) -> list[str]:
        return [event.type for event in await self.store.list_events(job_id, 0, 1000)]

    async def reach(self, status: JobStatus, job_id: JobId = JOB, attempt: int = 1) -> None:
        for stage in STAGES[: STAGES.index(status) + 1]:
            await self.uses.attempts.begin_stage(USER, job_id, attempt, BeginStage(status=stage))

    async def move(
        self, expected: str, status: str, job_id: JobId = JOB, intent: str = CLIP, attempt: int = 1, **told: Any
    ) -> Any:
        body = MoveIntent(expected=IntentStatus(expected), status=IntentStatus(status), **told)
        return await self.uses.spending.move(USER, job_id, attempt, IntentId(intent), body)

    async def plan(self, job_id: JobId = JOB, intent: str = CLIP, attempt: int = 1, **told: Any) -> Any:
        return await self.uses.spending.plan(USER, job_id, attempt, IntentId(intent), make_plan(**told))

    async def send(self, provider_id: str = "p-1", job_id: JobId = JOB, intent: str = CLIP) -> None:
        """From planned to created."""
        await self.move("planned", "reserved", job_id, intent)
        await self.move("reserved", "sending", job_id, intent, owner="w1")
        await self.move("sending", "created", job_id, intent, provider_id=provider_id)


def identity(issuer: str = "gateway", user_id: str = USER, plan: str = "free") -> dict[str, str]:
    """The header of a caller."""
    return {IDENTITY_HEADER: IdentitySigner(issuer, PRIVATE).sign("jobs", user_id, plan)}


@asynccontextmanager
async def open_http(bench: JobsBench) -> AsyncIterator[httpx.AsyncClient]:
    """The service without sockets; its lifespan runs."""
    app: FastAPI = create_app(bench.settings, bench.adapters)
    async with app.router.lifespan_context(app) as state:

        async def with_state(scope: Any, receive: Any, send: Any) -> None:
            await app({**scope, "state": dict(state or {})}, receive, send)

        transport = httpx.ASGITransport(with_state, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://jobs", headers=identity()) as client:
            yield client
