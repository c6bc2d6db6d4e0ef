"""/api/v1/jobs/{id}/shares: links to a finished video; /api/v1/share/{token}: what they show, to whoever has them."""

import re
from datetime import timedelta
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Response

from omnigen_jobs.domain.problems import (
    MediaRemovedError,
    NotReadyError,
    NoVideoError,
    TooManySharesError,
    nothing_there,
)
from omnigen_jobs.domain.shares import ShareId
from omnigen_jobs.routes.needs import JobPath, User, Uses
from omnigen_jobs.schemas.shares import NewShare, SharedVideo, ShareList, ShareOrder, ShareView
from omnigen_shared.errors import NotFoundError
from omnigen_shared.http.documents import id_path, problems
from omnigen_shared.http.health import OPEN

router: Final = APIRouter(prefix="/api/v1", tags=["shares"])
NOT_FOUND: Final = problems(NotFoundError)
_SHARE_ID: Final = re.compile(r"shr_[0-9a-f]{32}")


async def known_share(share_id: Annotated[str, id_path(_SHARE_ID.pattern)]) -> ShareId:
    """NotFoundError for text that no link is ever called."""
    if _SHARE_ID.fullmatch(share_id) is None:
        raise nothing_there()
    return ShareId(share_id)


SharePath = Annotated[ShareId, Depends(known_share)]


@router.post(
    "/jobs/{job_id}/shares",
    status_code=201,
    responses=problems(NotFoundError, NotReadyError, NoVideoError, MediaRemovedError, TooManySharesError),
)
async def post_share(caller: User, uses: Uses, job_id: JobPath, body: ShareOrder | None = None) -> NewShare:
    """A link to the finished video, which nobody has to sign in for. Its token is shown this once."""
    lasts = timedelta(days=(body or ShareOrder()).expires_in_days)
    return NewShare.with_token(*await uses.sharing.create(caller.subject, job_id, lasts))


@router.get("/jobs/{job_id}/shares", responses=NOT_FOUND)
async def list_shares(caller: User, uses: Uses, job_id: JobPath) -> ShareList:
    """The links that hold."""
    return ShareList(shares=[ShareView.of(share) for share in await uses.sharing.list_all(caller.subject, job_id)])


@router.delete("/jobs/{job_id}/shares/{share_id}", status_code=204, responses=NOT_FOUND)
async def delete_share(caller: User, uses: Uses, job_id: JobPath, share_id: SharePath) -> None:
    """Revoke a link: from now on it shows nothing."""
    await uses.sharing.revoke(caller.subject, job_id, share_id)


@router.get("/share/{token}", responses=NOT_FOUND, openapi_extra=OPEN)
async def get_shared_video(
    _caller: User, uses: Uses, token: Annotated[str, id_path("[A-Za-z0-9_-]{1,128}")], response: Response
) -> SharedVideo:
    """The video behind a link, with signed addresses of its files. Nobody has to sign in."""
    response.headers["Cache-Control"] = "no-store"
    return SharedVideo.of(await uses.sharing.show(token))
