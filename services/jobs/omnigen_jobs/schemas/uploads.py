"""Users' own pictures, as they are asked for and seen."""

from typing import Any, Final, Self

from pydantic import BaseModel, ConfigDict, JsonValue

from omnigen_jobs.domain.uploads import FORM_LASTS, Purpose, Upload
from omnigen_jobs.ports.assets import UploadForm
from omnigen_jobs.schemas.views import Instant
from omnigen_shared.contracts.base import Contract
from omnigen_shared.contracts.composer import Pending
from omnigen_shared.contracts.stills import LARGEST_AREA_PX, LARGEST_BYTES, LARGEST_SIDE_PX, StillType

EXAMPLE: Final[dict[str, JsonValue]] = {"purpose": "reference_image", "media_type": "image/jpeg"}


class UploadOrder(Contract):
    """The body of POST /api/v1/uploads: what the picture is for, and what kind of file will be sent."""

    model_config = ConfigDict(json_schema_extra={"examples": [EXAMPLE]})

    purpose: Purpose = Purpose.REFERENCE_IMAGE
    media_type: StillType


class UploadView(BaseModel):
    """`status` is `awaiting` until the file was sent and completed, then `ready`; the sizes are of what is kept."""

    upload_id: str
    purpose: Purpose
    media_type: StillType
    status: str
    created_at: Instant
    width: int | None
    height: int | None
    size_bytes: int | None
    links: dict[str, str]

    @classmethod
    def of(cls, upload: Upload, **more: Any) -> Self:
        picture = upload.picture
        base = f"/api/v1/uploads/{upload.upload_id}"
        return cls(
            upload_id=upload.upload_id,
            purpose=upload.purpose,
            media_type=upload.media_type,
            status="awaiting" if picture is None else "ready",
            created_at=upload.created_at,
            width=None if picture is None else picture.width,
            height=None if picture is None else picture.height,
            size_bytes=None if picture is None else picture.size_bytes,
            links={"self": base, "complete": f"{base}/complete"},
            **more,
        )


class FormView(BaseModel):
    """Send a multipart/form-data POST to `url` with all of `fields`, and then the file as `file`."""

    url: str
    fields: dict[str, str]


class FileLimits(BaseModel):
    """What a file may be; what is larger than it is useful is made smaller, not refused."""

    size_bytes: int = LARGEST_BYTES
    side_px: int = LARGEST_SIDE_PX
    area_px: int = LARGEST_AREA_PX
    media_types: tuple[StillType, ...] = tuple(StillType)


class OpenUpload(UploadView):
    """With the form, which is taken until `expires_at`. Then call `links.complete`."""

    form: FormView
    limits: FileLimits
    expires_at: Instant

    @classmethod
    def with_form(cls, upload: Upload, form: UploadForm) -> Self:
        return cls.of(
            upload,
            form=FormView(url=form.url, fields=dict(form.fields)),
            limits=FileLimits(),
            expires_at=upload.created_at + FORM_LASTS,
        )


class UploadProgress(BaseModel):
    """The picture is being made, 0 … 1."""

    upload_id: str
    status: str
    progress: float

    @classmethod
    def of(cls, upload_id: str, state: Pending) -> Self:
        return cls(upload_id=upload_id, status="checking", progress=state.progress)


class UploadList(BaseModel):
    uploads: list[UploadView]
