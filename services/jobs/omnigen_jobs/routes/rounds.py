"""/api/v1/jobs/{id}: stop it, run it again, have another take of a scene."""

from typing import Annotated, Final

from fastapi import APIRouter, Path

from omnigen_jobs.domain.rounds import Wish
from omnigen_jobs.routes.needs import JobPath, User, Uses
from omnigen_jobs.schemas.orders import RoundOrder
from omnigen_jobs.schemas.views import JobView

router: Final = APIRouter(prefix="/api/v1/jobs/{job_id}", tags=["jobs"])
Number = Annotated[int, Path(ge=1, le=99)]


@router.post("/cancel")
async def post_cancel(caller: User, uses: Uses, job_id: JobPath) -> JobView:
    return JobView.of_record(await uses.ending.cancel(caller.subject, job_id))


@router.post("/resume", status_code=202)
async def post_resume(caller: User, uses: Uses, job_id: JobPath, body: RoundOrder | None = None) -> JobView:
    wish = Wish(max_cost_usd=None if body is None else body.max_cost_usd)
    return JobView.of_record(await uses.resuming.resume(caller.subject, job_id, wish))


@router.post("/scenes/{number}/regenerate", status_code=202)
async def post_regenerate(
    caller: User, uses: Uses, job_id: JobPath, number: Number, body: RoundOrder | None = None
) -> JobView:
    wish = Wish(number, None if body is None else body.max_cost_usd)
    return JobView.of_record(await uses.resuming.resume(caller.subject, job_id, wish))
