"""Where a page of a user's jobs ends, as opaque text. The user is never part of it: a cursor opens nobody's list."""

import base64
import binascii
import re
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from omnigen_jobs.domain.records import Job
from omnigen_shared.contracts.base import JobId
from omnigen_shared.contracts.job import JobStatus
from omnigen_shared.contracts.storyboard import Category
from omnigen_shared.errors import InvalidRequestError

LONGEST_CURSOR: Final = 200
_MARK: Final = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z)/(job_[0-9a-f]{32})")


@dataclass(frozen=True, slots=True)
class PageMark:
    """The last job of a page: when it was created (as stored), and which one it is."""

    created_at: str
    job_id: JobId


@dataclass(frozen=True, slots=True, kw_only=True)
class JobFilter:
    """Which of a user's jobs are wanted. `since` is the first instant of their creation, `until` the first after it."""

    status: JobStatus | None = None
    category: Category | None = None
    since: datetime | None = None
    until: datetime | None = None

    def admits(self, job: Job) -> bool:
        return (
            self.status in {None, job.status}
            and self.category in {None, job.request.category}
            and (self.since is None or job.created_at >= self.since)
            and (self.until is None or job.created_at < self.until)
        )


ALL_JOBS: Final = JobFilter()


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
