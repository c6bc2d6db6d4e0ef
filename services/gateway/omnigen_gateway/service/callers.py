"""From a bearer token to a caller."""

import time
from collections.abc import Callable
from hashlib import sha256
from typing import Any, Final

from omnigen_gateway.domain.cache import CallerCache
from omnigen_gateway.domain.claims import Caller, Expected, check_claims
from omnigen_gateway.domain.problems import InvalidTokenError
from omnigen_gateway.domain.tokens import parse_object, parse_token
from omnigen_gateway.ports import KeySource

CACHED_CALLERS: Final = 10_000


class Signatures:
    """Reads what the identity provider has signed: the form first, then the signature by the key of exactly its kid."""

    def __init__(self, keys: KeySource) -> None:
        self._keys = keys

    async def read(self, token: bytes) -> dict[str, Any]:
        """The claims, true but not judged yet. InvalidTokenError; DependencyUnavailableError without any keys."""
        parsed = parse_token(token)
        key = await self._keys.find_key(parsed.kid)
        if key is None or not key.verify(parsed.signed, parsed.signature):
            raise InvalidTokenError
        return parse_object(parsed.payload)


class Authenticator:
    """Verifies access tokens, and remembers those that are good."""

    def __init__(self, signatures: Signatures, expected: Expected, wall_clock: Callable[[], float] = time.time) -> None:
        self._signatures = signatures
        self._expected = expected
        self._wall_clock = wall_clock
        self._callers = CallerCache(CACHED_CALLERS)

    def find(self, token: bytes) -> Caller | None:
        """Whose it was a moment ago; None when `identify` has to look."""
        return self._callers.find(sha256(token).digest(), self._wall_clock())

    async def identify(self, token: bytes) -> Caller:
        """The caller; InvalidTokenError, ExpiredTokenError, or DependencyUnavailableError while no keys are known."""
        caller = self.find(token)
        if caller is None:
            caller = check_claims(await self._signatures.read(token), self._expected, self._wall_clock())
            self._callers.put(sha256(token).digest(), caller, self._wall_clock())
        return caller
