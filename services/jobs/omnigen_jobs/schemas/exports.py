"""Exports as a user orders and sees them."""

from typing import Literal, Self

from pydantic import BaseModel, ConfigDict

from omnigen_jobs.service.exporting import Export
from omnigen_shared.contracts.base import Contract
from omnigen_shared.contracts.exports import ExportFormat, ExportResult, ExportShape, Fit
from omnigen_shared.contracts.media import Resolution


class ExportOrder(Contract):
    """The body of POST …/exports. Without a shape or a resolution the video's own is kept; nothing is ever enlarged.

    `webp` is an animated preview of the first seconds, `sheet` a picture of twelve moments, `hls` a stream.
    `blur` shows the whole picture before a blurred copy of itself, `crop` cuts what does not fit.
    """

    model_config = ConfigDict(json_schema_extra={"examples": [{"format": "mp4", "aspect_ratio": "9:16"}]})

    format: ExportFormat
    aspect_ratio: ExportShape | None = None
    resolution: Resolution | None = None
    fit: Fit = Fit.BLUR


class ExportOutput(BaseModel):
    """The finished file."""

    width: int
    height: int
    frames: int
    duration_s: float
    size_bytes: int


class ExportView(BaseModel):
    """`file` is among the links once the export is there; until then whoever wants it asks again."""

    export_id: str
    job_id: str
    status: Literal["running", "completed"]
    progress: float
    format: ExportFormat
    aspect_ratio: ExportShape | None
    resolution: Resolution
    fit: Fit
    output: ExportOutput | None
    links: dict[str, str]

    @classmethod
    def of(cls, export: Export) -> Self:
        wish, state = export.wish, export.state
        job = f"/api/v1/jobs/{export.job_id}"
        links = {"self": f"{job}/exports/{wish.export_id}", "job": job}
        is_there = isinstance(state, ExportResult)
        if is_there:
            links["file"] = f"{links['self']}/file"
        return cls(
            export_id=wish.export_id,
            job_id=export.job_id,
            status="completed" if is_there else "running",
            progress=1.0 if isinstance(state, ExportResult) else state.progress,
            format=wish.format,
            aspect_ratio=wish.shape,
            resolution=wish.resolution,
            fit=wish.fit,
            output=ExportOutput.model_validate(state, from_attributes=True)
            if isinstance(state, ExportResult)
            else None,
            links=links,
        )
