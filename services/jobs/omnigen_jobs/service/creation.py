"""A new job: once per Idempotency-Key, however often it is asked for and wherever a crash comes."""

import contextlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

from omnigen_jobs.domain.changes import bumped, change_job
from omnigen_jobs.domain.idempotency import LEASE, Entry, KeyedRequest, decide, in_progress
from omnigen_jobs.domain.ordering import Order, draft_job
from omnigen_jobs.domain.records import Job, Money, Record
from omnigen_jobs.domain.stages import take_lease
from omnigen_jobs.ports import JobStore, KeyStore, WriteConflictError
from omnigen_jobs.service.launching import Launcher
from omnigen_shared.clock import Clock
from omnigen_shared.contracts.base import JobId
from omnigen_shared.errors import PlanLimitError, QuotaExceededError, SpendingPausedError
from omnigen_shared.ids import new_job_id
from omnigen_shared.signals import JOB_ID
from omnigen_shared.tracing import annotate, current_traceparent

Render = Callable[[Record], str]
RETRY: Final = timedelta(seconds=2)
"""When to ask again after a lost race: its winner needs about as long as any creation."""


@dataclass(frozen=True, slots=True)
class Created:
    """The answer as JSON text, and whether it was given before."""

    job_id: JobId
    answer: str
    is_replay: bool = False


class Creation:
    """Creates jobs. `render` makes the answer that a key's later requests get again, word for word."""

    def __init__(
        self, store: JobStore, keys: KeyStore, launcher: Launcher, clock: Clock, margin: timedelta, render: Render
    ) -> None:
        self._store = store
        self._keys = keys
        self._launcher = launcher
        self._clock = clock
        self._margin = margin
        self._render = render

    async def create(self, order: Order, key: str | None) -> Created:
        """What quota refuses; IdempotencyMismatchError, IdempotencyInProgressError."""
        if key is None:
            return await self.make(order, new_job_id())
        entry = await self._claim(order, key)
        if entry.answer is not None:
            return Created(entry.job_id, entry.answer, is_replay=True)
        try:
            created = await self.make(order, entry.job_id)
        except (QuotaExceededError, PlanLimitError, SpendingPausedError):
            await self._forget(entry)
            raise
        await self._keep_answer(entry, created.answer)
        return created

    async def _claim(self, order: Order, key: str) -> Entry:
        """An entry that holds the answer, or one that this request has written and works for."""
        asked = KeyedRequest(user_id=order.user_id, key=key, digest=order.digest, job_id=new_job_id())
        now = self._clock.now()
        entry = decide(await self._keys.find_entry(order.user_id, key), asked, now)
        if entry.answer is not None:
            return entry
        try:
            await self._keys.put_entry(entry)
        except WriteConflictError as error:
            raise in_progress(now + RETRY, now) from error
        return bumped(entry)

    async def make(self, order: Order, job_id: JobId) -> Created:
        """The job of this id, however often it is asked for. What quota refuses; IdempotencyInProgressError."""
        annotate({JOB_ID: job_id})
        try:
            job = await self._draft(order, job_id)
            job = await self._launcher.launch(job)
        except WriteConflictError:
            job = await self._taken_over(job_id)
        return Created(job_id, self._render(Record(job=job)))

    async def _draft(self, order: Order, job_id: JobId) -> Job:
        """The job's first item, or the one that a request before this one has left, with its lease taken."""
        now = self._clock.now()
        stored = await self._store.find_job(job_id)
        if stored is None:
            draft = replace(draft_job(order, job_id, now, LEASE, self._margin), traceparent=current_traceparent())
            await self._store.commit(change_job(draft))
            return bumped(draft)
        if stored.attempt or stored.status.is_terminal:
            return stored
        if stored.lease_until is not None and stored.lease_until > now:
            raise in_progress(stored.lease_until, now)
        taken = take_lease(stored, now, LEASE)
        await self._store.commit(change_job(taken))
        return bumped(taken)

    async def _taken_over(self, job_id: JobId) -> Job:
        """The reaper was faster: its job is the answer, once it is admitted."""
        job = await self._store.find_job(job_id)
        if job is None or (job.money is Money.REQUESTED and not job.status.is_terminal):
            now = self._clock.now()
            raise in_progress(now + RETRY, now)
        return job

    async def _forget(self, entry: Entry) -> None:
        """A refusal by quota is not kept: the same request may be granted later."""
        with contextlib.suppress(WriteConflictError):
            await self._keys.remove_entry(entry)

    async def _keep_answer(self, entry: Entry, answer: str) -> None:
        with contextlib.suppress(WriteConflictError):  # Whoever took the key over keeps an answer of the same job.
            await self._keys.put_entry(replace(entry, answer=answer))
