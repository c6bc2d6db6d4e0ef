"""API keys: made, listed and deleted by their users, and taken as who they are."""

import secrets
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

import structlog

from omnigen_gateway.domain.api_keys import MAX_KEYS, USED_EVERY_S, ApiKey, hash_of, read_key, write_key
from omnigen_gateway.domain.claims import Caller, Means
from omnigen_gateway.domain.problems import InvalidTokenError, TooManyKeysError
from omnigen_gateway.ports import KeyTable
from omnigen_gateway.service.remembering import Memory
from omnigen_shared.contracts.base import UserId
from omnigen_shared.contracts.spending import PlanName
from omnigen_shared.errors import DependencyUnavailableError, NotFoundError

MAX_AGE_S: Final = 30.0
"""A key that was deleted through another gateway is taken here for so much longer at most."""
_log = structlog.get_logger()


class ApiKeys:
    """API keys by their id."""

    def __init__(
        self,
        table: KeyTable,
        wall_clock: Callable[[], float] = time.time,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._table = table
        self._wall_clock = wall_clock
        self._memory = Memory(self._look, MAX_AGE_S, monotonic=monotonic)

    async def get_caller(self, text: str) -> Caller:
        """Whose key it is; its plan is the standing's to tell. InvalidTokenError: unknown, deleted or expired."""
        parts = read_key(text)
        if parts is None:
            raise InvalidTokenError
        key_id, secret = parts
        known = self._memory.find(key_id) or await self._memory.get(key_id)
        now_s = self._wall_clock()
        if known is None or not known.key.opens_with(secret, now_s):
            raise InvalidTokenError
        if not known.is_noted:
            await self._note_use(known, int(now_s))
        key = known.key
        return Caller(key.user_id, PlanName.FREE, key.expires_at, means=Means.KEY, scopes=key.scopes)

    async def create(self, user_id: UserId, name: str, scopes: Iterable[str], lasts_s: int) -> tuple[ApiKey, str]:
        """A new key, and its text, which is known to nobody afterwards. TooManyKeysError."""
        now_s, secret = int(self._wall_clock()), secrets.token_urlsafe(32)
        key = ApiKey(
            key_id=secrets.token_hex(8),
            user_id=user_id,
            name=name,
            scopes=frozenset(scopes),
            secret_hash=hash_of(secret),
            created_at=now_s,
            expires_at=now_s + lasts_s,
        )
        if not await self._table.add(key):
            await self._sweep(user_id)
            if not await self._table.add(key):
                raise TooManyKeysError(MAX_KEYS)
        return key, write_key(key.key_id, secret)

    async def list_of(self, user_id: UserId) -> list[ApiKey]:
        """The user's keys that are not expired, newest first."""
        keys = [key for key in await self._table.list_of(user_id) if self._wall_clock() < key.expires_at]
        return sorted(keys, key=lambda key: (-key.created_at, key.key_id))

    async def delete(self, user_id: UserId, key_id: str) -> None:
        """It opens nothing from now on here, and after MAX_AGE_S elsewhere. NotFoundError when it is not theirs."""
        removed = await self._table.remove(user_id, key_id)
        self._memory.forget(key_id)
        if not removed:
            raise NotFoundError("There is no such key.")

    async def delete_all(self, user_id: UserId) -> None:
        """As delete, for all of a user's keys, expired ones too."""
        for key in await self._table.list_of(user_id):
            await self._table.remove(user_id, key.key_id)
            self._memory.forget(key.key_id)

    async def _sweep(self, user_id: UserId) -> None:
        for key in await self._table.list_of(user_id):
            if self._wall_clock() >= key.expires_at:
                await self._table.remove(user_id, key.key_id)

    async def _look(self, key_id: str) -> "_Known | None":
        key = await self._table.find(key_id)
        if key is None:
            return None
        return _Known(key, is_noted=self._wall_clock() - key.last_used_at < USED_EVERY_S)

    async def _note_use(self, known: "_Known", now_s: int) -> None:
        """Only who knows the secret has used the key. Of those who come at once the first one notes it."""
        known.is_noted = True
        try:
            await self._table.note_use(known.key.key_id, now_s)
        except DependencyUnavailableError as error:
            _log.warning("key_use_not_noted", key_id=known.key.key_id, error=error.detail)


@dataclass(slots=True)
class _Known:
    """A key as it was read, and whether the table knows of a use within the last minute."""

    key: ApiKey
    is_noted: bool
