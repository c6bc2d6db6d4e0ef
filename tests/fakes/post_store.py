"""Webhooks and what is on its way to them in memory, beside the fake job store that writes the notices."""

import asyncio
from collections.abc import Sequence
from datetime import datetime

from tests.fakes.job_store import FakeJobStore, compare

from omnigen_jobs.domain.changes import bumped
from omnigen_jobs.domain.hooks import HookId, Hooks
from omnigen_jobs.domain.messages import Errand, Message, MessageId, MessageMark, Notice, NoticeMark, Posting
from omnigen_jobs.ports import PostStore
from omnigen_shared.contracts.base import UserId


class FakePostStore(PostStore):
    """The same conditions as the table's, and room for other writers before every write."""

    def __init__(self, jobs: FakeJobStore) -> None:
        self.hooks: dict[UserId, Hooks] = {}
        self.messages: dict[MessageMark, Message] = {}
        self._notices = jobs.notices

    async def get_hooks(self, user_id: UserId) -> Hooks:
        return self.hooks.get(user_id, Hooks(user_id=user_id))

    async def find_notice(self, mark: NoticeMark) -> Notice | None:
        return self._notices.get(mark)

    async def find_message(self, mark: MessageMark) -> Message | None:
        return self.messages.get(mark)

    async def list_messages(self, hook_id: HookId, before: MessageId | None, limit: int) -> Sequence[Message]:
        mine = [message for mark, message in self.messages.items() if mark.hook_id == hook_id]
        older = [message for message in mine if before is None or message.message_id < before]
        return sorted(older, key=lambda message: message.message_id, reverse=True)[:limit]

    async def list_errands(self, now: datetime, limit_per_shard: int) -> Sequence[Errand]:
        due: list[tuple[datetime, Errand]] = [(notice.at, mark) for mark, notice in self._notices.items()]
        due += [(message.due_at, mark) for mark, message in self.messages.items() if message.due_at is not None]
        overdue = sorted((entry for entry in due if entry[0] < now), key=lambda entry: entry[0])
        return [mark for _, mark in overdue][: limit_per_shard * 4]

    async def commit(self, posting: Posting) -> None:
        await asyncio.sleep(0)
        self._check(posting)
        if (told := posting.told) is not None:
            del self._notices[NoticeMark(told.job_id, told.seq)]
        if posting.hooks is not None:
            self.hooks[posting.hooks.user_id] = bumped(posting.hooks)
        for message in posting.messages:
            self.messages[_mark_of(message)] = bumped(message)
        if posting.removed is not None:
            del self.messages[_mark_of(posting.removed)]

    def _check(self, posting: Posting) -> None:
        if (told := posting.told) is not None:
            compare(self._notices.get(NoticeMark(told.job_id, told.seq)), told)
        if posting.hooks is not None:
            compare(self.hooks.get(posting.hooks.user_id), posting.hooks)
        for message in (*posting.messages, *filter(None, [posting.removed])):
            compare(self.messages.get(_mark_of(message)), message)


def _mark_of(message: Message) -> MessageMark:
    return MessageMark(message.hook_id, message.message_id)
