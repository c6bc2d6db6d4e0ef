"""A user's own pictures: asked for, sent to the store, checked, and then named by their id in orders.

All of a user's stand in one item, so that how many there are is decided by the same write that adds one.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, NewType

from omnigen_jobs.domain.abilities import Wish
from omnigen_jobs.domain.problems import TooManyUploadsError, nothing_there
from omnigen_shared.contracts.base import UserId
from omnigen_shared.contracts.composer import Corner, Logo
from omnigen_shared.contracts.stills import StillRequest, StillType
from omnigen_shared.errors import InvalidRequestError

UploadId = NewType("UploadId", str)

MOST_UPLOADS: Final = 100
"""Of one user."""
FORM_LASTS: Final = timedelta(minutes=15)
"""How long a file is taken by the store."""
AWAITED_FOR: Final = timedelta(hours=1)
"""From the order on. What was sent is removed by then, and an upload that is not completed is forgotten."""


class Purpose(StrEnum):
    """What a picture may be used for."""

    REFERENCE_IMAGE = "reference_image"
    LOGO = "logo"

    @property
    def side_px(self) -> int:
        """What is kept is no larger: as large as models look at, or as a corner can show."""
        return {Purpose.REFERENCE_IMAGE: 2048, Purpose.LOGO: 1024}[self]


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """What was made of the file. Its key names it by its content."""

    key: str
    media_type: StillType
    width: int
    height: int
    size_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """`media_type` is the file's. `raw_until`: the file as it was sent may lie in the store until it is removed then.

    A deleted one is known until then, and to nobody else: its form may still be used.
    """

    upload_id: UploadId
    purpose: Purpose
    media_type: StillType
    created_at: datetime
    raw_until: datetime | None
    picture: Picture | None = None
    is_deleted: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Uploads:
    """All of a user's, in the order in which they were asked for."""

    user_id: UserId
    uploads: tuple[Upload, ...] = ()
    version: int = 0

    @property
    def due_at(self) -> datetime | None:
        """When the first file has to be removed."""
        return min((upload.raw_until for upload in self.uploads if upload.raw_until is not None), default=None)

    @property
    def shown(self) -> tuple[Upload, ...]:
        return tuple(upload for upload in self.uploads if not upload.is_deleted)

    def find(self, upload_id: UploadId) -> Upload | None:
        return next((upload for upload in self.shown if upload.upload_id == upload_id), None)

    def get(self, upload_id: UploadId) -> Upload:
        """NotFoundError."""
        found = self.find(upload_id)
        if found is None:
            raise nothing_there()
        return found


@dataclass(frozen=True, slots=True)
class Pictures:
    """The pictures that an order names."""

    reference: UploadId | None = None
    logo: UploadId | None = None
    corner: Corner = Corner.TOP_RIGHT


def raw_key(user_id: UserId, upload_id: UploadId) -> str:
    """Where the file is sent to."""
    return f"u/{user_id}/uploads/{upload_id}"


def still_request(user_id: UserId, upload: Upload) -> StillRequest:
    """What the composer is told."""
    return StillRequest(
        source_key=raw_key(user_id, upload.upload_id), media_type=upload.media_type, side_px=upload.purpose.side_px
    )


def add(uploads: Uploads, upload: Upload) -> Uploads:
    """TooManyUploadsError."""
    if len(uploads.uploads) >= MOST_UPLOADS:
        raise TooManyUploadsError(f"There are {MOST_UPLOADS} already.", details={"limit": MOST_UPLOADS})
    return replace(uploads, uploads=(*uploads.uploads, upload))


def complete(uploads: Uploads, upload_id: UploadId, picture: Picture) -> Uploads:
    """The picture is there; the same object when that is known. NotFoundError when it was deleted or has run out."""
    upload = uploads.get(upload_id)
    if upload.picture is not None:
        return uploads
    return replace(uploads, uploads=_exchange(uploads, upload, replace(upload, picture=picture)))


def remove(uploads: Uploads, upload_id: UploadId) -> Uploads:
    """No order can name it any more; those that have keep its picture. NotFoundError."""
    gone = uploads.get(upload_id)
    return _keep(replace(uploads, uploads=_exchange(uploads, gone, replace(gone, is_deleted=True))))


def list_raw(uploads: Uploads, now: datetime) -> tuple[Upload, ...]:
    """Those whose files have to be removed now: no form for them is taken any more."""
    return tuple(upload for upload in uploads.uploads if upload.raw_until is not None and upload.raw_until <= now)


def tidy(uploads: Uploads, now: datetime) -> Uploads:
    """Their files are removed: what was never completed is forgotten."""
    over = list_raw(uploads, now)
    return _keep(
        replace(uploads, uploads=tuple(replace(one, raw_until=None) if one in over else one for one in uploads.uploads))
    )


def _exchange(uploads: Uploads, before: Upload, after: Upload) -> tuple[Upload, ...]:
    return tuple(after if one is before else one for one in uploads.uploads)


def _keep(uploads: Uploads) -> Uploads:
    """Without those of which nothing is left."""

    def is_kept(one: Upload) -> bool:
        return one.raw_until is not None or (one.picture is not None and not one.is_deleted)

    return replace(uploads, uploads=tuple(filter(is_kept, uploads.uploads)))


def dress(wish: Wish, pictures: Pictures, uploads: Uploads) -> Wish:
    """The wish with the pictures that it names. InvalidRequestError for one that cannot be used so."""
    changes: dict[str, object] = {}
    if pictures.reference is not None:
        picture = _get_ready(uploads, pictures.reference, Purpose.REFERENCE_IMAGE, "reference_image")
        changes |= {"reference_image": picture.key, "reference_upload": pictures.reference}
    if pictures.logo is not None:
        picture = _get_ready(uploads, pictures.logo, Purpose.LOGO, "logo.upload_id")
        logo = Logo(image_key=picture.key, corner=pictures.corner)
        changes |= {"logo": logo, "logo_upload": pictures.logo}
    return replace(wish, request=wish.request.model_copy(update=changes))


def _get_ready(uploads: Uploads, upload_id: UploadId, purpose: Purpose, field: str) -> Picture:
    upload = uploads.find(upload_id)
    if upload is None:
        raise _refuse(
            field,
            "there is no upload with this id",
            {"allowed": [one.upload_id for one in uploads.shown if one.purpose is purpose]},
        )
    if upload.purpose is not purpose:
        raise _refuse(field, f"it was uploaded as {upload.purpose.value}", {"purpose": purpose.value})
    if upload.picture is None:
        raise _refuse(field, "the upload is not completed", {"status": "ready"})
    return upload.picture


def _refuse(field: str, message: str, limits: Mapping[str, object]) -> InvalidRequestError:
    return InvalidRequestError(
        f"Not valid: {field}: {message}.",
        remedy="Name a completed upload of yours that was made for this.",
        details={"fields": [{"field": field, "message": message, "limits": dict(limits)}]},
    )
