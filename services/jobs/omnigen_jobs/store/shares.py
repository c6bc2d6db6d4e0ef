"""Table `jobs` as the ShareStore."""

from dataclasses import dataclass
from typing import Any

from omnigen_jobs.domain.shares import Share, ShareId, Shares
from omnigen_jobs.store import keys
from omnigen_jobs.store.access import TableAccess
from omnigen_jobs.store.items import Instant, StoredItem
from omnigen_jobs.store.writes import Writes
from omnigen_shared.aws.items import to_item
from omnigen_shared.clock import to_rfc3339
from omnigen_shared.contracts.base import JobId, UserId


class StoredShare(StoredItem):
    share_id: ShareId
    digest: str
    job_id: JobId
    user_id: UserId
    created_at: Instant
    expires_at: Instant

    def to_domain(self) -> Share:
        return Share(**dict(self))


class StoredShares(StoredItem):
    job_id: JobId
    shares: tuple[StoredShare, ...] = ()
    version: int

    def to_domain(self) -> Shares:
        shares = tuple(share.to_domain() for share in self.shares)
        return Shares(job_id=self.job_id, shares=shares, version=self.version)


@dataclass(frozen=True, slots=True)
class ShareTable:
    """A job's links in one item beside its record; each once more under its token's hash."""

    access: TableAccess

    async def get_shares(self, job_id: JobId) -> Shares:
        found = await self.access.get(keys.shares_key(job_id))
        return Shares(job_id=job_id) if found is None else StoredShares.of(found).to_domain()

    async def find_share(self, digest: str) -> Share | None:
        found = await self.access.get(keys.share_key(digest))
        return None if found is None else StoredShare.of({**found, "expires_at": found["ends_at"]}).to_domain()

    async def put_shares(self, shares: Shares, added: Share | None = None, removed: Share | None = None) -> None:
        writes = Writes(self.access.table)
        items = [writes.put(keys.shares_key(shares.job_id), StoredShares.of(shares), shares.version)]
        if added is not None:
            items.append(writes.put(keys.share_key(added.digest), StoredShare.of(added), 0, _ends(added)))
        if removed is not None:
            key = to_item(keys.share_key(removed.digest)._asdict())
            items.append({"Delete": {"TableName": self.access.table, "Key": key}})
        await self.access.transact(items)


def _ends(share: Share) -> dict[str, Any]:
    """TTL wants whole seconds under the name `expires_at`; the end itself is kept beside it."""
    return {"expires_at": int(share.expires_at.timestamp()) + 1, "ends_at": to_rfc3339(share.expires_at)}
