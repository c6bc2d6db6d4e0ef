"""Batches: written first, then begun video by video; cut off anywhere, whoever tidies up goes on.

A video's job has its id from the batch, so beginning it twice is beginning it once. Before a video is begun the batch
says so: whoever cancels the batch meanwhile waits until it is known whether there is a job to be stopped.
"""

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from omnigen_jobs.domain import batches as rules
from omnigen_jobs.domain.abilities import Wish
from omnigen_jobs.domain.batches import Batch, BatchId, Item, ItemState
from omnigen_jobs.domain.changes import bumped
from omnigen_jobs.domain.idempotency import Entry, KeyedRequest, decide, in_progress
from omnigen_jobs.domain.ordering import place_order
from omnigen_jobs.domain.problems import IdempotencyInProgressError, JobTerminalError, nothing_there
from omnigen_jobs.domain.records import Job
from omnigen_jobs.ports import JobStore, KeyStore, WriteConflictError
from omnigen_jobs.ports.batches import BatchStore
from omnigen_jobs.service.creation import RETRY, Creation
from omnigen_jobs.service.ending import Ending
from omnigen_jobs.service.writing import rewrite
from omnigen_shared.clock import Clock
from omnigen_shared.contracts.base import JobId, UserId
from omnigen_shared.contracts.job import JobProblem
from omnigen_shared.errors import (
    DependencyUnavailableError,
    ProblemError,
    QuotaExceededError,
    RemoteProblemError,
    SpendingPausedError,
)
from omnigen_shared.ids import new_job_id


@dataclass(frozen=True, slots=True)
class Standing:
    """A batch, and the jobs that there are of it."""

    batch: Batch
    jobs: tuple[Job, ...]

    def find(self, job_id: JobId) -> Job | None:
        return next((job for job in self.jobs if job.job_id == job_id), None)


