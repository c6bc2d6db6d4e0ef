"""An identity provider in memory: signs access tokens as Cognito does, and whatever else a test asks for."""

import base64
import json
import time
from functools import cache
from typing import Any

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from omnigen_gateway.clients.keys import build_keys
from omnigen_gateway.ports import VerificationKey

ISSUER = "https://cognito-idp.us-east-1.amazonaws.com/us-east-1_test"
CLIENT_ID = "client-1"
KID = "key-1"
USER_ID = "11111111-2222-3333-4444-555555555555"


def encode(value: Any) -> str:
    """base64url without padding; anything but bytes is made JSON first."""
    raw = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def claims(**changes: Any) -> dict[str, Any]:
    """A good access token's claims; a change to None leaves the claim out."""
    now = int(time.time())
    good = {
        "iss": ISSUER,
        "client_id": CLIENT_ID,
        "token_use": "access",
        "sub": USER_ID,
        "iat": now,
        "exp": now + 3600,
        "scope": "openid",
    }
    return {name: value for name, value in {**good, **changes}.items() if value is not None}


class KeyPair:
    """An RSA key of the provider, or of somebody who would like to be the provider."""

    def __init__(self, kid: str = KID) -> None:
        self.kid = kid
        self.private = rsa.generate_private_key(public_exponent=65537, key_size=2048)

    def sign(self, payload: Any, **header: Any) -> str:
        """A compact JWS; `header` is added to {"alg": "RS256", "kid": …}, whatever it says."""
        signed = f"{encode({'alg': 'RS256', 'kid': self.kid, **header})}.{encode(payload)}"
        return f"{signed}.{encode(self.signature(signed.encode()))}"

    def signature(self, signed: bytes) -> bytes:
        return self.private.sign(signed, padding.PKCS1v15(), hashes.SHA256())

    def public_pem(self) -> bytes:
        return self._public(serialization.Encoding.PEM)

    def public_der(self) -> bytes:
        return self._public(serialization.Encoding.DER)

    def jwk(self) -> dict[str, str]:
        """The public key as a JWKS lists it."""
        numbers = self.private.public_key().public_numbers()
        n, e = (encode(value.to_bytes((value.bit_length() + 7) // 8)) for value in (numbers.n, numbers.e))
        return {"kty": "RSA", "kid": self.kid, "alg": "RS256", "use": "sig", "n": n, "e": e}

    def _public(self, encoding: serialization.Encoding) -> bytes:
        return self.private.public_key().public_bytes(encoding, serialization.PublicFormat.SubjectPublicKeyInfo)


@cache
def provider_key() -> KeyPair:
    """The key that the gateway under test trusts; making one takes a while."""
    return KeyPair()


@cache
def stranger_key() -> KeyPair:
    """Somebody else's key under the provider's key id."""
    return KeyPair()


class FakeKeys:
    """A KeySource that has read its keys; `asked` lists the ids that it was asked for."""

    def __init__(self, *pairs: KeyPair) -> None:
        self.asked: list[str] = []
        self._keys = build_keys({"keys": [pair.jwk() for pair in pairs or (provider_key(),)]})

    async def find_key(self, kid: str) -> VerificationKey | None:
        self.asked.append(kid)
        return self._keys.get(kid)

    async def check(self) -> None:
        return
