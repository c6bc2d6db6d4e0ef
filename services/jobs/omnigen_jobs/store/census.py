"""Table `jobs` as the CensusStore."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from omnigen_jobs.domain.watching import Watch
from omnigen_jobs.store import keys
from omnigen_jobs.store.access import TableAccess, between
from omnigen_jobs.store.items import Instant, StoredItem
from omnigen_jobs.store.writes import Writes


class StoredWatch(StoredItem):
    """The attribute `expires_at` is added beside these."""

    task_id: str
    jobs: frozenset[int]
    until: Instant

    def to_domain(self) -> Watch:
        return Watch(**dict(self))


@dataclass(frozen=True, slots=True)
class CensusTable:
    """One item per task, all side by side."""

    access: TableAccess

    async def put_watch(self, watch: Watch) -> None:
        key, expiry = keys.watch_key(watch.task_id), {"expires_at": int(watch.until.timestamp())}
        await self.access.transact([Writes(self.access.table).put_own(key, StoredWatch.of(watch), expiry)])

    async def list_watches(self, now: datetime) -> Sequence[Watch]:
        found = [StoredWatch.of(item).to_domain() async for item in self.access.query(between(*keys.watch_range()))]
        return [watch for watch in found if watch.until > now]
