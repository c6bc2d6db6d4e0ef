"""Table `jobs` as the PostStore."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from omnigen_jobs.domain.hooks import HookId, Hooks
from omnigen_jobs.domain.messages import Errand, Message, MessageId, MessageMark, Notice, NoticeMark, Posting
from omnigen_jobs.store import keys
from omnigen_jobs.store.access import TableAccess, between
from omnigen_jobs.store.post_items import StoredHooks, StoredMessage, StoredNotice
from omnigen_jobs.store.writes import Writes
from omnigen_shared.aws.items import to_item
from omnigen_shared.clock import to_rfc3339
from omnigen_shared.contracts.base import JobId, UserId


@dataclass(frozen=True, slots=True)
class PostTable:
    """A user's webhooks in one item, a webhook's messages in a collection, notices with their job."""

    access: TableAccess

    async def get_hooks(self, user_id: UserId) -> Hooks:
        found = await self.access.get(keys.hooks_key(user_id))
        return Hooks(user_id=user_id) if found is None else StoredHooks.of(found).to_domain()

    async def find_notice(self, mark: NoticeMark) -> Notice | None:
        found = await self.access.get(keys.notice_key(mark.job_id, mark.seq))
        return None if found is None else StoredNotice.of(found).to_domain()

    async def find_message(self, mark: MessageMark) -> Message | None:
        found = await self.access.get(keys.message_key(mark.hook_id, mark.message_id))
        return None if found is None else StoredMessage.of(found).to_domain()

    async def list_messages(self, hook_id: HookId, before: MessageId | None, limit: int) -> Sequence[Message]:
        start: dict[str, Any] = (
            {} if before is None else {"ExclusiveStartKey": to_item(keys.message_key(hook_id, before)._asdict())}
        )
        request = between(*keys.message_range(hook_id), ScanIndexForward=False, Limit=limit, **start)
        found, _ = await self.access.query_page(request)
        return [StoredMessage.of(item).to_domain() for item in found]

    async def list_errands(self, now: datetime, limit_per_shard: int) -> Sequence[Errand]:
        shards = (self._list_errands_in(shard, now, limit_per_shard) for shard in keys.POST_SHARDS)
        found = [item for part in await asyncio.gather(*shards) for item in part]
        return [_mark_of(item) for item in sorted(found, key=lambda item: str(item["lease_until"]))]

    async def _list_errands_in(self, shard: int, now: datetime, limit: int) -> list[dict[str, Any]]:
        found, _ = await self.access.query_page(
            {
                "IndexName": "due",
                "KeyConditionExpression": "open_shard = :shard AND lease_until < :now",
                "ExpressionAttributeValues": to_item({":shard": shard, ":now": to_rfc3339(now)}),
                "ProjectionExpression": "job_id, seq, hook_id, message_id, lease_until",
                "Limit": limit,
            }
        )
        return found

    async def commit(self, posting: Posting) -> None:
        await self.access.transact(list(Writes(self.access.table).of_posting(posting)))


def _mark_of(item: Mapping[str, Any]) -> Errand:
    if "message_id" in item:
        return MessageMark(HookId(item["hook_id"]), MessageId(item["message_id"]))
    return NoticeMark(JobId(item["job_id"]), item["seq"])
