"""Table `jobs` as the JobStore."""

import asyncio
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from omnigen_jobs.domain.changes import Change
from omnigen_jobs.domain.cursors import ALL_JOBS, JobFilter, PageMark
from omnigen_jobs.domain.records import Binding, Claim, Event, Job, NewEvent, Pin, Pulse, Record, Send, Stray
from omnigen_jobs.ports import Page, WriteConflictError
from omnigen_jobs.store import items, keys
from omnigen_jobs.store.access import RefusedWriteError, TableAccess, between
from omnigen_jobs.store.listing import JobListing
from omnigen_jobs.store.writes import Writes
from omnigen_shared.aws.items import to_item
from omnigen_shared.clock import to_rfc3339
from omnigen_shared.contracts.base import JobId, UserId

EVENT_TRIES: Final = 40
KEYS_PER_READ: Final = 100
_PULSE: Final = {"ProjectionExpression": "#status, progress", "ExpressionAttributeNames": {"#status": "status"}}


@dataclass(frozen=True, slots=True)
class RecordTable:
    """Job records as item collections: META, SCENE#…, INTENT#…, EVENT#…; claims and bindings beside them."""

    access: TableAccess
    on_commit: Callable[[Change], None] = lambda _: None
    """Told of each change of a job that was written."""

    async def find_job(self, job_id: JobId) -> Job | None:
        found = await self.access.get(keys.job_key(job_id))
        return None if found is None else items.StoredJob.of(found).to_domain()

    async def find_pulse(self, job_id: JobId) -> Pulse | None:
        found = await self.access.get(keys.job_key(job_id), **_PULSE)
        return None if found is None else items.StoredPulse.of(found).to_domain()

    async def find_record(self, job_id: JobId) -> Record | None:
        found = [item async for item in self.access.query(between(*keys.record_range(job_id)))]
        job = next((items.StoredJob.of(item).to_domain() for item in found if keys.is_job(item["sk"])), None)
        if job is None:
            return None
        return Record(
            job=job,
            scenes=tuple(items.StoredScene.of(item).to_domain() for item in found if keys.is_scene(item["sk"])),
            intents=tuple(items.StoredIntent.of(item).to_domain() for item in found if keys.is_intent(item["sk"])),
        )

    async def find_claim(self, user_id: UserId, fingerprint: str) -> Claim | None:
        found = await self.access.get(keys.claim_key(user_id, fingerprint))
        return None if found is None else items.StoredClaim.of(found).to_domain()

    async def find_binding(self, provider_id: str) -> Binding | None:
        found = await self.access.get(keys.binding_key(provider_id))
        return None if found is None else items.StoredBinding.of(found).to_domain()

    async def find_send(self, digest: str) -> Send | None:
        found = await self.access.get(keys.send_key(digest))
        return None if found is None else items.StoredSend.of(found).to_domain()

    async def find_pin(self, user_id: UserId, digest: str) -> Pin | None:
        found = await self.access.get(keys.pin_key(user_id, digest))
        return None if found is None else items.StoredPin.of(found).to_domain()

    async def keep_stray(self, stray: Stray, kept_until: datetime) -> None:
        await self.access.transact([Writes(self.access.table).of_stray(stray, kept_until)])

    async def list_strays(self) -> Sequence[Stray]:
        found = [item async for item in self.access.query(between(*keys.stray_range()))]
        return [items.StoredStray.of(item).to_domain() for item in found]

    async def list_bound(self, provider_ids: Sequence[str]) -> frozenset[str]:
        wanted = [keys.binding_key(provider_id) for provider_id in dict.fromkeys(provider_ids)]
        found: list[dict[str, Any]] = []
        for start in range(0, len(wanted), KEYS_PER_READ):
            found += await self.access.get_batch(wanted[start : start + KEYS_PER_READ])
        return frozenset(items.StoredBinding.of(item).provider_id for item in found)

    async def commit(self, change: Change) -> None:
        writes = list(Writes(self.access.table).of_change(change))
        if change.event is None:
            await self.access.transact(writes)
        else:
            await self._commit_with_event(change.fence, writes, change.event)
        self.on_commit(change)

    async def _commit_with_event(self, job: Job, writes: list[dict[str, Any]], event: NewEvent) -> None:
        """The event takes the next number; when another one was faster, the number after that."""
        for lost in range(EVENT_TRIES):
            numbered = Event(seq=await self._last_number(job.job_id) + 1, type=event.type, data=event.data)
            told = list(Writes(self.access.table).of_event(job, numbered))
            try:
                await self.access.transact([*writes, *told])
            except RefusedWriteError as refusal:
                if not refusal.places or min(refusal.places) < len(writes):
                    raise
                await asyncio.sleep(random.uniform(0, min(0.1, 0.002 * 2**lost)))  # noqa: S311 - spreads the racers
            else:
                return
        raise WriteConflictError

    async def _last_number(self, job_id: JobId) -> int:
        request = between(*keys.event_range(job_id, 0), ScanIndexForward=False, Limit=1)
        found, _ = await self.access.query_page(request)
        return items.StoredEvent.of(found[0]).seq if found else 0

    async def put_claim(self, claim: Claim) -> None:
        await self.access.transact([Writes(self.access.table).of_claim(claim)])

    async def discard(self, job: Job) -> None:
        await self.access.transact([Writes(self.access.table).removal(keys.job_key(job.job_id), job.version)])

    async def list_events(self, job_id: JobId, after: int, limit: int) -> Sequence[Event]:
        found, _ = await self.access.query_page(between(*keys.event_range(job_id, after), Limit=limit))
        return [items.StoredEvent.of(item).to_domain() for item in found]

    async def list_jobs(
        self, user_id: UserId, before: PageMark | None, limit: int, wanted: JobFilter = ALL_JOBS
    ) -> Page:
        return await JobListing(self.access, user_id, wanted).read(before, limit)

    async def list_due(self, now: datetime, limit_per_shard: int) -> Sequence[JobId]:
        shards = (self._list_due_in(shard, now, limit_per_shard) for shard in range(keys.SHARDS))
        return [job_id for found in await asyncio.gather(*shards) for job_id in found]

    async def _list_due_in(self, shard: int, now: datetime, limit: int) -> list[JobId]:
        found, _ = await self.access.query_page(
            {
                "IndexName": "due",
                "KeyConditionExpression": "open_shard = :shard AND lease_until < :now",
                "ExpressionAttributeValues": to_item({":shard": shard, ":now": to_rfc3339(now)}),
                "ProjectionExpression": "job_id",
                "Limit": limit,
            }
        )
        return [JobId(item["job_id"]) for item in found]
