"""From an Authorization header to a caller."""

import time
from collections.abc import Callable
from hashlib import sha256
from typing import Final

from omnigen_gateway.domain.cache import CallerCache
from omnigen_gateway.domain.claims import Caller, Expected, check_claims
from omnigen_gateway.domain.problems import InvalidTokenError
from omnigen_gateway.domain.tokens import bearer_token, parse_object, parse_token
from omnigen_gateway.ports import KeySource

CACHED_CALLERS: Final = 10_000


class Authenticator:
    """Verifies access tokens: the form first, then the signature by the key of exactly that kid, then the claims."""

    def __init__(self, keys: KeySource, expected: Expected, wall_clock: Callable[[], float] = time.time) -> None:
        self._keys = keys
        self._expected = expected
        self._wall_clock = wall_clock
        self._callers = CallerCache(CACHED_CALLERS)

    async def identify(self, authorization: bytes | None) -> Caller:
        """The caller; InvalidTokenError, ExpiredTokenError, or DependencyUnavailableError while no keys are known."""
        token = bearer_token(authorization)
        digest = sha256(token).digest()
        caller = self._callers.find(digest, self._wall_clock())
        if caller is None:
            caller = await self._verify(token)
            self._callers.put(digest, caller, self._wall_clock())
        return caller

    async def _verify(self, token: bytes) -> Caller:
        parsed = parse_token(token)
        key = await self._keys.find_key(parsed.kid)
        if key is None or not key.verify(parsed.signed, parsed.signature):
            raise InvalidTokenError
        return check_claims(parse_object(parsed.payload), self._expected, self._wall_clock())
