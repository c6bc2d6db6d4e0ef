"""What a user sees of their jobs."""

import re
from dataclasses import dataclass
from typing import Final

from omnigen_jobs.domain.cursors import ALL_JOBS, Cursors, JobFilter
from omnigen_jobs.domain.events import show_problem
from omnigen_jobs.domain.problems import NotReadyError, NoVideoError, nothing_there
from omnigen_jobs.domain.records import Job, Record
from omnigen_jobs.domain.retaining import check_media, check_shown
from omnigen_jobs.domain.takes import get_take
from omnigen_jobs.ports import JobStore, MediaLinks, Page
from omnigen_jobs.service.writing import get_record
from omnigen_shared.contracts.base import JobId, UserId
from omnigen_shared.contracts.job import JobKind, JobOutput
from omnigen_shared.errors import NotFoundError

LONGEST_NAME: Final = 60


@dataclass(frozen=True, slots=True)
class Reading:
    """Reads only. NotFoundError for somebody else's job."""

    store: JobStore
    media: MediaLinks
    cursors: Cursors

    async def get(self, user_id: UserId, job_id: JobId) -> Record:
        """NotFoundError also for what is a storyboard alone, and for what was deleted."""
        record = await get_record(self.store, user_id, job_id)
        if record.job.kind is not JobKind.VIDEO:
            raise nothing_there()
        check_shown(record.job)
        return record

    async def list_page(self, user_id: UserId, cursor: str | None, limit: int, wanted: JobFilter = ALL_JOBS) -> Page:
        """Newest first. InvalidRequestError for a cursor that is none."""
        return await self.store.list_jobs(
            user_id, None if cursor is None else self.cursors.read(cursor, user_id), limit, wanted
        )

    def cursor_after(self, user_id: UserId, page: Page) -> str | None:
        """Where the next page begins, for this user alone; None after the last."""
        return None if page.following is None else self.cursors.write(page.following, user_id)

    async def link_video(self, user_id: UserId, job_id: JobId, *, is_saved: bool = False) -> str:
        """A URL for a while; NotReadyError before the job is completed, NoVideoError and MediaRemovedError after."""
        record = await self.get(user_id, job_id)
        output = get_output(record.job)
        return await self.media.link(output.video_key, f"{file_name(record.job)}.mp4", "video/mp4", is_saved=is_saved)

    async def link_thumbnail(self, user_id: UserId, job_id: JobId) -> str:
        """A URL for a while; NotReadyError before the job is completed, NoVideoError and MediaRemovedError after."""
        record = await self.get(user_id, job_id)
        output = get_output(record.job)
        return await self.media.link(output.poster_key, f"{file_name(record.job)}.jpg", "image/jpeg")

    async def link_take(self, user_id: UserId, job_id: JobId, number: int, take: int) -> str:
        """A URL for a while of a scene's clip. NotFoundError when the take has none, MediaRemovedError."""
        record = await self.get(user_id, job_id)
        check_media(record.job)
        found = get_take(record, number, take)
        name = f"{file_name(record.job)}-scene-{number}-take-{take}.mp4"
        return await self.media.link(found.clip_key, name, "video/mp4")

    async def link_captions(self, user_id: UserId, job_id: JobId) -> str:
        """A URL for a while; NotReadyError before the job is completed, NotFoundError when it has none."""
        record = await self.get(user_id, job_id)
        output = get_output(record.job)
        if output.captions_key is None:
            raise NotFoundError(f"{job_id} has no captions.", remedy="Order with narration and captions.")
        return await self.media.link(output.captions_key, f"{file_name(record.job)}.vtt", "text/vtt")


def get_output(job: Job) -> JobOutput:
    """What there is of the video. NotReadyError, NoVideoError, MediaRemovedError."""
    check_media(job)
    if job.output is None:
        raise not_ready(job)
    return job.output


def file_name(job: Job) -> str:
    """What a download is called: the video's title in ASCII, without an ending."""
    title = job.storyboard.title if job.storyboard is not None else ""
    words = re.sub(r"[^a-z0-9]+", "-", title.lower())[:LONGEST_NAME].strip("-")
    return f"omnigen-{words}" if words else f"omnigen-{job.job_id}"


def not_ready(job: Job) -> NotReadyError | NoVideoError:
    """Why there is no video: not yet, or never."""
    if job.status.is_terminal:
        return _no_video(job)
    return NotReadyError(f"{job.job_id} is {job.status.value}.", details={"status": job.status.value})


def _no_video(job: Job) -> NoVideoError:
    """What became of the job instead, in the job's own words."""
    problem = job.problem
    if problem is None:
        return NoVideoError(f"{job.job_id} was {job.status.value}.", details={"status": job.status.value})
    return NoVideoError(
        f"{job.job_id} has {job.status.value}: {problem.detail}",
        remedy=problem.remedy,
        details={"status": job.status.value, "problem": show_problem(problem)},
    )
