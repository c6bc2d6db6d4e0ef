"""Plans without a video. Each is made once for a request, however often it is asked for."""

import asyncio
import secrets
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Final

from omnigen_jobs.domain.changes import bumped, change_job
from omnigen_jobs.domain.idempotency import LEASE
from omnigen_jobs.domain.ordering import Order
from omnigen_jobs.domain.planning import draft_plan, is_reusable, name_plan
from omnigen_jobs.domain.problems import nothing_there
from omnigen_jobs.domain.records import Record
from omnigen_jobs.ports import JobStore, WriteConflictError
from omnigen_jobs.service.launching import Launcher
from omnigen_jobs.service.writing import get_record
from omnigen_shared.clock import Clock
from omnigen_shared.contracts.base import JobId, UserId
from omnigen_shared.contracts.job import JobKind
from omnigen_shared.tracing import current_traceparent

MOST_TRIES: Final = 100


class Storyboards:
    """A plan is a job of its own kind, so it is paid, watched over and ended like any other.

    A caller is kept for it for `hold_s` at most, and not once `is_stopping`; its record is read every `poll_s`.
    """

    def __init__(
        self,
        store: JobStore,
        launcher: Launcher,
        clock: Clock,
        margin: timedelta,
        poll_s: float,
        hold_s: float,
        is_stopping: Callable[[], bool] = lambda: False,
    ) -> None:
        self._store = store
        self._launcher = launcher
        self._clock = clock
        self._margin = margin
        self._poll_s = poll_s
        self._hold_s = hold_s
        self._is_stopping = is_stopping

    async def plan(self, order: Order, *, is_fresh: bool, key: str | None) -> Record:
        """The plan, or what there is of it after a while. QuotaExceededError, PlanLimitError.

        A fresh one is made once per `key`, or at each call without one.
        """
        job_id = name_plan(order, f"fresh {key or secrets.token_hex(16)}") if is_fresh else await self._find_id(order)
        if await self._store.find_job(job_id) is None:
            await self._begin(order, job_id, is_fresh=is_fresh)
        return await self._wait(order.user_id, job_id)

    async def get(self, user_id: UserId, job_id: JobId) -> Record:
        """NotFoundError also for what is a video."""
        record = await get_record(self._store, user_id, job_id)
        if record.job.kind is not JobKind.STORYBOARD:
            raise nothing_there()
        return record

    async def _find_id(self, order: Order) -> JobId:
        """Of the plan that answers this request, or of the next one to make: a template is not kept for ever."""
        job_id = name_plan(order, "1")
        for number in range(2, MOST_TRIES):
            job = await self._store.find_job(job_id)
            if job is None or is_reusable(job):
                break
            job_id = name_plan(order, str(number))
        return job_id

    async def _begin(self, order: Order, job_id: JobId, *, is_fresh: bool) -> None:
        """Whoever loses a race waits for the winner's plan."""
        plan = draft_plan(order, job_id, self._clock.now(), LEASE, self._margin, is_fresh=is_fresh)
        draft = replace(plan, traceparent=current_traceparent())
        try:
            await self._store.commit(change_job(draft))
            await self._launcher.launch(bumped(draft))
        except WriteConflictError:
            return

    async def _wait(self, user_id: UserId, job_id: JobId) -> Record:
        until = asyncio.get_running_loop().time() + self._hold_s
        while True:
            record = await self._store.find_record(job_id)
            if record is None or record.job.user_id != user_id:
                raise nothing_there()
            is_over = self._is_stopping() or asyncio.get_running_loop().time() >= until
            if record.job.status.is_terminal or is_over:
                return record
            await asyncio.sleep(self._poll_s)
