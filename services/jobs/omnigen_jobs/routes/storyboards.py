"""/api/v1/storyboards: a plan and its price, before anything else is paid."""

import re
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Response

from omnigen_jobs.domain.ordering import place_order
from omnigen_jobs.domain.problems import nothing_there
from omnigen_jobs.routes.needs import ORDERING, IdempotencyKey, User, Uses
from omnigen_jobs.schemas.orders import StoryboardOrder
from omnigen_jobs.schemas.plans import PlanView, link_to
from omnigen_shared.contracts.base import JobId
from omnigen_shared.errors import NotFoundError
from omnigen_shared.http.documents import id_path, problems

router: Final = APIRouter(prefix="/api/v1/storyboards", tags=["storyboards"])
RETRY_AFTER_S: Final = 2
_PLAN_ID: Final = re.compile(r"plan_[0-9a-f]{32}")


async def known_form(storyboard_id: Annotated[str, id_path(_PLAN_ID.pattern)]) -> JobId:
    """NotFoundError for text that no storyboard is ever called."""
    if _PLAN_ID.fullmatch(storyboard_id) is None:
        raise nothing_there()
    return JobId(storyboard_id.replace("plan_", "job_"))


PlanPath = Annotated[JobId, Depends(known_form)]


@router.post("", responses={202: {"model": PlanView}, **problems(*ORDERING)})
async def post_storyboard(
    caller: User, uses: Uses, body: StoryboardOrder, response: Response, idempotency_key: IdempotencyKey = None
) -> PlanView:
    """Plan a video without making it: its scenes and its exact price."""
    wish = await uses.uploading.dress(caller.subject, body.to_wish(uses.clock.now().date()), body.pictures)
    order = place_order(caller.subject, caller.plan, wish, None)
    record = await uses.storyboards.plan(order, is_fresh=body.fresh, key=idempotency_key)
    response.headers["Location"] = link_to(record.job.job_id)
    if not record.job.status.is_terminal:
        response.status_code = 202
        response.headers["Retry-After"] = str(RETRY_AFTER_S)
    return PlanView.of(record.job)


@router.get("/{storyboard_id}", responses=problems(NotFoundError))
async def get_storyboard(caller: User, uses: Uses, storyboard_id: PlanPath) -> PlanView:
    """A storyboard that was asked for."""
    return PlanView.of((await uses.storyboards.get(caller.subject, storyboard_id)).job)
