"""A user leaves for good."""

from dataclasses import dataclass

import structlog

from omnigen_gateway.ports import Records, UserDirectory
from omnigen_gateway.service.api_keys import ApiKeys
from omnigen_gateway.service.standings import Standings
from omnigen_shared.contracts.base import UserId

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Leaving:
    """Cut off anywhere, the user is still there to ask again: their account goes last."""

    records: Records
    api_keys: ApiKeys
    standings: Standings
    directory: UserDirectory

    async def erase(self, user_id: UserId) -> None:
        """Records (seen to from then on), keys, sessions and tokens, the account. DependencyUnavailableError."""
        await self.records.erase(user_id)
        await self.api_keys.delete_all(user_id)
        await self.standings.sign_out_everywhere(user_id)
        await self.directory.delete(user_id)
        _log.info("user_left", user_id=user_id)
