"""Users who are being erased, over the stores in memory."""

import asyncio
from collections.abc import Sequence
from typing import Any

from tests.fakes.assets import FakeAssetStore
from tests.fakes.job_store import FakeJobStore, compare
from tests.fakes.post_store import FakePostStore

from omnigen_jobs.domain.changes import bumped
from omnigen_jobs.domain.erasures import Erasure
from omnigen_jobs.domain.hooks import HookId
from omnigen_jobs.ports.assets import ErasureStore
from omnigen_shared.contracts.base import JobId, UserId


class FakeErasureStore(ErasureStore):
    """Removes from the other stores what is the user's."""

    def __init__(self, jobs: FakeJobStore, post: FakePostStore, assets: FakeAssetStore) -> None:
        self._jobs, self._post, self._assets = jobs, post, assets

    async def find_erasure(self, user_id: UserId) -> Erasure | None:
        return self._assets.erasures.get(user_id)

    async def put_erasure(self, erasure: Erasure) -> None:
        await asyncio.sleep(0)
        compare(self._assets.erasures.get(erasure.user_id), erasure)
        self._assets.erasures[erasure.user_id] = bumped(erasure)

    async def remove_erasure(self, erasure: Erasure) -> None:
        compare(self._assets.erasures.get(erasure.user_id), erasure)
        del self._assets.erasures[erasure.user_id]

    async def list_job_ids(self, user_id: UserId, limit: int) -> Sequence[JobId]:
        return [job.job_id for job in self._jobs.jobs.values() if job.user_id == user_id][:limit]

    async def remove_job(self, job_id: JobId, provider_ids: Sequence[str]) -> None:
        for provider_id in provider_ids:
            self._jobs.bindings.pop(provider_id, None)
        shares = self._assets.shares.pop(job_id, None)
        for share in () if shares is None else shares.shares:
            self._assets.found.pop(share.digest, None)
        _remove_where(self._jobs.scenes, job_id)
        _remove_where(self._jobs.intents, job_id)
        self._jobs.events.pop(job_id, None)
        self._jobs.jobs.pop(job_id, None)

    async def remove_batches(self, user_id: UserId) -> int:
        gone = [one.batch_id for one in self._assets.batches.values() if one.user_id == user_id]
        for batch_id in gone:
            del self._assets.batches[batch_id]
        return len(gone)

    async def remove_messages(self, hook_id: HookId) -> int:
        gone = [mark for mark in self._post.messages if mark.hook_id == hook_id]
        for mark in gone:
            del self._post.messages[mark]
        return len(gone)

    async def remove_user_items(self, user_id: UserId) -> int:
        single = [held.pop(user_id, None) for held in (self._post.hooks, self._assets.uploads)]
        keyed: tuple[dict[Any, Any], ...] = (self._jobs.claims, self._jobs.pins, self._jobs.entries)
        return sum(_remove_where(held, user_id) for held in keyed) + sum(one is not None for one in single)


def _remove_where(held: dict[Any, Any], owner: str) -> int:
    """Entries whose key begins with this owner; how many there were."""
    gone = [key for key in held if key[0] == owner]
    for key in gone:
        del held[key]
    return len(gone)
