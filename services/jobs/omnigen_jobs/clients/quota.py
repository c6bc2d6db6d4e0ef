"""quota over internal HTTP, on behalf of the job's user."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

import structlog

from omnigen_jobs.domain.records import Intent, Job
from omnigen_shared.client import InternalClient, Reply
from omnigen_shared.contracts.job import JobKind
from omnigen_shared.contracts.spending import Reservation, ReserveRequest, SettleRequest
from omnigen_shared.errors import (
    NotFoundError,
    PlanLimitError,
    ProblemError,
    QuotaExceededError,
    RemoteProblemError,
    SpendingPausedError,
)

TIMEOUT_S: Final = 5
"""Four tries of it fit into the lease of a creation (30 s)."""
CLOSED: Final = "reservation_closed"
_log = structlog.get_logger()
_REFUSALS: Final = {refusal.code: refusal for refusal in (QuotaExceededError, PlanLimitError, SpendingPausedError)}


@dataclass(frozen=True, slots=True)
class QuotaClient:
    """The Quota port."""

    client: InternalClient

    async def reserve(self, job: Job) -> Reservation:
        is_plan = job.kind is JobKind.STORYBOARD
        body = ReserveRequest(
            videos=0 if is_plan or job.is_counted else 1,
            storyboards=1 if is_plan else 0,
            max_cost_microusd=job.round_max_microusd,
            duration_s=job.request.duration_s,
            resolution=job.request.resolution,
        )
        try:
            reply = await self._call(
                job, "PUT", f"/internal/v1/reservations/{job.reservation_id}", body.model_dump(mode="json")
            )
        except RemoteProblemError as problem:
            raise _as_refusal(problem) from problem
        return Reservation.model_validate(reply.body)

    async def settle(self, job: Job, intent: Intent, actual_microusd: int) -> None:
        body = SettleRequest(actual_microusd=actual_microusd)
        await self._call(job, "POST", f"{_intent_path(intent)}/settle", body.model_dump(mode="json"))

    async def refund(self, job: Job, intent: Intent) -> None:
        await self._call_if_known(job, f"{_intent_path(intent)}/refund")

    async def commit(self, job: Job, month: str) -> None:
        with _closed_for_good(job, month):
            await self._call(job, "POST", f"{_path(job, month)}/commit")

    async def release(self, job: Job, month: str) -> None:
        with _closed_for_good(job, month):
            await self._call_if_known(job, f"{_path(job, month)}/release")

    async def _call_if_known(self, job: Job, path: str) -> None:
        try:
            await self._call(job, "POST", path)
        except RemoteProblemError as problem:
            if problem.remote_status != NotFoundError.status:
                raise

    async def _call(self, job: Job, method: str, path: str, body: Any = None) -> Reply:
        return await self.client.call(method, path, subject=job.user_id, plan=job.plan, body=body)


@contextmanager
def _closed_for_good(job: Job, month: str) -> Iterator[None]:
    """A reservation that quota has closed the other way (it gives up those of jobs that it never hears of) is closed.

    Nothing more can be spent on it, and what open calls hold stays held: there is nothing that asking again would help.
    """
    try:
        yield
    except RemoteProblemError as problem:
        if problem.remote_code != CLOSED:
            raise
        _log.warning("reservation_closed_otherwise", job_id=job.job_id, month=month, detail=problem.detail)


def _path(job: Job, month: str) -> str:
    return f"/internal/v1/reservations/{month}/{job.reservation_id}"


def _intent_path(intent: Intent) -> str:
    return f"/internal/v1/reservations/{intent.month}/{intent.reservation_id}/intents/{intent.intent_id}"


def _as_refusal(problem: RemoteProblemError) -> ProblemError:
    """What quota refuses for good, in our own classes; anything else stays what it is."""
    refusal = _REFUSALS.get(problem.remote_code)
    if refusal is None:
        return problem
    return refusal(problem.detail, remedy=problem.remedy, details=problem.details, retry_after_s=problem.retry_after_s)
