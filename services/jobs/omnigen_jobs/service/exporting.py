"""Other forms of a finished video, and what can be seen of one before it is finished."""

from dataclasses import dataclass
from typing import Final

from omnigen_jobs.domain import exporting
from omnigen_jobs.domain.exporting import ExportWish
from omnigen_jobs.domain.problems import NotReadyError
from omnigen_jobs.domain.records import Job
from omnigen_jobs.domain.retaining import check_media
from omnigen_jobs.ports import Exporter, MediaLinks
from omnigen_jobs.service.reading import Reading, file_name, get_output, not_ready
from omnigen_shared.contracts.base import JobId, UserId
from omnigen_shared.contracts.composer import Pending
from omnigen_shared.contracts.exports import ExportFormat, ExportResult, ExportShape, Fit
from omnigen_shared.contracts.job import JobOutput
from omnigen_shared.contracts.media import Resolution

RETRY_AFTER_S: Final = 2


@dataclass(frozen=True, slots=True)
class Export:
    """One form of a job's video: there, or how far it is."""

    job_id: JobId
    wish: ExportWish
    state: ExportResult | Pending


@dataclass(frozen=True, slots=True)
class Playlist:
    """What a player of a stream reads first."""

    text: str


@dataclass(frozen=True, slots=True)
class Exporting:
    """Everything is asked of the composer again: it begins what it has not, and its key is the state.

    All raise NotFoundError for somebody else's job, NotReadyError and NoVideoError where there is no video, and
    DependencyUnavailableError while the composer is away or has too much to do.
    """

    reading: Reading
    exporter: Exporter
    media: MediaLinks

    async def order(
        self,
        user_id: UserId,
        job_id: JobId,
        made: ExportFormat,
        shape: ExportShape | None,
        resolution: Resolution | None,
        fit: Fit,
    ) -> Export:
        """InvalidRequestError when it would be larger than the video. Without a resolution the video's own is kept."""
        job, output = await self._find_output(user_id, job_id)
        wish = ExportWish(made, shape, resolution or exporting.find_largest(output), fit)
        exporting.check_size(wish, output)
        return await self._ask(job, output, wish)

    async def get(self, user_id: UserId, job_id: JobId, export_id: str) -> Export:
        """NotFoundError for an id that is none."""
        job, output = await self._find_output(user_id, job_id)
        return await self._ask(job, output, exporting.parse_id(export_id, output))

    async def link(self, user_id: UserId, job_id: JobId, export_id: str, *, is_saved: bool = False) -> str | Playlist:
        """A URL for a while; of a stream its playlist, which has such URLs in it. NotReadyError while it is made."""
        job, output = await self._find_output(user_id, job_id)
        export = await self._ask(job, output, exporting.parse_id(export_id, output))
        if not isinstance(export.state, ExportResult):
            raise _still_made("The export", export.state)
        made = export.wish.format
        media_type = "video/mp4" if made is ExportFormat.HLS else made.media_type
        name = f"{file_name(job)}-{export_id}.{made.suffix}"
        url = await self.media.link(export.state.key, name, media_type, is_saved=is_saved)
        return Playlist(exporting.write_playlist(url, export.state)) if made is ExportFormat.HLS else url

    async def link_preview(self, user_id: UserId, job_id: JobId) -> str:
        """A URL of what is there of the video, small; of the video itself when it is finished."""
        record = await self.reading.get(user_id, job_id)
        check_media(record.job)
        if record.job.output is not None:
            return await self.reading.link_video(user_id, job_id)
        request = None if record.job.status.is_terminal else exporting.to_preview(record)
        if request is None:
            raise not_ready(record.job)
        state = await self.exporter.order(record.job, request)
        if isinstance(state, Pending):
            raise _still_made("The preview", state)
        return await self.media.link(state.key, f"{file_name(record.job)}-preview.mp4", "video/mp4")

    async def _find_output(self, user_id: UserId, job_id: JobId) -> tuple[Job, JobOutput]:
        record = await self.reading.get(user_id, job_id)
        return record.job, get_output(record.job)

    async def _ask(self, job: Job, output: JobOutput, wish: ExportWish) -> Export:
        return Export(job.job_id, wish, await self.exporter.order(job, exporting.to_request(job, output, wish)))


def _still_made(what: str, state: Pending) -> NotReadyError:
    return NotReadyError(
        f"{what} is being made.",
        remedy="Ask again after Retry-After.",
        details={"progress": state.progress},
        retry_after_s=RETRY_AFTER_S,
    )
