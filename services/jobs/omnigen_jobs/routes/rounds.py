"""/api/v1/jobs/{id}: stop it, run it again, have another take of a scene."""

from typing import Final

from fastapi import APIRouter, Response

from omnigen_jobs.domain.problems import (
    JobRunningError,
    JobTerminalError,
    MediaRemovedError,
    ModelUnableError,
    NothingMissingError,
    PreconditionFailedError,
    TooManyTakesError,
)
from omnigen_jobs.domain.rounds import Wish
from omnigen_jobs.routes.known import Expected, answer_changed
from omnigen_jobs.routes.needs import JobPath, Number, User, Uses
from omnigen_jobs.schemas.orders import ChoiceOrder, RetakeOrder, RoundOrder
from omnigen_jobs.schemas.views import JobView
from omnigen_shared.errors import NotFoundError, PlanLimitError, QuotaExceededError
from omnigen_shared.http.documents import problems

router: Final = APIRouter(prefix="/api/v1/jobs/{job_id}", tags=["jobs"])
ROUND: Final = (
    NotFoundError,
    JobRunningError,
    NothingMissingError,
    MediaRemovedError,
    ModelUnableError,
    QuotaExceededError,
    PlanLimitError,
    PreconditionFailedError,
)
RETAKE: Final = problems(*ROUND, TooManyTakesError)


@router.post(
    "/cancel", response_model=JobView, responses=problems(NotFoundError, JobTerminalError, PreconditionFailedError)
)
async def post_cancel(caller: User, uses: Uses, job_id: JobPath, expected: Expected) -> Response:
    """Stop a job; what was not spent is given back."""
    return answer_changed(await uses.ending.cancel(caller.subject, job_id, expected), 200)


@router.post("/resume", status_code=202, response_model=JobView, responses=problems(*ROUND))
async def post_resume(
    caller: User, uses: Uses, job_id: JobPath, expected: Expected, body: RoundOrder | None = None
) -> Response:
    """Run an ended job again; only what is missing is paid."""
    wish = Wish(max_cost_usd=None if body is None else body.max_cost_usd)
    return answer_changed(await uses.resuming.resume(caller.subject, job_id, wish, expected), 202)


@router.post("/scenes/{number}/regenerate", status_code=202, response_model=JobView, responses=RETAKE)
async def post_regenerate(
    caller: User, uses: Uses, job_id: JobPath, number: Number, expected: Expected, body: RetakeOrder | None = None
) -> Response:
    """Another take of one scene, of its prompt or a new one; the others are kept, or with `cascade` follow."""
    order = body or RetakeOrder()
    wish = Wish(scene=number, prompt=order.prompt, cascade=order.cascade, max_cost_usd=order.max_cost_usd)
    return answer_changed(await uses.resuming.resume(caller.subject, job_id, wish, expected), 202)


@router.post("/scenes/{number}/choose", status_code=202, response_model=JobView, responses=RETAKE)
async def post_choose(
    caller: User, uses: Uses, job_id: JobPath, number: Number, expected: Expected, body: ChoiceOrder
) -> Response:
    """The video with another take of a scene that is there: put together anew, nothing is generated or paid again."""
    wish = Wish(scene=number, take=body.take, cascade=body.cascade, max_cost_usd=body.max_cost_usd)
    return answer_changed(await uses.resuming.resume(caller.subject, job_id, wish, expected), 202)
