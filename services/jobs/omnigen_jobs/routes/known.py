"""Answers that a caller may have already: named by what they hold, and left out while that is the same."""

import hashlib
from typing import Annotated, Final

from fastapi import Header, Response

Etags = Annotated[str | None, Header(alias="If-None-Match", max_length=2000)]
_CACHING: Final = "private, no-cache"
"""Whoever keeps it asks each time whether it still holds."""


def answer_unless_known(text: str, known: str | None) -> Response:
    """The JSON text with its ETag; 304 without it when that is among those that the caller knows."""
    etag = f'"{hashlib.sha256(text.encode()).hexdigest()[:32]}"'
    headers = {"ETag": etag, "Cache-Control": _CACHING}
    if known is not None and _matches(known, etag):
        return Response(status_code=304, headers=headers)
    return Response(text, 200, headers, "application/json")


def _matches(known: str, etag: str) -> bool:
    """Weakly, as RFC 9110 has it for If-None-Match."""
    return any(one.strip().removeprefix("W/") in {etag, "*"} for one in known.split(","))
