"""Compares, once there is peace again: jobs, ledger, the provider's bill, objects, events. Nothing may differ."""

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Final

from bench.goals import Scoreboard
from tests.proofs.chaos.caps import Caps
from tests.proofs.chaos.customers import Customers
from tests.proofs.chaos.ground import Ground
from tests.proofs.spend.books import Books

from omnigen_composer.media.probe import UnreadableError, inspect_video
from omnigen_jobs.domain.changes import change_job
from omnigen_jobs.domain.events import RESUMED, TERMINAL
from omnigen_jobs.domain.records import Event, Job, Money, Record
from omnigen_jobs.domain.retaining import LEASE, PUT_OFF
from omnigen_jobs.ports import WriteConflictError
from omnigen_local.demo.accounts import sign_in
from omnigen_local.demo.client import GatewayClient, RefusedError
from omnigen_quota.domain.months import month_of
from omnigen_quota.service.auditing import Auditor as QuotaAuditor
from omnigen_shared.clock import SystemClock, from_rfc3339
from omnigen_shared.contracts.base import JobId
from omnigen_shared.contracts.job import JobStatus
from omnigen_shared.contracts.media import FPS
from omnigen_shared.money import to_microusd

MOST_EVENTS: Final = 1000
REAPED_WITHIN: Final = timedelta(seconds=60)
"""After a job's deadline."""
SWEPT_WITHIN_S: Final = 90
LOOK_EVERY_S: Final = 3


