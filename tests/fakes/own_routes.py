"""The routes that the gateway answers itself, and the credentials that its table holds."""

import secrets
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from tests.fakes.gateway import GatewayBench
from tests.fakes.public_api import USER, PublicApi

from omnigen_gateway.domain.api_keys import ApiKey, hash_of, write_key
from omnigen_gateway.domain.scopes import Scope
from omnigen_gateway.domain.sessions import COOKIE, Session, csrf_token_of, digest_of

KEY_ID: Final = "0123456789abcdef"
KEY_BODY: Final = {"name": "a program", "scopes": ["jobs:read"], "expires_in_days": 7}


@dataclass(frozen=True)
class Case:
    """A route: where a good request goes, what it carries, whose it is, and what else may be wrong with it."""

    method: str
    path: str
    target: str
    body: Any = None
    nobodys: str | None = None
    """The same address of a thing that nobody has, where a thing belongs to somebody."""
    bad_queries: Sequence[str] = ()
    status: int = 200
    is_paid: bool = False
    takes_key: bool = False
    needs_body: bool = False

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


OWN: Final = (
    Case("GET", "/api/v1/auth/me", "/api/v1/auth/me"),
    Case("DELETE", "/api/v1/auth/me", "/api/v1/auth/me", status=202),
    Case("POST", "/api/v1/auth/refresh", "/api/v1/auth/refresh"),
    Case("POST", "/api/v1/auth/logout", "/api/v1/auth/logout", {"everywhere": False}),
    Case("GET", "/api/v1/keys", "/api/v1/keys"),
    Case("POST", "/api/v1/keys", "/api/v1/keys", KEY_BODY, status=201, needs_body=True),
    Case("DELETE", "/api/v1/keys/{key_id}", f"/api/v1/keys/{KEY_ID}", nobodys=f"/api/v1/keys/{'0' * 16}", status=204),
)
"""What the gateway answers itself."""
STRANGERS: Final = ("sign-up", "confirm", "forgot-password", "reset-password")
OPEN: Final = frozenset(
    {("GET", "/api/v1/auth/login"), ("GET", "/api/v1/auth/callback"), ("GET", "/api/v1/receipts/keys")}
    | {("GET", "/api/v1/share/{token}")}
    | {("POST", f"/api/v1/auth/{name}") for name in STRANGERS}
)
"""What anybody may ask: test_signing_in.py and test_registering.py do."""


def give_key(
    api: PublicApi | GatewayBench, key_id: str, scopes: Sequence[str] = tuple(Scope), lasts_s: int = 3600
) -> dict[str, str]:
    """A key of USER's, as the header that it is sent in."""
    now_s, secret = int(time.time()), secrets.token_urlsafe(32)
    key = ApiKey(key_id, USER, "a program", frozenset(scopes), hash_of(secret), now_s - 7200, now_s + lasts_s)
    api.identity.keys.keys[key_id] = key
    return {"Authorization": f"Bearer {write_key(key_id, secret)}"}


def give_session(api: PublicApi | GatewayBench, **changes: Any) -> dict[str, str]:
    """A session of USER's, as the headers that a page of ours sends."""
    now_s, session_id = int(time.time()), secrets.token_urlsafe(32)
    session = {"started_at": now_s - 60, "expires_at": now_s + 3600, "fresh_until": now_s + 3600, **changes}
    api.identity.sessions.sessions[digest_of(session_id)] = Session(USER, "a@example.com", "refresh-0", **session)
    return {
        "Cookie": f"theme=dark; {COOKIE}={session_id}",
        "Origin": "http://localhost:8080",
        "X-CSRF-Token": csrf_token_of(session_id),
    }
