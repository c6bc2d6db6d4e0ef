"""/api/v1/estimates: what an order would cost, as it stands."""

from typing import Final

from fastapi import APIRouter

from omnigen_jobs.domain.ordering import place_order
from omnigen_jobs.domain.problems import ModelUnableError
from omnigen_jobs.routes.needs import User, Uses
from omnigen_jobs.schemas.orders import JobOrder
from omnigen_jobs.schemas.plans import EstimateView
from omnigen_shared.http.documents import problems

router: Final = APIRouter(prefix="/api/v1/estimates", tags=["storyboards"])


@router.post("", responses=problems(ModelUnableError))
async def post_estimate(caller: User, uses: Uses, body: JobOrder) -> EstimateView:
    """The price of this body of POST jobs, to the micro-dollar; nothing is ordered, planned or paid."""
    wish = await uses.uploading.dress(caller.subject, body.to_wish(uses.clock.now().date()), body.pictures)
    return EstimateView.of(place_order(caller.subject, caller.plan, wish, body.max_cost_usd))
