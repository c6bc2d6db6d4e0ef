"""Table `jobs` as the KeyStore."""

from dataclasses import dataclass

from omnigen_jobs.domain.idempotency import Entry
from omnigen_jobs.store import keys
from omnigen_jobs.store.access import TableAccess
from omnigen_jobs.store.items import StoredEntry
from omnigen_jobs.store.writes import Writes
from omnigen_shared.contracts.base import UserId


@dataclass(frozen=True, slots=True)
class KeyTable:
    """Idempotency-Keys beside the user's clip claims."""

    access: TableAccess

    async def find_entry(self, user_id: UserId, key: str) -> Entry | None:
        found = await self.access.get(keys.idempotency_key(user_id, key))
        return None if found is None else StoredEntry.of(found).to_domain()

    async def put_entry(self, entry: Entry) -> None:
        await self.access.transact([Writes(self.access.table).of_entry(entry)])

    async def remove_entry(self, entry: Entry) -> None:
        key = keys.idempotency_key(entry.user_id, entry.key)
        await self.access.transact([Writes(self.access.table).removal(key, entry.version)])
