"""/api/v1/batches: several videos of one request, with one budget."""

import re
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Query, Response

from omnigen_jobs.domain.batches import BatchId
from omnigen_jobs.domain.problems import (
    IdempotencyInProgressError,
    IdempotencyMismatchError,
    ModelUnableError,
    nothing_there,
)
from omnigen_jobs.routes.needs import IdempotencyKey, User, Uses
from omnigen_jobs.schemas.batches import BatchList, BatchOrder, BatchSummary, BatchView
from omnigen_shared.errors import NotFoundError
from omnigen_shared.http.documents import id_path, problems

router: Final = APIRouter(prefix="/api/v1/batches", tags=["batches"])
NOT_FOUND: Final = problems(NotFoundError)
_BATCH_ID: Final = re.compile(r"bat_[0-9a-f]{32}")


async def known_batch(batch_id: Annotated[str, id_path(_BATCH_ID.pattern)]) -> BatchId:
    """NotFoundError for text that no batch is ever called."""
    if _BATCH_ID.fullmatch(batch_id) is None:
        raise nothing_there()
    return BatchId(batch_id)


BatchPath = Annotated[BatchId, Depends(known_batch)]
Cursor = Annotated[str | None, Query(max_length=100, pattern=f"^{_BATCH_ID.pattern}$")]


@router.post(
    "",
    status_code=202,
    responses=problems(ModelUnableError, IdempotencyMismatchError, IdempotencyInProgressError),
)
async def post_batch(
    caller: User, uses: Uses, body: BatchOrder, response: Response, idempotency_key: IdempotencyKey = None
) -> BatchView:
    """Order several videos. What your plan does not let be at work at once waits, and is begun by itself."""
    today = uses.clock.now().date()
    wishes = [await uses.uploading.dress(caller.subject, wish, body.order.pictures) for wish in body.list_wishes(today)]
    standing, is_replay = await uses.batching.create(
        caller.subject, caller.plan, wishes, body.max_cost_usd, idempotency_key
    )
    response.headers["Location"] = f"/api/v1/batches/{standing.batch.batch_id}"
    if is_replay:
        response.headers["Idempotent-Replayed"] = "true"
    return BatchView.of_standing(standing)


@router.get("")
async def list_batches(
    caller: User, uses: Uses, cursor: Cursor = None, limit: Annotated[int, Query(ge=1, le=100)] = 20
) -> BatchList:
    """Your batches, the newest first."""
    before = None if cursor is None else BatchId(cursor)
    found = await uses.batching.list_page(caller.subject, before, limit)
    following = found[-1].batch_id if len(found) == limit else None
    return BatchList(batches=[BatchSummary.of(batch) for batch in found], next_cursor=following)


@router.get("/{batch_id}", responses=NOT_FOUND)
async def get_batch(caller: User, uses: Uses, batch_id: BatchPath) -> BatchView:
    """A batch with how far each of its videos is."""
    return BatchView.of_standing(await uses.batching.get(caller.subject, batch_id))


@router.post("/{batch_id}/cancel", responses=NOT_FOUND)
async def post_cancel_batch(caller: User, uses: Uses, batch_id: BatchPath) -> BatchView:
    """Begin nothing more of it, and stop what is at work; videos that are finished stay."""
    return BatchView.of_standing(await uses.batching.cancel(caller.subject, batch_id))
