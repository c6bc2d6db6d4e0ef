"""Keys of programs: `omk_<id>_<secret>`, shown once, kept as a hash."""

import re
from dataclasses import dataclass
from hashlib import sha256
from hmac import compare_digest
from typing import Final

from omnigen_shared.contracts.base import UserId

PREFIX: Final = b"omk_"
MAX_KEYS: Final = 50
"""Of one user."""
USED_EVERY_S: Final = 60
"""When a key was used last is known to the minute."""
ID_PATTERN: Final = "[0-9a-f]{16}"
_KEY: Final = re.compile(rf"omk_({ID_PATTERN})_([A-Za-z0-9_-]{{43}})")


@dataclass(frozen=True, slots=True)
class ApiKey:
    """Instants are in seconds since 1970; `last_used_at` 0: never."""

    key_id: str
    user_id: UserId
    name: str
    scopes: frozenset[str]
    secret_hash: str
    created_at: int
    expires_at: int
    last_used_at: int = 0

    def opens_with(self, secret: str, now_s: float) -> bool:
        """Whether this is its secret, and its time is not over."""
        return compare_digest(self.secret_hash, hash_of(secret)) and now_s < self.expires_at


def write_key(key_id: str, secret: str) -> str:
    """The text that its owner is shown once; `secret` is 256 random bits in base64url."""
    return f"omk_{key_id}_{secret}"


def read_key(text: str) -> tuple[str, str] | None:
    """Id and secret; None when this is no key that we could have given."""
    match = _KEY.fullmatch(text)
    return (match[1], match[2]) if match else None


def hash_of(secret: str) -> str:
    """SHA-256 is enough: a secret of 256 random bits cannot be guessed, so nothing has to slow the guessing down."""
    return sha256(secret.encode()).hexdigest()
