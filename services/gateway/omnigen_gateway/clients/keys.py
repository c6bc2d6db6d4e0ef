"""Cognito's public keys: read from its JWKS, built once, kept for an hour."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from types import TracebackType
from typing import Any, Final, Self

import aiohttp
import structlog
from jose import jwk
from jose.exceptions import JOSEError

from omnigen_gateway.ports import VerificationKey
from omnigen_shared.errors import DependencyUnavailableError

FRESH_S: Final = 3600.0
USABLE_S: Final = 24 * 3600.0
"""While the provider cannot be reached, keys that are no longer fresh are still taken for this long."""
REFRESH_INTERVAL_S: Final = 5.0
"""Tokens with invented key ids cause no more than one request in this time …"""
SPARE_READS: Final = 5
"""… but for so many that were saved up: the first token under a new key never has to wait for the next turn."""
_FETCH_TIMEOUT: Final = aiohttp.ClientTimeout(total=3)
_NEVER: Final = float("-inf")
_log = structlog.get_logger()


class CognitoKeys:
    """Keys by id. Use as an async context manager: leaving it ends a fetch that is still under way."""

    def __init__(
        self,
        session: aiohttp.ClientSession,
        jwks_url: str,
        monotonic: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
    ) -> None:
        self._session = session
        self._jwks_url = jwks_url
        self._monotonic = monotonic
        self._sleep = sleep
        self._keys: dict[str, VerificationKey] = {}
        self._fetched_at = _NEVER
        self._tried_at = _NEVER
        self._full_at = _NEVER
        """When all spare reads will have been saved up again."""
        self._fetching: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._fetching is not None:
            self._fetching.cancel()
            with suppress(asyncio.CancelledError):
                await self._fetching

    async def find_key(self, kid: str) -> VerificationKey | None:
        """See KeySource. A key that is merely no longer fresh is used while new ones are fetched.

        Whoever brings an unknown id waits for the next read, which all of them share: it may be a new key's, and
        somebody who invents ids may have used up what was saved for it.
        """
        age_s = self._monotonic() - self._fetched_at
        key = self._keys.get(kid) if age_s < USABLE_S else None
        if key is not None and age_s < FRESH_S:
            return key
        fetching = self._fetch_soon(is_needed=key is None)
        if key is None and fetching is not None:
            await asyncio.shield(fetching)
        self._check_usable()
        key = key or self._keys.get(kid)
        if key is None and self._has_failed():
            raise DependencyUnavailableError("Whether there is such a key cannot be read now.", retry_after_s=5)
        return key

    async def check(self) -> None:
        if self._monotonic() - self._fetched_at >= FRESH_S and (fetching := self._fetch_soon()) is not None:
            await asyncio.shield(fetching)
        self._check_usable()

    def _check_usable(self) -> None:
        if self._monotonic() - self._fetched_at >= USABLE_S:
            raise DependencyUnavailableError("The identity provider's keys cannot be read.", retry_after_s=5)

    def _has_failed(self) -> bool:
        return self._fetched_at < self._tried_at

    def _fetch_soon(self, *, is_needed: bool = False) -> "asyncio.Task[None] | None":
        """The fetch under way, or a new one; None when the last one was in vain a moment ago.

        When there were too many lately, the new one begins when the next is due where it is needed; else None.
        """
        if self._fetching is not None and not self._fetching.done():
            return self._fetching
        now_s = self._monotonic()
        if self._has_failed() and now_s - self._tried_at < REFRESH_INTERVAL_S:
            return None
        full_at = max(self._full_at, now_s) + REFRESH_INTERVAL_S
        wait_s = max(0.0, full_at - now_s - (SPARE_READS + 1) * REFRESH_INTERVAL_S)
        if wait_s and not is_needed:
            return None
        self._full_at = full_at
        self._fetching = asyncio.create_task(self._fetch(wait_s))
        return self._fetching

    async def _fetch(self, wait_s: float) -> None:
        if wait_s:
            await self._sleep(wait_s)
        self._tried_at = self._monotonic()
        try:
            async with self._session.get(self._jwks_url, timeout=_FETCH_TIMEOUT, allow_redirects=False) as response:
                response.raise_for_status()
                self._keys = build_keys(await response.json(content_type=None))
        except (aiohttp.ClientError, TimeoutError, ValueError) as error:
            _log.error("keys_not_fetched", error=repr(error))
            return
        self._fetched_at = self._monotonic()
        _log.info("keys_fetched", kids=sorted(self._keys))


def build_keys(key_set: Any) -> dict[str, VerificationKey]:
    """The RS256 signing keys of a JWKS by their ids; what is none is left out. ValueError when there is none at all."""
    entries = key_set.get("keys") if isinstance(key_set, dict) else None
    if not isinstance(entries, list):
        raise ValueError("this is no key set")  # noqa: TRY004 - to the caller both are unreadable text
    built = {entry["kid"]: _build_key(entry) for entry in entries if _is_usable(entry)}
    keys = {kid: key for kid, key in built.items() if key is not None}
    if not keys:
        raise ValueError("the key set holds no RS256 signing key")
    return keys


def _is_usable(entry: Any) -> bool:
    if not isinstance(entry, dict) or not isinstance(entry.get("kid"), str) or "d" in entry:
        return False
    return entry.get("kty") == "RSA" and entry.get("use", "sig") == "sig" and entry.get("alg", "RS256") == "RS256"


def _build_key(entry: dict[str, Any]) -> VerificationKey | None:
    """None for a key that cannot be read: the others' tokens are as good as before."""
    try:
        return jwk.construct({name: entry[name] for name in ("kty", "n", "e")}, "RS256")
    except (JOSEError, KeyError, TypeError, ValueError) as error:
        _log.warning("key_not_read", kid=entry["kid"], error=repr(error))
        return None
