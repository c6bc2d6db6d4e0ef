"""What jobs speaks to besides its table: quota, the state machine and links, as a test wants them."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from omnigen_jobs.domain.messages import Attempt, Message
from omnigen_jobs.domain.records import Intent, Job
from omnigen_jobs.ports import Exporter, MediaLinks, Quota, Receivers, Sent, Workflow
from omnigen_shared.contracts.base import IntentId, JobId
from omnigen_shared.contracts.composer import Pending
from omnigen_shared.contracts.exports import (
    ExportFormat,
    ExportRequest,
    ExportResult,
    PreviewRequest,
    StreamPart,
    export_key,
)
from omnigen_shared.contracts.job import ExecutionKind
from omnigen_shared.contracts.spending import Reservation
from omnigen_shared.errors import (
    DependencyUnavailableError,
    InvalidRequestError,
    PlanLimitError,
    QuotaExceededError,
    RemoteProblemError,
    SpendingPausedError,
)

MONTH = "2026-11"


@dataclass
class FakeQuota(Quota):
    """Holds at most `places` open reservations. `is_down` hears nothing, `loses_replies` answers nothing."""

    places: int = 100
    is_down: bool = False
    loses_replies: bool = False
    plan_limit: bool = False
    resets_at: str | None = "2026-12-01T00:00:00Z"
    states: dict[str, str] = field(default_factory=dict)
    videos: dict[str, int] = field(default_factory=dict)
    is_paused: bool = False
    settled: dict[tuple[JobId, IntentId], int] = field(default_factory=dict)
    refunded: set[tuple[JobId, IntentId]] = field(default_factory=set)
    calls: list[str] = field(default_factory=list)

    @property
    def open_jobs(self) -> set[str]:
        return {job_id for job_id, state in self.states.items() if state == "open"}

    async def reserve(self, job: Job) -> Reservation:
        self._answer("reserve")
        if self.is_paused:
            raise SpendingPausedError("paused", retry_after_s=60)
        if self.plan_limit:
            raise PlanLimitError("more than the plan allows")
        if self.states.get(job.reservation_id, "open") != "open":
            raise RemoteProblemError(409, "reservation_closed", "closed")
        if job.reservation_id not in self.states and len(self.open_jobs) >= self.places:
            raise QuotaExceededError("full", details={"cap": "videos", "resets_at": self.resets_at}, retry_after_s=60)
        self.states.setdefault(job.reservation_id, "open")
        self.videos[job.reservation_id] = 0 if job.is_counted else 1
        self._lose()
        return Reservation(
            job_id=job.job_id,
            month=MONTH,
            max_cost_microusd=job.round_max_microusd,
            remaining_microusd=job.round_max_microusd,
        )

    async def settle(self, job: Job, intent: Intent, actual_microusd: int) -> None:
        self._answer("settle")
        self.settled[(job.job_id, intent.intent_id)] = actual_microusd

    async def refund(self, job: Job, intent: Intent) -> None:
        self._answer("refund")
        self.refunded.add((job.job_id, intent.intent_id))

    async def commit(self, job: Job, month: str) -> None:
        self._close(job, month, "committed")

    async def release(self, job: Job, month: str) -> None:
        self._close(job, month, "released")

    def _close(self, job: Job, month: str, state: str) -> None:
        self._answer(f"{state} {month}")
        if month == MONTH and job.reservation_id in self.states:
            self.states[job.reservation_id] = state

    def _answer(self, call: str) -> None:
        if self.is_down:
            raise DependencyUnavailableError("quota is down")
        self.calls.append(call)

    def _lose(self) -> None:
        if self.loses_replies:
            raise DependencyUnavailableError("the reply was lost")


@dataclass
class FakeWorkflow(Workflow):
    """Remembers what was started."""

    is_down: bool = False
    started: list[tuple[JobId, int]] = field(default_factory=list)
    settling: list[tuple[JobId, int]] = field(default_factory=list)
    looked_at: list[tuple[JobId, int, IntentId]] = field(default_factory=list)

    async def start(self, job: Job, kind: ExecutionKind = ExecutionKind.MAKE) -> None:
        if self.is_down:
            raise DependencyUnavailableError("no state machine")
        started = self.started if kind is ExecutionKind.MAKE else self.settling
        started.append((job.job_id, job.attempt))

    async def look(self, job: Job, intent_id: IntentId, provider_id: str) -> None:
        del provider_id
        if self.is_down:
            raise DependencyUnavailableError("no state machine")
        self.looked_at.append((job.job_id, job.attempt, intent_id))


class FakeMediaLinks(MediaLinks):
    """Links that say what they were made from."""

    async def link(self, key: str, filename: str, media_type: str, *, is_saved: bool = False) -> str:
        return f"https://media.test/{key}?name={filename}&type={media_type}{'&saved' if is_saved else ''}"


@dataclass
class FakeExporter(Exporter):
    """Has everything at once, or is as far as `progress`, or fails with `error`."""

    progress: float | None = None
    error: Exception | None = None
    orders: list[ExportRequest | PreviewRequest] = field(default_factory=list)

    async def order(self, job: Job, request: ExportRequest | PreviewRequest) -> ExportResult | Pending:
        self.orders.append(request)
        if self.error is not None:
            raise self.error
        if self.progress is not None:
            return Pending(progress=self.progress)
        return ExportResult(
            key=export_key(job.user_id, request),
            format=request.format if isinstance(request, ExportRequest) else ExportFormat.MP4,
            width=request.width,
            height=request.height,
            frames=450,
            duration_s=15.0,
            size_bytes=900,
            parts=(StreamPart(duration_ms=6000, size=800, offset=100),),
        )


@dataclass
class FakeReceivers(Receivers):
    """Answers as `judge` says, by the address; remembers what was sent where, and by how many secrets it was signed."""

    judge: Callable[[str, Message], int | str] = lambda _url, _message: 200
    sent: list[tuple[str, Message, tuple[str, ...]]] = field(default_factory=list)
    gate: asyncio.Event | None = None
    """While it is not set, everybody hangs."""
    refused: tuple[str, ...] = ()

    def check(self, url: str) -> None:
        if url in self.refused:
            raise InvalidRequestError("Not valid: url.", details={"fields": [{"field": "url"}]})

    async def send(self, url: str, secrets: Sequence[str], message: Message, at: datetime) -> Sent:
        self.sent.append((url, message, tuple(secrets)))
        if self.gate is not None:
            await self.gate.wait()
        await asyncio.sleep(0)
        verdict = self.judge(url, message)
        if isinstance(verdict, str):
            return Sent(Attempt(at=at, duration_ms=15_000 if verdict == "timed_out" else 5, problem=verdict))
        problem = None if 200 <= verdict < 300 else "refused"
        return Sent(Attempt(at=at, duration_ms=5, status=verdict, problem=problem), is_gone=verdict == 410)
