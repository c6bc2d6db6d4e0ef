"""What the use cases around users' own files need from outside."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from omnigen_jobs.domain.chores import Chore
from omnigen_jobs.domain.erasures import Erasure
from omnigen_jobs.domain.hooks import HookId
from omnigen_jobs.domain.shares import Share, Shares
from omnigen_jobs.domain.uploads import Uploads
from omnigen_shared.contracts.base import JobId, UserId
from omnigen_shared.contracts.composer import Pending
from omnigen_shared.contracts.stills import StillRequest, StillResult, StillType


class UploadStore(Protocol):
    """Users' uploads. Reads are consistent. DependencyUnavailableError when the table does not answer."""

    async def get_uploads(self, user_id: UserId) -> Uploads:
        """The user's; of version 0 when there never were any."""
        ...

    async def put_uploads(self, uploads: Uploads) -> None:
        """Write on top of the version that it carries; WriteConflictError otherwise."""
        ...


class ShareStore(Protocol):
    """Links to videos. Reads are consistent: what was revoked is not found. DependencyUnavailableError."""

    async def get_shares(self, job_id: JobId) -> Shares:
        """The job's; of version 0 when there never were any."""
        ...

    async def find_share(self, digest: str) -> Share | None:
        """The one with this token's hash, ended or not."""
        ...

    async def put_shares(self, shares: Shares, added: Share | None = None, removed: Share | None = None) -> None:
        """Write on top of the version that it carries, and let one be found, or not any more. WriteConflictError."""
        ...


class ErasureStore(Protocol):
    """Users who are being erased, and all that is kept of them in the table. DependencyUnavailableError.

    Removals may be repeated; WriteConflictError when somebody writes the same.
    """

    async def find_erasure(self, user_id: UserId) -> Erasure | None:
        """None when nobody has asked for it, or it is over."""
        ...

    async def put_erasure(self, erasure: Erasure) -> None:
        """Write on top of the version that it carries; WriteConflictError otherwise."""
        ...

    async def remove_erasure(self, erasure: Erasure) -> None:
        """It is over; WriteConflictError when it was written since."""
        ...

    async def list_job_ids(self, user_id: UserId, limit: int) -> Sequence[JobId]:
        """All kinds of jobs, shown or not (an index: some may be gone, and one may be missing for a moment)."""
        ...

    async def remove_job(self, job_id: JobId, provider_ids: Sequence[str]) -> None:
        """Nothing of it is left, its links and its bindings to these predictions included."""
        ...

    async def remove_batches(self, user_id: UserId) -> int:
        """Nothing more is begun by itself; how many there were."""
        ...

    async def remove_messages(self, hook_id: HookId) -> int:
        """What a webhook was told; how much there was."""
        ...

    async def remove_user_items(self, user_id: UserId) -> int:
        """What stands under the user, but for the erasure; how much there was."""
        ...


class ChoreStore(Protocol):
    """What is due to be tidied up."""

    async def list_chores(self, now: datetime, limit_per_shard: int) -> Sequence[Chore]:
        """The longest overdue of each shard first (an index: read each before use)."""
        ...


@dataclass(frozen=True, slots=True)
class UploadForm:
    """Where a browser or a program sends a file to as multipart/form-data: these fields, then the file as `file`."""

    url: str
    fields: Mapping[str, str]


class UploadBox(Protocol):
    """The store, as far as users write into it themselves. DependencyUnavailableError when it does not answer."""

    async def open_form(self, key: str, media_type: StillType, most_bytes: int, lasts: timedelta) -> UploadForm:
        """What lets whoever has it put one file of this type, up to this size, under this key, for a while."""
        ...

    async def remove_all(self, keys: Sequence[str]) -> None:
        """There are no such objects afterwards; up to 1,000."""
        ...

    async def list_older(self, prefix: str, before: datetime) -> Sequence[str]:
        """The keys of objects below the prefix that were written before then."""
        ...

    async def remove_older(self, prefix: str, before: datetime) -> int:
        """Objects below the prefix that were written before then are gone afterwards; how many there were."""
        ...


class StillStudio(Protocol):
    """The composer, as far as users' own pictures go. Asking begins the work, and asking again tells of it."""

    async def order(self, user_id: UserId, request: StillRequest) -> StillResult | Pending:
        """The picture, or how far it is.

        UploadMissingError while nothing was sent, UploadInvalidError for what is no such picture;
        DependencyUnavailableError.
        """
        ...
