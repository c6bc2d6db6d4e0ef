"""Signatures of receipts: ES256, by keys of their own."""

import base64
import hashlib
from collections.abc import Mapping, Sequence
from typing import Any, Final

import orjson
from jose import jwk, jws
from jose.exceptions import JOSEError

from omnigen_jobs.domain.receipts import SIGNATURE, TYPE, attach, detach, to_payload

ALGORITHM: Final = "ES256"
_POINT: Final = ("crv", "kty", "x", "y")
"""What a key's thumbprint is made of (RFC 7638), in this order."""


class ReceiptSealer:
    """The Sealer port. The first of the private keys (PEM, P-256) signs. JWKError for what is no such key."""

    def __init__(self, private_keys: Sequence[str]) -> None:
        keys = [jwk.construct(pem, ALGORITHM) for pem in private_keys]
        self._key = keys[0]
        self._public = tuple(_to_public(key.public_key().to_dict()) for key in keys)

    def seal(self, payload: bytes) -> str:
        head = {"kid": self._public[0]["kid"], "typ": TYPE}
        return detach(jws.sign(payload, self._key, headers=head, algorithm=ALGORITHM))

    @property
    def public_keys(self) -> Sequence[Mapping[str, Any]]:
        return self._public


def is_sealed(receipt: Mapping[str, Any], public_keys: Sequence[Mapping[str, Any]]) -> bool:
    """Whether one of these keys has signed exactly this receipt."""
    try:
        token = attach(str(receipt.get(SIGNATURE, "")), to_payload(receipt))
        head = jws.get_unverified_header(token)
        key = next((key for key in public_keys if key.get("kid") == head.get("kid")), None)
        if key is None or head.get("typ") != TYPE:
            return False
        jws.verify(token, dict(key), algorithms=[ALGORITHM])
    except (JOSEError, ValueError, TypeError):
        return False
    return True


def _to_public(key: Mapping[str, Any]) -> dict[str, Any]:
    point = {name: _to_text(key[name]) for name in _POINT}
    digest = hashlib.sha256(orjson.dumps(point, option=orjson.OPT_SORT_KEYS)).digest()
    thumbprint = base64.urlsafe_b64encode(digest).decode().rstrip("=")
    return {**point, "kid": thumbprint, "alg": ALGORITHM, "use": "sig"}


def _to_text(value: Any) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)
