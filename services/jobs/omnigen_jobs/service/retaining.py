"""Removes the files of jobs that were kept long enough. All of it may be done twice, and goes on after any death."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import structlog

from omnigen_jobs.domain import retaining
from omnigen_jobs.domain.changes import bumped
from omnigen_jobs.domain.cursors import JobFilter
from omnigen_jobs.domain.records import Claim, ClaimState, Job, Record
from omnigen_jobs.ports import JobStore
from omnigen_jobs.ports.assets import UploadBox
from omnigen_shared.clock import Clock
from omnigen_shared.contracts.base import JobId

_log = structlog.get_logger()
NEIGHBOURS = 20
"""Of a user's later jobs so many are looked at for one that still has its files."""


@dataclass(frozen=True, slots=True)
class Retaining:
    """Order: the user is told → clips that nobody else uses → the video → what was made on the way → nothing is due.

    Each claim is written before its file goes: whoever wants the clip from then on waits, and then makes it.
    """

    store: JobStore
    box: UploadBox
    clock: Clock

    async def remove(self, job_id: JobId) -> None:
        """Nothing when it is not due (an index lags behind). WriteConflictError when somebody else is at it."""
        record, now = await self.store.find_record(job_id), self.clock.now()
        if record is None or not retaining.is_due(record.job, now):
            return
        claims = await self._find_claims(record)
        is_used = await self._is_used_now(job_id, claims)
        going = [claim for claim in claims if not is_used or retaining.is_awaited(claim, job_id)]
        if is_used and not going:
            await self.store.commit(retaining.put_off(record.job, now))
            return
        begun = retaining.begin(record.job, now)
        await self.store.commit(begun)
        job = bumped(begun.job or record.job)
        for claim in going:
            await self._leave(job, claim)
        if is_used:
            await self.store.commit(retaining.put_off(job, now))
            return
        await self._sweep(job)
        await self.store.commit(retaining.finish(job, self.clock.now()))
        _log.info("media_removed", job_id=job_id, claims=len(claims))

    async def _find_claims(self, record: Record) -> Sequence[Claim]:
        """Of all that was made for the job, and of its video."""
        wanted = dict(retaining.list_clips(record))
        for video in retaining.list_videos(record.job):
            wanted[retaining.name_video(video.video_key)] = video.video_key
        found = [await self.store.find_claim(record.job.user_id, fingerprint) for fingerprint in wanted]
        return [claim for claim in found if claim is not None and claim.output_key == wanted[claim.fingerprint]]

    async def _is_used_now(self, job_id: JobId, claims: Sequence[Claim]) -> bool:
        """Whether a job at work uses one of them: it may be about to finish the very same video."""
        others = {other for claim in claims for other in retaining.list_others(claim, job_id)}
        for other in sorted(others):
            job = await self.store.find_job(other)
            if job is not None and (not job.status.is_terminal or job.next_round is not None):
                return True
        return False

    async def _leave(self, job: Job, claim: Claim) -> None:
        """WriteConflictError when somebody has joined it: all is looked at again when it is due."""
        if claim.state is ClaimState.SPOILED:  # nobody is given it any more
            await self.box.remove_all([claim.output_key or ""])
            return
        left = claim if claim.state is ClaimState.LEAVING else retaining.leave(claim, job.job_id)
        if left is None:
            return
        if left is not claim:
            await self.store.put_claim(left)
            left = bumped(left)
        if left.state is ClaimState.LEAVING and left.output_key is not None:
            await self.box.remove_all(self._files_of(job, left.output_key))
            await self.store.put_claim(retaining.free(left))

    def _files_of(self, job: Job, key: str) -> Sequence[str]:
        video = next((each for each in retaining.list_videos(job) if each.video_key == key), None)
        return (key,) if video is None else retaining.list_files(video)

    async def _sweep(self, job: Job) -> None:
        """What was made on the way lies beside that of other jobs: what is older than all that have files goes.

        Another job may have been handed a piece of that age; it is made again from its clips when it is needed.
        """
        now, user = self.clock.now(), f"u/{job.user_id}"
        page = await self.store.list_jobs(job.user_id, None, NEIGHBOURS, JobFilter(since=job.created_at))
        living = [other.created_at for other in page.jobs if other.media_removed_at is None]
        oldest = min([now, *living]) if page.following is None else job.created_at
        await self.box.remove_older(f"{user}/segments/", oldest)
        await self._sweep_videos(job, await self.box.list_older(f"{user}/renders/", oldest))
        await self.box.remove_older(f"{user}/exports/", now - retaining.EXPORTS_KEPT)

    async def _sweep_videos(self, job: Job, keys: Sequence[str]) -> None:
        """Of these files those that belong to no job: it was stopped before it could have its video."""
        files: dict[str, list[str]] = defaultdict(list)
        for key in keys:
            files[f"{key.rpartition('.')[0]}.mp4"].append(key)
        for video_key, found in files.items():
            claim = await self.store.find_claim(job.user_id, retaining.name_video(video_key))
            left = retaining.leave_unowned(claim, job, video_key)
            if left is not None:
                await self.store.put_claim(left)
                await self.box.remove_all(found)
                await self.store.put_claim(retaining.free(bumped(left)))
