"""Table `jobs` as the ErasureStore: it knows where all of a user's items stand, and what else names their jobs."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from omnigen_jobs.domain.erasures import Erasure
from omnigen_jobs.domain.hooks import HookId
from omnigen_jobs.store import keys
from omnigen_jobs.store.access import TableAccess, between
from omnigen_jobs.store.assets import index_of
from omnigen_jobs.store.items import Instant, StoredItem
from omnigen_jobs.store.keys import Key
from omnigen_jobs.store.shares import ShareTable
from omnigen_jobs.store.writes import Writes
from omnigen_shared.aws.items import to_item
from omnigen_shared.contracts.base import JobId, UserId

AT_ONCE: Final = 50
_NAMES: Final = {"ProjectionExpression": "pk, sk"}


class StoredErasure(StoredItem):
    """The index's keys are added beside these."""

    user_id: UserId
    asked_at: Instant
    due_at: Instant
    hook_ids: tuple[HookId, ...] = ()
    version: int

    def to_domain(self) -> Erasure:
        return Erasure(**dict(self))


@dataclass(frozen=True, slots=True)
class ErasureTable:
    """One item per user who is being erased, in the index of chores."""

    access: TableAccess

    async def find_erasure(self, user_id: UserId) -> Erasure | None:
        found = await self.access.get(keys.erasure_key(user_id))
        return None if found is None else StoredErasure.of(found).to_domain()

    async def put_erasure(self, erasure: Erasure) -> None:
        key, due = keys.erasure_key(erasure.user_id), index_of(erasure.user_id, erasure.due_at)
        await self.access.transact(
            [Writes(self.access.table).put(key, StoredErasure.of(erasure), erasure.version, due)]
        )

    async def remove_erasure(self, erasure: Erasure) -> None:
        key = keys.erasure_key(erasure.user_id)
        await self.access.transact([Writes(self.access.table).removal(key, erasure.version)])

    async def list_job_ids(self, user_id: UserId, limit: int) -> Sequence[JobId]:
        """An index: some may be gone, and one that was just written may not be there yet."""
        found: list[JobId] = []
        for listed_under in (user_id, keys.unlisted(user_id)):
            request = {
                "IndexName": "by_user",
                "KeyConditionExpression": "gsi_user = :user",
                "ExpressionAttributeValues": to_item({":user": listed_under}),
                "ProjectionExpression": "job_id",
                "Limit": limit,
            }
            page, _ = await self.access.query_page(request)
            found += [JobId(item["job_id"]) for item in page]
        return found[:limit]

    async def remove_job(self, job_id: JobId, provider_ids: Sequence[str]) -> None:
        shares = await ShareTable(self.access).get_shares(job_id)
        await self._remove([keys.share_key(share.digest) for share in shares.shares])
        await self._remove([keys.binding_key(provider_id) for provider_id in provider_ids])
        found = [Key(item["pk"], item["sk"]) async for item in self.access.query(_all_of(f"JOB#{job_id}", _NAMES))]
        await self._remove([key for key in found if not keys.is_job(key.sk)])
        await self._remove([key for key in found if keys.is_job(key.sk)])

    async def remove_batches(self, user_id: UserId) -> int:
        first, last = keys.batch_range(user_id)
        found = self.access.query({**between(first, last), **_NAMES})
        gone = [Key(item["pk"], item["sk"]) async for item in found]
        await self._remove(gone)
        return len(gone)

    async def remove_messages(self, hook_id: HookId) -> int:
        return await self._empty(keys.message_range(hook_id)[0].pk)

    async def remove_user_items(self, user_id: UserId) -> int:
        return await self._empty(keys.user_partition(user_id), keys.erasure_key(user_id))

    async def _empty(self, partition: str, kept: Key | None = None) -> int:
        found = [Key(item["pk"], item["sk"]) async for item in self.access.query(_all_of(partition, _NAMES))]
        gone = [key for key in found if key != kept]
        await self._remove(gone)
        return len(gone)

    async def _remove(self, wanted: Iterable[Key]) -> None:
        deletes: list[dict[str, Any]] = [
            {"Delete": {"TableName": self.access.table, "Key": to_item(key._asdict())}} for key in dict.fromkeys(wanted)
        ]
        for start in range(0, len(deletes), AT_ONCE):
            await self.access.transact(deletes[start : start + AT_ONCE])


def _all_of(partition: str, more: dict[str, Any] | None = None) -> dict[str, Any]:
    return {
        "KeyConditionExpression": "pk = :pk",
        "ExpressionAttributeValues": to_item({":pk": partition}),
        "ConsistentRead": True,
        **(more or {}),
    }
