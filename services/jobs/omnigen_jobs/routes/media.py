"""/api/v1/jobs/{id}/video, /thumbnail and /captions: where the files are, for a while."""

from typing import Final

from fastapi import APIRouter
from fastapi.responses import RedirectResponse

from omnigen_jobs.domain.problems import MediaRemovedError, NotReadyError, NoVideoError
from omnigen_jobs.routes.needs import Download, JobPath, Number, User, Uses
from omnigen_shared.errors import NotFoundError
from omnigen_shared.http.documents import problems

router: Final = APIRouter(prefix="/api/v1/jobs/{job_id}", tags=["media"])
MEDIA: Final = problems(NotFoundError, NotReadyError, NoVideoError, MediaRemovedError)


@router.get("/video", status_code=302, response_class=RedirectResponse, responses=MEDIA)
async def get_video(caller: User, uses: Uses, job_id: JobPath, *, download: Download = False) -> RedirectResponse:
    """Where the finished video is: a signed link for a while, that shows or with `download` saves it."""
    return _redirect(await uses.reading.link_video(caller.subject, job_id, is_saved=download))


@router.get("/thumbnail", status_code=302, response_class=RedirectResponse, responses=MEDIA)
async def get_thumbnail(caller: User, uses: Uses, job_id: JobPath) -> RedirectResponse:
    """Where its poster is: a signed link for a while."""
    return _redirect(await uses.reading.link_thumbnail(caller.subject, job_id))


@router.get("/captions", status_code=302, response_class=RedirectResponse, responses=MEDIA)
async def get_captions(caller: User, uses: Uses, job_id: JobPath) -> RedirectResponse:
    """Where its captions are (WebVTT): a signed link for a while."""
    return _redirect(await uses.reading.link_captions(caller.subject, job_id))


@router.get(
    "/scenes/{number}/takes/{take}",
    status_code=302,
    response_class=RedirectResponse,
    responses=problems(NotFoundError, MediaRemovedError),
)
async def get_take(caller: User, uses: Uses, job_id: JobPath, number: Number, take: Number) -> RedirectResponse:
    """Where the clip of a take of a scene is, as the model made it: a signed link for a while."""
    return _redirect(await uses.reading.link_take(caller.subject, job_id, number, take))


def _redirect(url: str) -> RedirectResponse:
    return RedirectResponse(url, 302, {"Cache-Control": "no-store"})
