"""Who calls, inside the house: an ES256 token of at most 60 seconds, one key per issuer.

Callees hold public keys only. The token names the issuer (a unit), the audience (the callee), the user on whose
behalf the call is made and that user's plan.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from jose import jwk, jws
from jose.exceptions import JOSEError
from orjson import JSONDecodeError, dumps, loads

from omnigen_shared.contracts.base import UserId
from omnigen_shared.errors import UnauthenticatedError

IDENTITY_HEADER: Final = "X-OmniGen-Identity"
LIFETIME_S: Final = 60
ALGORITHM: Final = "ES256"
CLOCK_SKEW_S: Final = 5


@dataclass(frozen=True, slots=True)
class Identity:
    """A caller whose signature was checked."""

    issuer: str
    subject: UserId
    plan: str


class IdentitySigner:
    """Signs as one issuer. A token is reused for half of its life."""

    def __init__(self, issuer: str, private_key_pem: str, wall_clock: Callable[[], float] = time.time) -> None:
        self._issuer = issuer
        self._key = jwk.construct(private_key_pem, ALGORITHM)
        self._wall_clock = wall_clock
        self._cache: dict[tuple[str, str, str], tuple[float, str]] = {}

    def sign(self, audience: str, subject: str, plan: str) -> str:
        """A token for one callee on behalf of one user."""
        now = self._wall_clock()
        cached = self._cache.get((audience, subject, plan))
        if cached is not None and cached[0] > now:
            return cached[1]
        if len(self._cache) >= 1024:  # noqa: PLR2004 - bounds memory; a full cache is simply begun again
            self._cache.clear()
        claims = {
            "iss": self._issuer,
            "aud": audience,
            "sub": subject,
            "plan": plan,
            "iat": int(now),
            "exp": int(now) + LIFETIME_S,
        }
        token = jws.sign(dumps(claims), self._key, algorithm=ALGORITHM)
        self._cache[(audience, subject, plan)] = (now + LIFETIME_S / 2, token)
        return token


class IdentityVerifier:
    """Checks tokens meant for one audience against each issuer's one or two public keys (PEM)."""

    def __init__(
        self, audience: str, public_keys: Mapping[str, Sequence[str]], wall_clock: Callable[[], float] = time.time
    ) -> None:
        self._audience = audience
        self._keys = {issuer: [jwk.construct(pem, ALGORITHM) for pem in pems] for issuer, pems in public_keys.items()}
        self._wall_clock = wall_clock

    def verify(self, token: str) -> Identity:
        """The caller; UnauthenticatedError for anything but a valid, current token for this audience."""
        claims = self._unverified_claims(token)
        issuer, subject, plan = claims.get("iss"), claims.get("sub"), claims.get("plan")
        if not (isinstance(issuer, str) and isinstance(subject, str) and isinstance(plan, str) and subject):
            raise _refusal()
        if not any(_is_signed_by(token, key) for key in self._keys.get(issuer, ())):
            raise _refusal()
        now, issued, expires = self._wall_clock(), claims.get("iat"), claims.get("exp")
        if claims.get("aud") != self._audience or not isinstance(issued, int) or not isinstance(expires, int):
            raise _refusal()
        if expires < now - CLOCK_SKEW_S or issued > now + CLOCK_SKEW_S or expires - issued > LIFETIME_S:
            raise _refusal()
        return Identity(issuer=issuer, subject=UserId(subject), plan=plan)

    @staticmethod
    def _unverified_claims(token: str) -> dict[str, Any]:
        try:
            claims = loads(jws.get_unverified_claims(token))
        except (JOSEError, JSONDecodeError, ValueError) as error:
            raise _refusal() from error
        if not isinstance(claims, dict):
            raise _refusal()
        return claims


def _is_signed_by(token: str, key: Any) -> bool:
    try:
        jws.verify(token, key, algorithms=[ALGORITHM])
    except JOSEError:
        return False
    return True


def _refusal() -> UnauthenticatedError:
    return UnauthenticatedError("The internal identity is missing, expired or not for this service.")
