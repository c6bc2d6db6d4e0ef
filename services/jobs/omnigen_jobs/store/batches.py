"""Table `jobs` as the BatchStore."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from omnigen_jobs.domain.batches import Batch, BatchId, Item, ItemState
from omnigen_jobs.store import keys
from omnigen_jobs.store.access import TableAccess, between
from omnigen_jobs.store.assets import index_of
from omnigen_jobs.store.items import Instant, StoredItem
from omnigen_jobs.store.writes import Writes
from omnigen_shared.aws.items import to_item
from omnigen_shared.contracts.base import JobId, UserId
from omnigen_shared.contracts.job import JobProblem, JobRequest


class StoredBatchItem(StoredItem):
    job_id: JobId
    request: JobRequest
    is_seeded: bool
    max_microusd: int
    estimate_microusd: int
    state: ItemState
    problem: JobProblem | None = None

    def to_domain(self) -> Item:
        return Item(**dict(self))


class StoredBatch(StoredItem):
    """The index's keys are added beside these."""

    batch_id: BatchId
    user_id: UserId
    plan: str
    created_at: Instant
    due_at: Instant | None = None
    max_microusd: int
    items: tuple[StoredBatchItem, ...]
    canceled_at: Instant | None = None
    version: int

    def to_domain(self) -> Batch:
        return Batch(**{**dict(self), "items": tuple(item.to_domain() for item in self.items)})


@dataclass(frozen=True, slots=True)
class BatchTable:
    """One item each, with its user's others; in the index of chores as long as something of it waits."""

    access: TableAccess

    async def find_batch(self, user_id: UserId, batch_id: BatchId) -> Batch | None:
        found = await self.access.get(keys.batch_key(user_id, batch_id))
        return None if found is None else StoredBatch.of(found).to_domain()

    async def list_batches(self, user_id: UserId, before: BatchId | None, limit: int) -> Sequence[Batch]:
        start: dict[str, Any] = (
            {} if before is None else {"ExclusiveStartKey": to_item(keys.batch_key(user_id, before)._asdict())}
        )
        request = between(*keys.batch_range(user_id), ScanIndexForward=False, Limit=limit, **start)
        found, _ = await self.access.query_page(request)
        return [StoredBatch.of(item).to_domain() for item in found]

    async def put_batch(self, batch: Batch) -> None:
        key, due = keys.batch_key(batch.user_id, batch.batch_id), index_of(batch.batch_id, batch.due_at)
        await self.access.transact([Writes(self.access.table).put(key, StoredBatch.of(batch), batch.version, due)])
