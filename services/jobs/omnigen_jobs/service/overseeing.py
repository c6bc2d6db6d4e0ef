"""What people look at when a user says that their webhook hears nothing."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from omnigen_jobs.domain.hooks import Hook, HookId
from omnigen_jobs.domain.messages import Errand, Message, MessageMark, Notice
from omnigen_jobs.ports import PostStore
from omnigen_shared.clock import Clock
from omnigen_shared.contracts.base import UserId

EVER: Final = timedelta(days=365)
PER_SHARD: Final = 500
PER_HOOK: Final = 100


@dataclass(frozen=True, slots=True)
class Overseeing:
    """Reads only."""

    store: PostStore
    clock: Clock

    async def list_outbox(self) -> AsyncIterator[Notice | Message]:
        """What is not at its end, the longest overdue first; up to PER_SHARD of each shard."""
        for errand in await self.store.list_errands(self.clock.now() + EVER, PER_SHARD):
            found = await self._find(errand)
            if found is not None:
                yield found

    async def _find(self, errand: Errand) -> Notice | Message | None:
        if isinstance(errand, MessageMark):
            return await self.store.find_message(errand)
        return await self.store.find_notice(errand)

    async def list_hooks(self, user_id: UserId) -> Sequence[Hook]:
        """The user's."""
        return (await self.store.get_hooks(user_id)).hooks

    async def list_messages(self, hook_id: HookId) -> Sequence[Message]:
        """The last that were sent to a webhook, the newest first."""
        return await self.store.list_messages(hook_id, None, PER_HOOK)
