"""AES-256-GCM for tokens in the table and for what a browser carries through a sign-in."""

import os
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from hashlib import sha256
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_NAME_BYTES: Final = 4
_NONCE_BYTES: Final = 12


class AesGcmSealer:
    """Implements ports.Sealer with keys of 32 bytes. The first seals; what the others have sealed is still read."""

    def __init__(self, keys: Sequence[bytes]) -> None:
        self._keys = {sha256(key).digest()[:_NAME_BYTES]: AESGCM(key) for key in keys}
        self._first = next(iter(self._keys))

    def seal(self, plain: bytes, context: str) -> str:
        nonce = os.urandom(_NONCE_BYTES)
        sealed = self._keys[self._first].encrypt(nonce, plain, context.encode())
        return urlsafe_b64encode(self._first + nonce + sealed).decode()

    def open(self, sealed: str, context: str) -> bytes | None:
        try:
            raw = urlsafe_b64decode(sealed)
            key = self._keys[raw[:_NAME_BYTES]]
            rest = raw[_NAME_BYTES:]
            return key.decrypt(rest[:_NONCE_BYTES], rest[_NONCE_BYTES:], context.encode())
        except (InvalidTag, KeyError, ValueError):
            return None