@dataclass
class Auditor:
    """Asks the tables and the store themselves; a user's part is asked as the user."""

    ground: Ground
    customers: Customers
    books: Books
    caps: Caps
    board: Scoreboard

    async def check(self) -> None:
        judged = await self.books.settle()
        await self.books.check(self.board)
        await self._check_jobs()
        await self._check_events()
        await self._check_videos()
        await self._check_receipts()
        await self._check_caps()
        await self._check_objects()
        self.board.tell(f"{judged:6} unknown calls judged by an operator")

    @property
    def records(self) -> Iterable[Record]:
        return self.books.records

    async def _check_jobs(self) -> None:
        found = {record.job.job_id for record in self.records}
        lost = [job_id for _, job_id in self.customers.jobs if job_id not in found]
        self._expect_none("jobs_lost", lost)
        jobs = [record.job for record in self.records]
        self._expect_none("jobs_at_work_for_ever", [job.job_id for job in jobs if not job.status.is_terminal])
        failed = [job for job in jobs if job.status is JobStatus.FAILED]
        self._expect_none("failed_without_stage_code_or_remedy", [job.job_id for job in failed if not _says_why(job)])
        self._expect_none("over_its_budget", [job.job_id for job in jobs if job.spent_microusd > job.max_microusd])
        reasons = defaultdict(list)
        for job in failed:
            if job.problem is not None:
                reasons[job.problem.code, job.problem.stage].append(f"{job.job_id}: {job.problem.detail}")
        for (code, stage), told in sorted(reasons.items(), key=lambda reason: -len(reason[1])):
            self.board.tell(f"{len(told):6} failed: {code} in {stage}, as {told[0]}")

    async def _check_events(self) -> None:
        odd, late, unlike = [], [], []
        for record in self.records:
            job = record.job
            events = await self.ground.store.list_events(job.job_id, 0, MOST_EVENTS)
            odd += [f"{job.job_id}: {fault}" for fault in _list_faults(events)]
            if from_rfc3339(str(events[-1].data["at"])) > job.deadline_at + REAPED_WITHIN:
                late.append(job.job_id)
            watch = self.customers.watches[job.job_id]
            seen = [(event.id, event.type) for event in watch.events]
            if job.job_id not in self.customers.stuck and seen != [(str(event.seq), event.type) for event in events]:
                unlike.append(f"{job.job_id}: {len(seen)} seen, {len(events)} stored")
        self._expect_none("event_logs_with_gaps_or_without_one_end", odd)
        self._expect_none("ended_long_after_the_deadline", late)
        self._expect_none("watchers_who_saw_something_else", unlike)
        told = [fault for watch in self.customers.watches.values() for fault in watch.faults]
        self._expect_none("events_missing_or_doubled", told)

    async def _check_videos(self) -> None:
        bad = []
        for record in self.records:
            job = record.job
            if job.status is JobStatus.COMPLETED and job.deleted_at is None:
                path = self.ground.folder / "video.mp4"
                client = self.customers.clients[job.job_id]
                token = await sign_in(client.pool, client.account)
                try:
                    async with GatewayClient(self.ground.gateway_url, token) as gateway:
                        await gateway.download(f"/api/v1/jobs/{job.job_id}/video", path)
                    bad += await asyncio.to_thread(_probe, job, path)
                except RefusedError as refusal:
                    bad.append(f"{job.job_id}: {refusal}")
        self._expect_none("videos_missing_or_broken", bad)

    async def _check_receipts(self) -> None:
        other = []
        for record in self.records:
            job = record.job
            if job.deleted_at is None:
                client = self.customers.clients[job.job_id]
                receipt = (await client.call("GET", f"/api/v1/jobs/{job.job_id}/receipt")).body
                if to_microusd(Decimal(receipt["total_usd"])) != job.spent_microusd:
                    other.append(
                        f"{job.job_id}: {receipt['total_usd']} USD, charged {job.spent_microusd} micro-dollars"
                    )
        self._expect_none("receipts_that_tell_another_sum", other)

    async def _check_caps(self) -> None:
        self._expect_none("over_a_cap", sorted(self.caps.passed))
        findings = await QuotaAuditor(self.ground.usage).audit_deployment(month_of(SystemClock().now()))
        self._expect_none("findings_in_what_is_lent", [str(finding) for finding in findings])
        self.board.tell(f"{self.caps.describe()}")

    async def _check_objects(self) -> None:
        """Everybody deletes everything; once that is swept up, whatever lies in the store belongs to nobody."""
        refused = []
        for record in self.records:
            job_id = record.job.job_id
            if record.job.deleted_at is None and job_id not in self.customers.deleted:
                reply = await self.customers.clients[job_id].call("DELETE", f"/api/v1/jobs/{job_id}")
                if reply.status not in {204, 404}:
                    refused.append(f"{job_id}: {reply.status} {reply.raw[:200]!r}")
        self._expect_none("jobs_that_could_not_be_deleted", refused)
        left: list[str] = []
        for _ in range(SWEPT_WITHIN_S // LOOK_EVERY_S):
            await self._hurry()
            await asyncio.sleep(LOOK_EVERY_S)
            if not (left := await self._list_objects()):
                break
        self._expect_none("orphaned_objects", left)
        for key in left:
            self.board.tell(f"       {key}: {self._owners_of(key)}")

    async def _hurry(self) -> None:
        """What was put off is due: removals while equal orders were at work, a look at calls that were open."""
        now = SystemClock().now()
        for _, job_id in self.customers.jobs:
            job = await self.ground.store.find_job(JobId(job_id))
            if job is None or job.money is not Money.CLOSED:
                continue
            looked_at = None if job.lease_until is None else min(job.lease_until, now)
            removed = now if _is_put_off(job, now) else job.media_until
            if (looked_at, removed) != (job.lease_until, job.media_until):
                with suppress(WriteConflictError):
                    await self.ground.store.commit(change_job(replace(job, lease_until=looked_at, media_until=removed)))

    def _owners_of(self, key: str) -> list[str]:
        """Whoever had a hand in it."""
        folder = key.rsplit(".", 1)[0]
        makers = {
            record.job.job_id: record.job.status.value
            for record in self.records
            if any((intent.output_key or "").startswith(folder) for intent in record.intents)
            or (record.job.output is not None and record.job.output.video_key.startswith(folder))
        }
        return [f"{job_id} ({status})" for job_id, status in makers.items()]

    async def _list_objects(self) -> list[str]:
        pages = self.ground.s3.get_paginator("list_objects_v2").paginate(Bucket=self.ground.bucket, Prefix="u/")
        return [found["Key"] async for page in pages for found in page.get("Contents", [])]

    def _expect_none(self, what: str, found: Sequence[str]) -> None:
        self.board.expect(what, f"{len(found)}: {'; '.join(found[:5])}", 0, holds=not found)


def _is_put_off(job: Job, now: datetime) -> bool:
    """Whether its files are to go: those that nobody has begun with, or whose removal waited for a job at work."""
    if job.media_until is None or job.media_removed_at is None:
        return job.media_until is not None
    return now + LEASE < job.media_until <= now + PUT_OFF


def _says_why(job: Job) -> bool:
    return job.problem is not None and bool(job.problem.code and job.problem.stage and job.problem.remedy)


def _list_faults(events: Iterable[Event]) -> list[str]:
    log = list(events)
    faults = []
    if [event.seq for event in log] != list(range(1, len(log) + 1)):
        faults.append(f"numbers {[event.seq for event in log]}")
    if not log or log[-1].type not in TERMINAL:
        faults.append("the last event is no end")
    ends = sum(event.type in TERMINAL for event in log)
    rounds = 1 + sum(event.type == RESUMED for event in log)
    if ends != rounds:
        faults.append(f"{ends} ends of {rounds} rounds")
    return faults


def _probe(job: Job, path: Path) -> list[str]:
    try:
        facts = inspect_video(path)
    except UnreadableError as error:
        return [f"{job.job_id}: {error}"]
    wanted = job.request.duration_s * FPS
    return [] if facts.frames == wanted else [f"{job.job_id}: {facts.frames} frames instead of {wanted}"]
