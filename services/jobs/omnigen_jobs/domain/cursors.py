"""Where a page of a user's jobs ends, as opaque text. The user is never part of it: a cursor opens nobody's list."""

import base64
import binascii
import re
from dataclasses import dataclass
from typing import Final

from omnigen_shared.contracts.base import JobId
from omnigen_shared.errors import InvalidRequestError

LONGEST_CURSOR: Final = 200
_MARK: Final = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z)/(job_[0-9a-f]{32})")


@dataclass(frozen=True, slots=True)
class PageMark:
    """The last job of a page: when it was created (as stored), and which one it is."""

    created_at: str
    job_id: JobId


def to_cursor(mark: PageMark) -> str:
    return base64.urlsafe_b64encode(f"{mark.created_at}/{mark.job_id}".encode()).decode().rstrip("=")


def from_cursor(text: str) -> PageMark:
    """The inverse of to_cursor; InvalidRequestError for anything else."""
    try:
        plain = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True).decode()
    except (binascii.Error, ValueError):
        plain = ""
    found = _MARK.fullmatch(plain)
    if found is None:
        limits = {"type": "string", "max_length": LONGEST_CURSOR, "nullable": True}
        fields = [{"field": "cursor", "message": "Is none that this service gave out", "limits": limits}]
        raise InvalidRequestError("Not valid: cursor.", remedy="Begin without one.", details={"fields": fields})
    return PageMark(found[1], JobId(found[2]))
