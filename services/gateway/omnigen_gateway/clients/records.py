"""jobs over internal HTTP, as far as all that is kept of a user goes."""

from dataclasses import dataclass

from omnigen_shared.client import InternalClient
from omnigen_shared.contracts.base import UserId


@dataclass(frozen=True, slots=True)
class JobRecords:
    """The Records port."""

    client: InternalClient

    async def erase(self, user_id: UserId) -> None:
        await self.client.call("PUT", "/internal/v1/erasure", subject=user_id, body={})
