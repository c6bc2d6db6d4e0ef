"""Users' own pictures in memory: what is known of them, the store that they are sent to, and who makes them anew."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from tests.fakes.job_store import FakeJobStore, compare

from omnigen_jobs.domain.batches import Batch, BatchId
from omnigen_jobs.domain.changes import bumped
from omnigen_jobs.domain.chores import BatchChore, Chore, ErasureChore, MediaChore, UploadsChore
from omnigen_jobs.domain.erasures import Erasure
from omnigen_jobs.domain.problems import UploadMissingError
from omnigen_jobs.domain.shares import Share, ShareId, Shares, digest_of
from omnigen_jobs.domain.uploads import Picture, Purpose, Upload, UploadId, Uploads
from omnigen_jobs.ports.assets import ChoreStore, ShareStore, StillStudio, UploadBox, UploadForm, UploadStore
from omnigen_jobs.ports.batches import BatchStore
from omnigen_shared.contracts.base import JobId, UserId
from omnigen_shared.contracts.composer import Pending
from omnigen_shared.contracts.stills import StillRequest, StillResult, StillType
from omnigen_shared.testing.clock import FrozenClock

EPOCH: Final = datetime(2000, 1, 1, tzinfo=UTC)
PICTURE: Final = UploadId(f"upl_{'a' * 32}")
LOGO: Final = UploadId(f"upl_{'b' * 32}")
SHARE: Final = ShareId(f"shr_{'c' * 32}")
BATCH: Final = BatchId(f"bat_{'d' * 32}")
TOKEN: Final = "t" * 43


class FakeAssetStore(UploadStore, ShareStore, BatchStore, ChoreStore):
    """The same conditions as the table's, and room for other writers before every write."""

    def __init__(self, jobs: FakeJobStore | None = None) -> None:
        self.jobs = jobs or FakeJobStore()
        self.uploads: dict[UserId, Uploads] = {}
        self.shares: dict[JobId, Shares] = {}
        self.found: dict[str, Share] = {}
        self.erasures: dict[UserId, Erasure] = {}
        self.batches: dict[BatchId, Batch] = {}

    async def get_uploads(self, user_id: UserId) -> Uploads:
        return self.uploads.get(user_id, Uploads(user_id=user_id))

    async def put_uploads(self, uploads: Uploads) -> None:
        await asyncio.sleep(0)
        compare(self.uploads.get(uploads.user_id), uploads)
        self.uploads[uploads.user_id] = bumped(uploads)

    async def get_shares(self, job_id: JobId) -> Shares:
        return self.shares.get(job_id, Shares(job_id=job_id))

    async def find_share(self, digest: str) -> Share | None:
        return self.found.get(digest)

    async def put_shares(self, shares: Shares, added: Share | None = None, removed: Share | None = None) -> None:
        await asyncio.sleep(0)
        compare(self.shares.get(shares.job_id), shares)
        self.shares[shares.job_id] = bumped(shares)
        if added is not None:
            self.found[added.digest] = added
        if removed is not None:
            self.found.pop(removed.digest, None)

    async def find_batch(self, user_id: UserId, batch_id: BatchId) -> Batch | None:
        found = self.batches.get(batch_id)
        return None if found is None or found.user_id != user_id else found

    async def list_batches(self, user_id: UserId, before: BatchId | None, limit: int) -> Sequence[Batch]:
        mine = [one for one in self.batches.values() if one.user_id == user_id]
        older = [one for one in mine if before is None or one.batch_id < before]
        return sorted(older, key=lambda one: one.batch_id, reverse=True)[:limit]

    async def put_batch(self, batch: Batch) -> None:
        await asyncio.sleep(0)
        compare(self.batches.get(batch.batch_id), batch)
        self.batches[batch.batch_id] = bumped(batch)

    async def list_chores(self, now: datetime, limit_per_shard: int) -> Sequence[Chore]:
        due: list[tuple[datetime, Chore]] = [
            (at, UploadsChore(user)) for user, mine in self.uploads.items() if (at := mine.due_at) is not None
        ]
        due += [(erasure.due_at, ErasureChore(user)) for user, erasure in self.erasures.items()]
        due += [
            (one.due_at, BatchChore(one.user_id, one.batch_id))
            for one in self.batches.values()
            if one.due_at is not None
        ]
        ended = [job for job in self.jobs.jobs.values() if job.lease_until is None]
        due += [(job.media_until, MediaChore(job.job_id)) for job in ended if job.media_until is not None]
        overdue = sorted((entry for entry in due if entry[0] < now), key=lambda entry: entry[0])
        return [chore for _, chore in overdue][: limit_per_shard * 2]