@dataclass(frozen=True, slots=True)
class Batching:
    """NotFoundError for somebody else's batch."""

    store: BatchStore
    keys: KeyStore
    jobs: JobStore
    creation: Creation
    ending: Ending
    clock: Clock

    async def create(
        self, user_id: UserId, plan: str, wishes: Sequence[Wish], max_cost_usd: Decimal | None, key: str | None
    ) -> tuple[Standing, bool]:
        """The batch, with as much begun as may be; and whether the key had made it before.

        ModelUnableError, InvalidRequestError; IdempotencyMismatchError, IdempotencyInProgressError.
        """
        orders = [place_order(user_id, plan, wish, None) for wish in wishes]
        parts = rules.split(orders, max_cost_usd)
        now = self.clock.now()
        batch = Batch(
            batch_id=rules.new_batch_id(now),
            user_id=user_id,
            plan=plan,
            created_at=now,
            due_at=now,
            max_microusd=sum(parts),
            items=tuple(
                Item(
                    job_id=new_job_id(),
                    request=order.request,
                    is_seeded=wish.is_seeded,
                    max_microusd=part,
                    estimate_microusd=order.estimate.estimate_microusd,
                )
                for order, wish, part in zip(orders, wishes, parts, strict=True)
            ),
        )
        if key is None:
            await self.store.put_batch(batch)
            return await self._look_after(user_id, batch.batch_id), False
        digest = " ".join([*(order.digest for order in orders), str(max_cost_usd)])
        entry = await self._claim(batch, f"batch {key}", digest)
        batch_id = BatchId(entry.job_id)
        is_replay = entry.answer is not None
        if not is_replay:
            with contextlib.suppress(WriteConflictError):  # it was written by a request that died after that
                await self.store.put_batch(replace(batch, batch_id=batch_id))
            with contextlib.suppress(WriteConflictError):
                await self.keys.put_entry(replace(entry, answer=batch_id))
            return await self._look_after(user_id, batch_id), False
        return await self.get(user_id, batch_id), True

    async def _claim(self, batch: Batch, key: str, digest: str) -> Entry:
        asked = KeyedRequest(user_id=batch.user_id, key=key, digest=digest, job_id=JobId(batch.batch_id))
        now = self.clock.now()
        entry = decide(await self.keys.find_entry(batch.user_id, key), asked, now)
        if entry.answer is not None:
            return entry
        try:
            await self.keys.put_entry(entry)
        except WriteConflictError as error:
            raise in_progress(now + RETRY, now) from error
        return bumped(entry)

    async def get(self, user_id: UserId, batch_id: BatchId) -> Standing:
        batch = await self.store.find_batch(user_id, batch_id)
        if batch is None:
            raise nothing_there()
        found = [await self.jobs.find_job(item.job_id) for item in batch.items if item.state is ItemState.STARTED]
        return Standing(batch, tuple(job for job in found if job is not None))

    async def list_page(self, user_id: UserId, before: BatchId | None, limit: int) -> Sequence[Batch]:
        """The newest first, as they were when something was last begun."""
        return await self.store.list_batches(user_id, before, limit)

    async def cancel(self, user_id: UserId, batch_id: BatchId) -> Standing:
        """Nothing more of it is begun, and what is at work is stopped; what has ended stays."""
        await self.get(user_id, batch_id)
        now = self.clock.now()
        await rewrite(
            lambda: self._read(user_id, batch_id),
            lambda batch: rules.cancel(batch, now),
            self.store.put_batch,
        )
        standing = await self.get(user_id, batch_id)
        for job in standing.jobs:
            await self._stop(job)
        return await self.get(user_id, batch_id)

    async def tidy(self, user_id: UserId, batch_id: BatchId) -> None:
        """Goes on with it. WriteConflictError when somebody else does."""
        await self._advance(user_id, batch_id, self.clock.now())

    async def _look_after(self, user_id: UserId, batch_id: BatchId) -> Standing:
        """At once; what cannot be done now is due."""
        with contextlib.suppress(WriteConflictError, DependencyUnavailableError):
            await self._advance(user_id, batch_id, self.clock.now())
        return await self.get(user_id, batch_id)

    async def _advance(self, user_id: UserId, batch_id: BatchId, now: datetime) -> None:
        stored = await self.store.find_batch(user_id, batch_id)
        if stored is None or stored.due_at is None or stored.due_at > now:
            return
        begun = stored if stored.canceled_at is not None else rules.begin(stored, now)
        begun = replace(begun, due_at=now + rules.LEASE)
        await self.store.put_batch(begun)
        trying = [item for item in begun.items if item.state is ItemState.LAUNCHING]
        results = [await self._try(begun, item) for item in trying]
        is_canceled = (await self._read(user_id, batch_id)).canceled_at is not None
        if is_canceled:
            await self._stop_all(results)
        await rewrite(
            lambda: self._read(user_id, batch_id),
            lambda batch: rules.settle(batch, results, self.clock.now(), are_stopped=is_canceled),
            self.store.put_batch,
        )

    async def _try(self, batch: Batch, item: Item) -> Item:
        if batch.canceled_at is not None:
            return await self._look(item)
        if batch.due_at is not None and self.clock.now() >= batch.due_at - rules.BEGINNING:
            return replace(item, state=ItemState.QUEUED)
        return await self._launch(batch, item)

    async def _launch(self, batch: Batch, item: Item) -> Item:
        """Begun, refused for good, refused for now; or as it is, when nobody knows."""
        try:
            wish = Wish(request=item.request, is_seeded=item.is_seeded, today=self.clock.now().date())
            order = place_order(batch.user_id, batch.plan, wish, Decimal(item.max_microusd) / 1_000_000)
            await self.creation.make(order, item.job_id)
        except QuotaExceededError as refusal:
            is_passing = refusal.details.get("resets_at") is None
            return replace(item, state=ItemState.QUEUED) if is_passing else _refuse(item, refusal)
        except SpendingPausedError:
            return replace(item, state=ItemState.QUEUED)
        except (IdempotencyInProgressError, DependencyUnavailableError, RemoteProblemError):
            return item
        except ProblemError as refusal:
            return _refuse(item, refusal)
        return replace(item, state=ItemState.STARTED)

    async def _look(self, item: Item) -> Item:
        """Of a batch that was canceled while this one was about to be begun: whether it was."""
        job = await self.jobs.find_job(item.job_id)
        if job is not None and not job.is_visible:
            return item
        return replace(item, state=ItemState.CANCELED if job is None else ItemState.STARTED)

    async def _stop_all(self, items: Sequence[Item]) -> None:
        for item in items:
            job = await self.jobs.find_job(item.job_id)
            if job is not None:
                await self._stop(job)

    async def _stop(self, job: Job) -> None:
        with contextlib.suppress(JobTerminalError):
            if not job.status.is_terminal and job.is_visible:
                await self.ending.cancel(job.user_id, job.job_id)

    async def _read(self, user_id: UserId, batch_id: BatchId) -> Batch:
        batch = await self.store.find_batch(user_id, batch_id)
        if batch is None:
            raise nothing_there()
        return batch


def _refuse(item: Item, refusal: ProblemError) -> Item:
    problem = JobProblem(code=refusal.code, stage="pending", detail=refusal.detail, remedy=refusal.remedy)
    return replace(item, state=ItemState.REFUSED, problem=problem)
