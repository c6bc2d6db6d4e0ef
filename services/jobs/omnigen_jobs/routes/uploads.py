"""/api/v1/uploads: pictures of a user's own, which orders name by their id."""

import re
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends
from fastapi.responses import Response

from omnigen_jobs.domain.problems import (
    TooManyUploadsError,
    UploadInvalidError,
    UploadMissingError,
    nothing_there,
)
from omnigen_jobs.domain.uploads import UploadId
from omnigen_jobs.routes.needs import User, Uses
from omnigen_jobs.schemas.uploads import OpenUpload, UploadList, UploadOrder, UploadProgress, UploadView
from omnigen_shared.contracts.composer import Pending
from omnigen_shared.errors import NotFoundError
from omnigen_shared.http.documents import id_path, problems

router: Final = APIRouter(prefix="/api/v1/uploads", tags=["uploads"])
RETRY_AFTER_S: Final = 1
NOT_FOUND: Final = problems(NotFoundError)
CHECKING: Final[dict[int | str, dict[str, Any]]] = {
    202: {"model": UploadProgress, "description": "It is being checked: ask again after Retry-After."}
}
_UPLOAD_ID: Final = re.compile(r"upl_[0-9a-f]{32}")


async def known_upload(upload_id: Annotated[str, id_path(_UPLOAD_ID.pattern)]) -> UploadId:
    """NotFoundError for text that no upload is ever called."""
    if _UPLOAD_ID.fullmatch(upload_id) is None:
        raise nothing_there()
    return UploadId(upload_id)


UploadPath = Annotated[UploadId, Depends(known_upload)]


@router.post("", status_code=201, responses=problems(TooManyUploadsError))
async def post_upload(caller: User, uses: Uses, body: UploadOrder) -> OpenUpload:
    """A place for a picture, and the form that puts a file there, for a quarter of an hour."""
    return OpenUpload.with_form(*await uses.uploading.order(caller.subject, body.purpose, body.media_type))


@router.get("")
async def list_uploads(caller: User, uses: Uses) -> UploadList:
    """Your pictures, and those that you have not completed."""
    return UploadList(uploads=[UploadView.of(one) for one in await uses.uploading.list_all(caller.subject)])


@router.get("/{upload_id}", responses=NOT_FOUND)
async def get_upload(caller: User, uses: Uses, upload_id: UploadPath) -> UploadView:
    """One of your pictures."""
    return UploadView.of(await uses.uploading.get(caller.subject, upload_id))


@router.post(
    "/{upload_id}/complete",
    response_model=UploadView,
    responses={**CHECKING, **problems(NotFoundError, UploadMissingError, UploadInvalidError)},
)
async def post_complete(caller: User, uses: Uses, upload_id: UploadPath) -> Response:
    """The file was sent: it is checked by its content and made anew, without what it says beside its pixels."""
    state = await uses.uploading.complete(caller.subject, upload_id)
    if isinstance(state, Pending):
        content = UploadProgress.of(upload_id, state).model_dump_json()
        return Response(content, 202, {"Retry-After": str(RETRY_AFTER_S)}, "application/json")
    return Response(UploadView.of(state).model_dump_json(), 200, media_type="application/json")


@router.delete("/{upload_id}", status_code=204, responses=NOT_FOUND)
async def delete_upload(caller: User, uses: Uses, upload_id: UploadPath) -> None:
    """No order can name it any more. Videos that were ordered with it keep it."""
    await uses.uploading.delete(caller.subject, upload_id)
