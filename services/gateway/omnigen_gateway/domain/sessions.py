"""A signed-in browser: an opaque id in its cookie, the tokens here."""

import re
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from hashlib import sha256
from hmac import compare_digest
from hmac import new as new_hmac
from typing import Final

from omnigen_shared.contracts.base import UserId

COOKIE: Final = "__Host-omnigen"
LIVES_S: Final = 30 * 24 * 3600
"""From the sign-in, however often tokens are renewed: as long as Cognito's refresh token."""
RENEW_AHEAD_S: Final = 300
"""Tokens are renewed while they are still good, so that nobody has to wait for it."""
RENEWAL_LEASE_S: Final = 15
"""Longer than the one call that renews. It ends well within the 60 s in which Cognito takes a rotated token again."""
CSRF_HEADER: Final = b"x-csrf-token"
_ID: Final = re.compile(r"[A-Za-z0-9_-]{43}")
_COOKIE_PAIR: Final = re.compile(r"(?:^|;)[ \t]*([^=; \t][^=;]*)=([^;]*)")
"""A name begins with no blank: where blanks may belong to either side, a header of blanks takes seconds."""


@dataclass(frozen=True, slots=True)
class Session:
    """Instants are in seconds since 1970. `version` counts the renewals of its tokens."""

    user_id: UserId
    email: str
    refresh_token: str
    started_at: int
    expires_at: int
    fresh_until: int
    """The end of the access token: by then the refresh token has to be used."""
    version: int = 1

    def is_due(self, now_s: float) -> bool:
        return now_s >= self.fresh_until - RENEW_AHEAD_S

    def is_stale(self, now_s: float) -> bool:
        """Nothing says any more that the user pool still vouches for this user."""
        return now_s >= self.fresh_until


def find_cookie(header: str, name: str) -> str:
    """The value of the one cookie of this name. "" without one, and for two: one of them was put there by others."""
    values = [value for found, value in _COOKIE_PAIR.findall(header) if found == name]
    return values[0] if len(values) == 1 else ""


def find_session_id(header: str) -> str:
    """The session's id in a Cookie header; "" when there is none, or none that we could have given."""
    value = find_cookie(header, COOKIE)
    return value if _ID.fullmatch(value) else ""


def digest_of(session_id: str) -> str:
    """What the table knows of an id: who reads the table cannot sign in with what they find."""
    return sha256(session_id.encode()).hexdigest()


def csrf_token_of(session_id: str) -> str:
    """What a page of ours shows and nobody else can read: bound to the session, and no way back to its id."""
    mac = new_hmac(session_id.encode(), b"omnigen csrf", sha256).digest()
    return urlsafe_b64encode(mac).rstrip(b"=").decode()


def is_own_page(origin: str, fetch_site: str, public_origin: str) -> bool:
    """Whether a request that changes something was made by a page of this deployment.

    Browsers send Origin with every such request; Sec-Fetch-Site decides only where it is missing.
    """
    return origin == public_origin if origin else fetch_site == "same-origin"


def is_csrf_token(given: str, session_id: str) -> bool:
    return compare_digest(given.encode(), csrf_token_of(session_id).encode())
