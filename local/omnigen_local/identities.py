"""Who may call whom in one stack: made once per state, kept beside its data."""

import base64
import secrets
from pathlib import Path
from typing import Final, Self

from pydantic import BaseModel, ConfigDict, Field

from omnigen_local.files import write_private_text
from omnigen_shared.testing.identities import new_key_pair

ISSUERS: Final = ("gateway", "jobs", "generator")


def _new_session_key() -> str:
    return base64.b64encode(secrets.token_bytes(32)).decode()


class KeyPair(BaseModel):
    """PEM texts."""

    model_config = ConfigDict(frozen=True)

    private_key: str
    public_key: str


class Identities(BaseModel):
    """An ES256 key pair for each issuer, and what the provider and we know each other by."""

    model_config = ConfigDict(frozen=True)

    pairs: dict[str, KeyPair]
    provider_token: str
    provider_webhook_secret: str
    session_key: str = Field(default_factory=_new_session_key)
    """What the gateway seals sessions with: 256 bits in base64."""
    receipt_key: str = Field(default_factory=lambda: new_key_pair()[0])
    """What jobs signs receipts with (PEM)."""

    @classmethod
    def create(cls) -> Self:
        """Fresh ones."""
        return cls(
            pairs={name: _new_pair() for name in ISSUERS},
            provider_token=f"r8_{secrets.token_hex(20)}",
            provider_webhook_secret=f"whsec_{base64.b64encode(secrets.token_bytes(24)).decode()}",
            session_key=_new_session_key(),
        )

    @classmethod
    def load_or_create(cls, path: Path) -> Self:
        """Those kept at this path; made, and readable by this user only, when there are none."""
        identities = cls.model_validate_json(path.read_bytes()) if path.exists() else cls.create()
        # A file of an older release lacks what was added since: that is made now, and stays.
        if not path.exists() or identities.model_fields_set < set(cls.model_fields):
            write_private_text(path, identities.model_dump_json())
        return identities

    def private_key(self, issuer: str) -> str:
        """PEM of the key that this issuer signs with."""
        return self.pairs[issuer].private_key

    def public_keys(self) -> dict[str, list[str]]:
        """What every callee is told: issuer → its valid public keys."""
        return {name: [pair.public_key] for name, pair in self.pairs.items()}


def _new_pair() -> KeyPair:
    private_key, public_key = new_key_pair()
    return KeyPair(private_key=private_key, public_key=public_key)
