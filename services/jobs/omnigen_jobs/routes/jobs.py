"""/api/v1/jobs: order a video, look at one, list them."""

from datetime import UTC, datetime
from typing import Annotated, Final

from fastapi import APIRouter, Query
from fastapi.responses import Response
from pydantic import AwareDatetime, Field

from omnigen_jobs.domain.cursors import LONGEST_CURSOR, JobFilter
from omnigen_jobs.domain.ordering import place_order
from omnigen_jobs.domain.problems import (
    IdempotencyInProgressError,
    IdempotencyMismatchError,
    JobRunningError,
    PreconditionFailedError,
)
from omnigen_jobs.routes.known import Etags, Expected, answer_unless_known
from omnigen_jobs.routes.needs import ORDERING, IdempotencyKey, JobPath, User, Uses
from omnigen_jobs.schemas.orders import JobOrder
from omnigen_jobs.schemas.views import JobList, JobSummary, JobView, render_job
from omnigen_shared.contracts.job import JobStatus
from omnigen_shared.contracts.storyboard import Category
from omnigen_shared.errors import NotFoundError
from omnigen_shared.http.documents import problems

FIRST: Final = datetime(2020, 1, 1, tzinfo=UTC)
LAST: Final = datetime(2200, 1, 1, tzinfo=UTC)
Time = Annotated[AwareDatetime, Field(ge=FIRST, le=LAST)]
router: Final = APIRouter(prefix="/api/v1/jobs", tags=["jobs"])


@router.post(
    "",
    status_code=202,
    response_model=JobView,
    responses=problems(*ORDERING, IdempotencyMismatchError, IdempotencyInProgressError),
)
async def post_job(caller: User, uses: Uses, body: JobOrder, idempotency_key: IdempotencyKey = None) -> Response:
    """Order a video. The same Idempotency-Key gives the same job, and its first answer word for word."""
    wish = await uses.uploading.dress(caller.subject, body.to_wish(uses.clock.now().date()), body.pictures)
    order = place_order(caller.subject, caller.plan, wish, body.max_cost_usd)
    created = await uses.creation.create(order, idempotency_key)
    headers = {"Location": f"/api/v1/jobs/{created.job_id}"}
    if created.is_replay:
        headers["Idempotent-Replayed"] = "true"
    return Response(created.answer, 202, headers, "application/json")


@router.get("")
async def list_jobs(
    caller: User,
    uses: Uses,
    cursor: Annotated[str | None, Query(max_length=LONGEST_CURSOR)] = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
    status: JobStatus | None = None,
    category: Category | None = None,
    created_since: Time | None = None,
    created_until: Time | None = None,
) -> JobList:
    """Your jobs, newest first, in pages; those of a status, a category, a time (until is the first instant after it).

    Of many jobs a page may hold fewer than were asked for: `next_cursor` says whether there are more.
    """
    wanted = JobFilter(status=status, category=category, since=created_since, until=created_until)
    page = await uses.reading.list_page(caller.subject, cursor, limit, wanted)
    following = uses.reading.cursor_after(caller.subject, page)
    return JobList(jobs=[JobSummary.of(job) for job in page.jobs], next_cursor=following)


@router.get(
    "/{job_id}",
    response_model=JobView,
    responses={304: {"description": "As If-None-Match has it"}, **problems(NotFoundError)},
)
async def get_job(caller: User, uses: Uses, job_id: JobPath, if_none_match: Etags = None) -> Response:
    """A job with its scenes, progress, cost and links. With its `ETag` in `If-None-Match`: 304 while nothing is new."""
    return answer_unless_known(render_job(await uses.reading.get(caller.subject, job_id)), if_none_match)


@router.delete(
    "/{job_id}", status_code=204, responses=problems(NotFoundError, JobRunningError, PreconditionFailedError)
)
async def delete_job(caller: User, uses: Uses, job_id: JobPath, expected: Expected) -> None:
    """A job that has ended, out of sight at once. Its files go, but for those of other videos; the books stay."""
    await uses.deleting.delete(caller.subject, job_id, expected)