@dataclass
class FakeBox(UploadBox):
    """What was sent, by key. `error` is raised instead of removing anything."""

    objects: dict[str, bytes] = field(default_factory=dict)
    removed: list[str] = field(default_factory=list)
    written: dict[str, datetime] = field(default_factory=dict)
    """When; what is not here was written long ago."""
    error: Exception | None = None

    async def open_form(self, key: str, media_type: StillType, most_bytes: int, lasts: timedelta) -> UploadForm:
        limits = f"{most_bytes} bytes, {lasts.total_seconds():g} s"
        return UploadForm("https://store.test/", {"key": key, "Content-Type": media_type.value, "policy": limits})

    async def remove_all(self, keys: Sequence[str]) -> None:
        await asyncio.sleep(0)
        if self.error is not None:
            raise self.error
        self.removed += keys
        for key in keys:
            self.objects.pop(key, None)

    async def list_older(self, prefix: str, before: datetime) -> Sequence[str]:
        return [key for key in self.objects if key.startswith(prefix) and self.written.get(key, EPOCH) < before]

    async def remove_older(self, prefix: str, before: datetime) -> int:
        old = await self.list_older(prefix, before)
        await self.remove_all(old)
        return len(old)


@dataclass
class FakeStudio(StillStudio):
    """Makes every picture at once, or is as far as `progress`, or fails with `error`. What it has made, it knows."""

    box: FakeBox
    progress: float | None = None
    error: Exception | None = None
    made: dict[str, StillResult] = field(default_factory=dict)

    async def order(self, user_id: UserId, request: StillRequest) -> StillResult | Pending:
        await asyncio.sleep(0)
        if self.error is not None:
            raise self.error
        if self.progress is not None:
            return Pending(progress=self.progress)
        if request.source_key not in self.made:
            if request.source_key not in self.box.objects:
                raise UploadMissingError("Nothing lies in the store for this upload.")
            content = self.box.objects[request.source_key].hex()[:32]
            given: dict[str, Any] = {"width": 64, "height": 32, "size_bytes": 9, "media_type": StillType.JPEG}
            self.made[request.source_key] = StillResult(key=f"u/{user_id}/stills/{content}.jpg", **given)
        return self.made[request.source_key]


def make_upload(clock: FrozenClock, upload_id: UploadId, purpose: Purpose, user_id: UserId) -> Upload:
    """One that is ready."""
    key = f"u/{user_id}/stills/{upload_id}.png"
    picture = Picture(key=key, media_type=StillType.PNG, width=64, height=32, size_bytes=9)
    return Upload(
        upload_id=upload_id,
        purpose=purpose,
        media_type=StillType.PNG,
        created_at=clock.now(),
        raw_until=None,
        picture=picture,
    )


def furnish_uploads(store: FakeAssetStore, clock: FrozenClock, user_id: UserId) -> None:
    """A reference image and a logo, both ready."""
    kinds = ((PICTURE, Purpose.REFERENCE_IMAGE), (LOGO, Purpose.LOGO))
    uploads = tuple(make_upload(clock, upload_id, purpose, user_id) for upload_id, purpose in kinds)
    store.uploads[user_id] = Uploads(user_id=user_id, uploads=uploads, version=1)


def make_share(clock: FrozenClock, job_id: JobId, user_id: UserId) -> Share:
    """A link that is followed by TOKEN, for a day."""
    return Share(
        share_id=SHARE,
        digest=digest_of(TOKEN),
        job_id=job_id,
        user_id=user_id,
        created_at=clock.now(),
        expires_at=clock.now() + timedelta(days=1),
    )


def furnish_share(store: FakeAssetStore, clock: FrozenClock, job_id: JobId, user_id: UserId) -> None:
    share = make_share(clock, job_id, user_id)
    store.shares[job_id], store.found[share.digest] = Shares(job_id=job_id, shares=(share,), version=1), share
