"""/api/v1/webhooks/replicate: the provider calls back. Its signature is what lets it in."""

from typing import Annotated, Final

from fastapi import APIRouter, Header, Query, Request

from omnigen_jobs.domain.hints import Delivery
from omnigen_jobs.routes.needs import User, Uses
from omnigen_shared.errors import NotFoundError
from omnigen_shared.http.documents import problems
from omnigen_shared.http.health import OPEN

router: Final = APIRouter(prefix="/api/v1/webhooks", tags=["webhooks"])
Signed = Annotated[str, Header(max_length=1000)]


@router.post("/replicate", status_code=204, openapi_extra=OPEN, responses=problems(NotFoundError))
async def post_replicate(
    _gateway: User,
    uses: Uses,
    request: Request,
    call: Annotated[str, Query(max_length=300)] = "",
    webhook_id: Signed = "",
    webhook_timestamp: Signed = "",
    webhook_signature: Signed = "",
) -> None:
    """For the provider alone: signed as Standard Webhooks say."""
    delivery = Delivery(webhook_id, webhook_timestamp, webhook_signature, await request.body())
    await uses.hinting.take(call, delivery)
