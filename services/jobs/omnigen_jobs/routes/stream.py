"""/api/v1/jobs/{id}/events: server-sent events. Stored events carry their number; progress and signs of life do not."""

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from typing import Annotated, Any, Final

import orjson
from fastapi import APIRouter, Header
from fastapi.responses import StreamingResponse

from omnigen_jobs.domain.records import Event
from omnigen_jobs.routes.needs import JobPath, User, Uses
from omnigen_jobs.service.following import Item, Sign
from omnigen_shared.clock import to_rfc3339
from omnigen_shared.contracts.base import JobId
from omnigen_shared.errors import NotFoundError
from omnigen_shared.http.documents import problems

router: Final = APIRouter(prefix="/api/v1/jobs/{job_id}/events", tags=["events"])


MEDIA_TYPE: Final = "text/event-stream"
EXAMPLE: Final = 'id: 1\nevent: job.created\ndata: {"job_id": "job_…", "at": "2026-11-24T18:08:23.000000Z"}\n\n'
TOLD: Final[dict[int | str, dict[str, Any]]] = {
    200: {"description": "Events, until `end`.", "content": {MEDIA_TYPE: {"example": EXAMPLE}}}
}
RETRY_MS: Final = 2000
"""How long a cut-off browser waits before it connects again."""
_HEADERS: Final = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
LastEventId = Annotated[int, Header(ge=0, le=10**9)]


@router.get("", response_class=StreamingResponse, responses={**TOLD, **problems(NotFoundError)})
async def get_events(caller: User, uses: Uses, job_id: JobPath, last_event_id: LastEventId = 0) -> StreamingResponse:
    """Server-sent events of a job; `Last-Event-ID` goes on without a gap, and `end` is the last."""
    record = await uses.reading.get(caller.subject, job_id)
    followed = uses.following.follow(record.job.job_id, last_event_id)
    return StreamingResponse(_write(job_id, followed), 200, _HEADERS, MEDIA_TYPE)


async def _write(job_id: JobId, followed: AsyncGenerator[Item, None]) -> AsyncIterator[bytes]:
    yield b"retry: %d\n\n" % RETRY_MS
    async with aclosing(followed) as items:
        async for item in items:
            yield to_frame(job_id, item)


def to_frame(job_id: JobId, item: Item) -> bytes:
    """One item as a block of the stream."""
    if item is Sign.ALIVE:
        return b": still here\n\n"
    if item is Sign.END:
        return _frame("end", {"job_id": job_id})
    if isinstance(item, Event):
        return b"id: %d\n" % item.seq + _frame(item.type, item.data)
    return _frame(
        "job.progress", {"job_id": job_id, "at": to_rfc3339(item.at), "stage": item.stage, "fraction": item.fraction}
    )


def _frame(kind: str, data: Any) -> bytes:
    return b"event: %s\ndata: %s\n\n" % (kind.encode(), orjson.dumps(data))
