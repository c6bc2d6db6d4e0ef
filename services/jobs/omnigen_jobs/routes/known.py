"""What a caller knows of a job: what they have already is left out, a change of what it is no more is refused."""

import hashlib
import re
from typing import Annotated, Final

from fastapi import Depends, Header, Response
from pydantic.json_schema import SkipJsonSchema

from omnigen_jobs.domain.problems import PreconditionFailedError
from omnigen_jobs.domain.records import Record
from omnigen_jobs.schemas.views import render_job
from omnigen_jobs.service.writing import Guard, unguarded

Etags = Annotated[str | None, Header(alias="If-None-Match", max_length=2000)]
_CACHING: Final = "private, no-cache"
"""Whoever keeps it asks each time whether it still holds."""


_TAG: Final = '(?:W/)?"[!#-~]*"'
IfMatch = Annotated[
    str | SkipJsonSchema[None],
    Header(alias="If-Match", description="The change is made only while the job has one of these ETags."),
]


async def expect(if_match: IfMatch = None) -> Guard:
    """Of the header: strongly, as RFC 9110 has it for If-Match, so that neither a weak tag nor what is none matches."""
    if if_match is None or if_match == "*":
        return unguarded
    known = set(re.findall(_TAG, if_match))

    def guard(record: Record) -> None:
        if (etag := etag_of(render_job(record))) not in known:
            raise PreconditionFailedError(etag)

    return guard


Expected = Annotated[Guard, Depends(expect)]


def answer_changed(record: Record, status: int) -> Response:
    """The job after a change, with the ETag for the next one."""
    text = render_job(record)
    return Response(text, status, {"ETag": etag_of(text), "Cache-Control": _CACHING}, "application/json")


def etag_of(text: str) -> str:
    """A strong tag: other text, another tag."""
    return f'"{hashlib.sha256(text.encode()).hexdigest()[:32]}"'


def answer_unless_known(text: str, known: str | None) -> Response:
    """The JSON text with its ETag; 304 without it when that is among those that the caller knows."""
    etag = etag_of(text)
    headers = {"ETag": etag, "Cache-Control": _CACHING}
    if known is not None and _matches(known, etag):
        return Response(status_code=304, headers=headers)
    return Response(text, 200, headers, "application/json")


def _matches(known: str, etag: str) -> bool:
    """Weakly, as RFC 9110 has it for If-None-Match."""
    return any(one.strip().removeprefix("W/") in {etag, "*"} for one in known.split(","))
