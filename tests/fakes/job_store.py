"""The job table in memory: the same conditions as the real one, and room for other writers before every write."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

from omnigen_jobs.domain.changes import Change, Versioned, bumped
from omnigen_jobs.domain.cursors import ALL_JOBS, JobFilter, PageMark
from omnigen_jobs.domain.idempotency import Entry
from omnigen_jobs.domain.messages import Notice, NoticeMark, find_notice
from omnigen_jobs.domain.records import (
    Binding,
    Claim,
    Event,
    Intent,
    Job,
    NewEvent,
    Pin,
    Pulse,
    Record,
    Scene,
    Send,
    Stray,
)
from omnigen_jobs.domain.watching import Watch
from omnigen_jobs.ports import CensusStore, JobStore, KeyStore, Page, WriteConflictError
from omnigen_shared.clock import to_rfc3339
from omnigen_shared.contracts.base import IntentId, JobId, UserId


class FakeJobStore(JobStore, KeyStore, CensusStore):
    """These stores in one object."""

    def __init__(self) -> None:
        self.on_commit: Callable[[Change], None] = lambda _: None
        self.jobs: dict[JobId, Job] = {}
        self.scenes: dict[tuple[JobId, int], Scene] = {}
        self.intents: dict[tuple[JobId, IntentId], Intent] = {}
        self.claims: dict[tuple[UserId, str], Claim] = {}
        self.bindings: dict[str, Binding] = {}
        self.sends: dict[str, Send] = {}
        self.pins: dict[tuple[UserId, str], Pin] = {}
        self.strays: dict[str, Stray] = {}
        self.events: dict[JobId, list[Event]] = {}
        self.entries: dict[tuple[UserId, str], Entry] = {}
        self.notices: dict[NoticeMark, Notice] = {}
        self.watches: dict[str, Watch] = {}

    async def find_job(self, job_id: JobId) -> Job | None:
        return self.jobs.get(job_id)

    async def find_record(self, job_id: JobId) -> Record | None:
        if job_id not in self.jobs:
            return None
        scenes = sorted((key, scene) for key, scene in self.scenes.items() if key[0] == job_id)
        intents = sorted((key, intent) for key, intent in self.intents.items() if key[0] == job_id)
        return Record(
            job=self.jobs[job_id],
            scenes=tuple(scene for _, scene in scenes),
            intents=tuple(intent for _, intent in intents),
        )

    async def find_pulse(self, job_id: JobId) -> Pulse | None:
        job = self.jobs.get(job_id)
        return None if job is None else Pulse(status=job.status, progress=job.progress)

    async def find_claim(self, user_id: UserId, fingerprint: str) -> Claim | None:
        return self.claims.get((user_id, fingerprint))

    async def find_binding(self, provider_id: str) -> Binding | None:
        return self.bindings.get(provider_id)

    async def find_send(self, digest: str) -> Send | None:
        return self.sends.get(digest)

    async def find_pin(self, user_id: UserId, digest: str) -> Pin | None:
        return self.pins.get((user_id, digest))

    async def keep_stray(self, stray: Stray, kept_until: datetime) -> None:
        del kept_until
        self.strays[stray.message_id] = stray

    async def list_strays(self) -> Sequence[Stray]:
        return list(self.strays.values())

    async def list_bound(self, provider_ids: Sequence[str]) -> frozenset[str]:
        return frozenset(provider_ids) & self.bindings.keys()

    async def commit(self, change: Change) -> None:
        await asyncio.sleep(0)
        self._check(change)
        job_id = change.fence.job_id
        if change.job is not None:
            self.jobs[job_id] = bumped(change.job)
        for scene in change.scenes:
            self.scenes[(job_id, scene.number)] = bumped(scene)
        if change.intent is not None:
            self.intents[(job_id, change.intent.intent_id)] = bumped(change.intent)
        if change.claim is not None:
            self.claims[(change.claim.user_id, change.claim.fingerprint)] = bumped(change.claim)
        if change.binding is not None:
            self.bindings[change.binding.provider_id] = change.binding
        if (pin := change.pin) is not None:
            self.pins[(pin.user_id, pin.digest)] = bumped(pin)
        if (send := change.send) is not None:
            self.sends[send.digest] = bumped(send)
            if send.is_over:
                del self.sends[send.digest]
        if change.event is not None:
            self._tell(change.fence, change.event)
        self.on_commit(change)

    def _tell(self, job: Job, event: NewEvent) -> None:
        told = self.events.setdefault(job.job_id, [])
        told.append(Event(seq=len(told) + 1, type=event.type, data=event.data))
        if (notice := find_notice(job, told[-1])) is not None:
            self.notices[NoticeMark(job.job_id, notice.seq)] = bumped(notice)

    def _check(self, change: Change) -> None:
        job_id, stored = change.fence.job_id, self.jobs.get(change.fence.job_id)
        if change.job is None:
            if stored is None or stored.attempt != change.fence.attempt:
                raise WriteConflictError
            if stored.status.is_terminal and stored.settling != stored.attempt:
                raise WriteConflictError
        else:
            compare(stored, change.job)
        for scene in change.scenes:
            compare(self.scenes.get((job_id, scene.number)), scene)
        if change.intent is not None:
            compare(self.intents.get((job_id, change.intent.intent_id)), change.intent)
        if change.claim is not None:
            compare(self.claims.get((change.claim.user_id, change.claim.fingerprint)), change.claim)
        if change.send is not None:
            compare(self.sends.get(change.send.digest), change.send)
        if (pin := change.pin) is not None:
            compare(self.pins.get((pin.user_id, pin.digest)), pin)
        if change.binding is not None and change.binding.provider_id in self.bindings:
            raise WriteConflictError

    async def put_claim(self, claim: Claim) -> None:
        await asyncio.sleep(0)
        compare(self.claims.get((claim.user_id, claim.fingerprint)), claim)
        self.claims[(claim.user_id, claim.fingerprint)] = bumped(claim)

    async def discard(self, job: Job) -> None:
        await asyncio.sleep(0)
        compare(self.jobs.get(job.job_id), job)
        del self.jobs[job.job_id]

    async def list_events(self, job_id: JobId, after: int, limit: int) -> Sequence[Event]:
        return self.events.get(job_id, [])[after : after + limit]

    async def list_jobs(
        self, user_id: UserId, before: PageMark | None, limit: int, wanted: JobFilter = ALL_JOBS
    ) -> Page:
        mine = [job for job in self.jobs.values() if job.user_id == user_id and job.is_listed and wanted.admits(job)]
        newest = sorted(mine, key=_mark_of, reverse=True)
        rest = [job for job in newest if before is None or _mark_of(job) < (before.created_at, before.job_id)]
        page = tuple(rest[:limit])
        following = PageMark(*_mark_of(page[-1])) if len(rest) > limit else None
        return Page(page, following)

    async def list_due(self, now: datetime, limit_per_shard: int) -> Sequence[JobId]:
        due = [job for job in self.jobs.values() if job.lease_until is not None and job.lease_until < now]
        return [job.job_id for job in sorted(due, key=lambda job: job.lease_until or now)][: limit_per_shard * 16]

    async def put_watch(self, watch: Watch) -> None:
        await asyncio.sleep(0)
        self.watches[watch.task_id] = watch

    async def list_watches(self, now: datetime) -> Sequence[Watch]:
        return [watch for watch in self.watches.values() if watch.until > now]

    async def find_entry(self, user_id: UserId, key: str) -> Entry | None:
        return self.entries.get((user_id, key))

    async def put_entry(self, entry: Entry) -> None:
        await asyncio.sleep(0)
        compare(self.entries.get((entry.user_id, entry.key)), entry)
        self.entries[(entry.user_id, entry.key)] = bumped(entry)

    async def remove_entry(self, entry: Entry) -> None:
        await asyncio.sleep(0)
        compare(self.entries.get((entry.user_id, entry.key)), entry)
        del self.entries[(entry.user_id, entry.key)]


def compare(stored: Versioned | None, written: Versioned) -> None:
    if (0 if stored is None else stored.version) != written.version:
        raise WriteConflictError


def _mark_of(job: Job) -> tuple[str, JobId]:
    return to_rfc3339(job.created_at), job.job_id


def seed(store: FakeJobStore, job: Job) -> Job:
    """Put a job there as if it had been written; as it would be read again."""
    stored = replace(job, version=max(job.version, 1))
    store.jobs[job.job_id] = stored
    return stored
