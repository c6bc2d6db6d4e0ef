"""Where a page of a user's jobs ends, as opaque text. The user is signed, not told: a cursor opens nobody's list."""

import base64
import binascii
import hashlib
import hmac
import re
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Self

from omnigen_jobs.domain.records import Job
from omnigen_shared.contracts.base import JobId, UserId
from omnigen_shared.contracts.job import JobStatus
from omnigen_shared.contracts.storyboard import Category
from omnigen_shared.errors import InvalidRequestError

LONGEST_CURSOR: Final = 200
_MARK: Final = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z)/(job_[0-9a-f]{32})/[0-9a-f]{32}")


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


@dataclass(frozen=True, slots=True)
class Cursors:
    """Signed by a key of the deployment's own, so a cursor is one that this service gave out, to this user."""

    key: bytes = field(repr=False)

    @classmethod
    def of_secret(cls, secret: str) -> Self:
        """A key made of a secret that is there for something else; every task makes the same."""
        return cls(hashlib.sha256(f"cursors:{secret}".encode()).digest())

    def write(self, mark: PageMark, user_id: UserId) -> str:
        place = f"{mark.created_at}/{mark.job_id}"
        return base64.urlsafe_b64encode(f"{place}/{self._code(place, user_id)}".encode()).decode().rstrip("=")

    def read(self, text: str, user_id: UserId) -> PageMark:
        """The inverse of write; InvalidRequestError for anything else."""
        try:
            plain = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True).decode()
        except (binascii.Error, ValueError):
            plain = ""
        found = _MARK.fullmatch(plain)
        mark = None if found is None else PageMark(found[1], JobId(found[2]))
        if mark is None or not hmac.compare_digest(self.write(mark, user_id).encode(), text.encode()):
            limits = {"type": "string", "max_length": LONGEST_CURSOR, "nullable": True}
            fields = [{"field": "cursor", "message": "Is none that this service gave out", "limits": limits}]
            raise InvalidRequestError("Not valid: cursor.", remedy="Begin without one.", details={"fields": fields})
        return mark

    def _code(self, place: str, user_id: UserId) -> str:
        return hmac.new(self.key, f"{user_id}/{place}".encode(), hashlib.sha256).hexdigest()[:32]
