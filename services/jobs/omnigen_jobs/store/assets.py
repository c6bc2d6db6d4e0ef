"""Table `jobs` as the UploadStore and the ChoreStore."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from omnigen_jobs.domain.batches import BatchId
from omnigen_jobs.domain.chores import BatchChore, Chore, ErasureChore, MediaChore, UploadsChore
from omnigen_jobs.domain.uploads import Picture, Purpose, Upload, UploadId, Uploads
from omnigen_jobs.store import keys
from omnigen_jobs.store.access import TableAccess
from omnigen_jobs.store.items import Instant, StoredItem
from omnigen_jobs.store.writes import Writes
from omnigen_shared.aws.items import to_item
from omnigen_shared.clock import to_rfc3339
from omnigen_shared.contracts.base import JobId, UserId
from omnigen_shared.contracts.stills import StillType


class StoredPicture(StoredItem):
    key: str
    media_type: StillType
    width: int
    height: int
    size_bytes: int

    def to_domain(self) -> Picture:
        return Picture(**dict(self))


class StoredUpload(StoredItem):
    upload_id: UploadId
    purpose: Purpose
    media_type: StillType
    created_at: Instant
    raw_until: Instant | None = None
    picture: StoredPicture | None = None
    is_deleted: bool = False

    def to_domain(self) -> Upload:
        picture = None if self.picture is None else self.picture.to_domain()
        return Upload(**{**dict(self), "picture": picture})


class StoredUploads(StoredItem):
    """The index's keys are added beside these."""

    user_id: UserId
    uploads: tuple[StoredUpload, ...] = ()
    version: int

    def to_domain(self) -> Uploads:
        uploads = tuple(upload.to_domain() for upload in self.uploads)
        return Uploads(user_id=self.user_id, uploads=uploads, version=self.version)


@dataclass(frozen=True, slots=True)
class AssetTable:
    """A user's uploads in one item; what is due to be tidied up in shards of its own of the index `due`."""

    access: TableAccess

    async def get_uploads(self, user_id: UserId) -> Uploads:
        found = await self.access.get(keys.uploads_key(user_id))
        return Uploads(user_id=user_id) if found is None else StoredUploads.of(found).to_domain()

    async def put_uploads(self, uploads: Uploads) -> None:
        due = index_of(uploads.user_id, uploads.due_at)
        key, stored = keys.uploads_key(uploads.user_id), StoredUploads.of(uploads)
        await self.access.transact([Writes(self.access.table).put(key, stored, uploads.version, due)])

    async def list_chores(self, now: datetime, limit_per_shard: int) -> Sequence[Chore]:
        shards = (self._list_chores_in(shard, now, limit_per_shard) for shard in keys.CHORE_SHARDS)
        return [_chore_of(item) for found in await asyncio.gather(*shards) for item in found]

    async def _list_chores_in(self, shard: int, now: datetime, limit: int) -> list[dict[str, Any]]:
        found, _ = await self.access.query_page(
            {
                "IndexName": "due",
                "KeyConditionExpression": "open_shard = :shard AND lease_until < :now",
                "ExpressionAttributeValues": to_item({":shard": shard, ":now": to_rfc3339(now)}),
                "ProjectionExpression": "sk, user_id, job_id, batch_id",
                "Limit": limit,
            }
        )
        return found


def index_of(owner: str, due_at: datetime | None) -> dict[str, Any]:
    """The keys under which a chore is found in time; none when there is none."""
    return {} if due_at is None else {"open_shard": keys.chore_shard_of(owner), "lease_until": to_rfc3339(due_at)}


def _chore_of(item: Mapping[str, Any]) -> Chore:
    if keys.is_job(item["sk"]):
        return MediaChore(JobId(item["job_id"]))
    if "batch_id" in item:
        return BatchChore(UserId(item["user_id"]), BatchId(item["batch_id"]))
    if keys.is_erasure(item["sk"]):
        return ErasureChore(UserId(item["user_id"]))
    return UploadsChore(UserId(item["user_id"]))
