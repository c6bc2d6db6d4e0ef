"""/api/v1/jobs/{id}/exports: other forms of a finished video; /preview: what is there of one that is not."""

from typing import Annotated, Any, Final

from fastapi import APIRouter
from fastapi.responses import RedirectResponse, Response

from omnigen_jobs.domain.exporting import ID_PATTERN
from omnigen_jobs.domain.problems import MediaRemovedError, NotReadyError, NoVideoError
from omnigen_jobs.routes.needs import Download, JobPath, User, Uses
from omnigen_jobs.schemas.exports import ExportOrder, ExportView
from omnigen_jobs.service.exporting import RETRY_AFTER_S, Export, Playlist
from omnigen_shared.contracts.exports import ExportFormat, ExportResult
from omnigen_shared.errors import NotFoundError
from omnigen_shared.http.documents import id_path, problems

router: Final = APIRouter(prefix="/api/v1/jobs/{job_id}", tags=["exports"])
PROBLEMS: Final = problems(NotFoundError, NotReadyError, NoVideoError, MediaRemovedError)
WORKING: Final[dict[int | str, dict[str, Any]]] = {
    202: {"model": ExportView, "description": "It is being made: ask again after Retry-After."}
}
PLAYLIST: Final[dict[int | str, dict[str, Any]]] = {
    200: {
        "description": "A stream's playlist.",
        "content": {ExportFormat.HLS.media_type: {"schema": {"type": "string"}}},
    }
}
ExportId = Annotated[str, id_path(ID_PATTERN)]


@router.post("/exports", responses={**WORKING, **PROBLEMS}, response_model=ExportView)
async def post_export(caller: User, uses: Uses, job_id: JobPath, body: ExportOrder) -> Response:
    """Another shape, size or format of the finished video; nothing is generated anew and nothing is charged."""
    return _answer(
        await uses.exporting.order(caller.subject, job_id, body.format, body.aspect_ratio, body.resolution, body.fit)
    )


@router.get("/exports/{export_id}", responses={**WORKING, **PROBLEMS}, response_model=ExportView)
async def get_export(caller: User, uses: Uses, job_id: JobPath, export_id: ExportId) -> Response:
    """How far an export is. One that nobody asks for any more is not made to its end."""
    return _answer(await uses.exporting.get(caller.subject, job_id, export_id))


@router.get(
    "/exports/{export_id}/file",
    status_code=302,
    response_class=RedirectResponse,
    responses={**PLAYLIST, **PROBLEMS},
)
async def get_export_file(
    caller: User, uses: Uses, job_id: JobPath, export_id: ExportId, *, download: Download = False
) -> Response:
    """Where the exported file is: a signed link for a while. Of a stream its playlist (200), with such links in it."""
    found = await uses.exporting.link(caller.subject, job_id, export_id, is_saved=download)
    headers = {"Cache-Control": "no-store"}
    if isinstance(found, Playlist):
        return Response(found.text, 200, headers, ExportFormat.HLS.media_type)
    return RedirectResponse(found, 302, headers)


@router.get("/preview", status_code=302, response_class=RedirectResponse, responses=PROBLEMS)
async def get_preview(caller: User, uses: Uses, job_id: JobPath) -> RedirectResponse:
    """What is there of the video while its other scenes are made: small, without sound; a signed link for a while."""
    return RedirectResponse(
        await uses.exporting.link_preview(caller.subject, job_id), 302, {"Cache-Control": "no-store"}
    )


def _answer(export: Export) -> Response:
    view = ExportView.of(export)
    content = view.model_dump_json()
    if isinstance(export.state, ExportResult):
        return Response(content, 200, media_type="application/json")
    headers = {"Location": view.links["self"], "Retry-After": str(RETRY_AFTER_S)}
    return Response(content, 202, headers, "application/json")
