"""What a token of Cognito has to say, and what follows from it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from hmac import compare_digest
from typing import Any, Final, NamedTuple

from omnigen_gateway.domain.problems import ExpiredTokenError, InvalidTokenError
from omnigen_shared.contracts.base import UserId
from omnigen_shared.contracts.spending import PlanName

CLOCK_SKEW_S: Final = 5
_PAID_PLANS: Final = (PlanName.ENTERPRISE, PlanName.PRO)
"""Groups of the user pool that are plans, the highest first."""
_SUBJECT: Final = re.compile(r"[A-Za-z0-9_-]{1,128}")


class Means(StrEnum):
    """What a caller came in with."""

    TOKEN = "token"  # noqa: S105 - a kind of credential
    SESSION = "session"
    KEY = "key"


@dataclass(frozen=True, slots=True)
class Expected:
    """Whose tokens are taken: one issuer (`iss`), one app client (`client_id`, or `aud` of an ID token)."""

    issuer: str
    client_id: str


class Caller(NamedTuple):
    """Whom a credential names. Instants are in seconds since 1970; `scopes` None: everything that the user may."""

    user_id: UserId
    plan: PlanName
    expires_at: int
    since: int = 0
    """When they signed in; what is older than their last sign-out everywhere is void. A key has no such instant."""
    means: Means = Means.TOKEN
    scopes: frozenset[str] | None = None

    def under(self, plan: PlanName) -> "Caller":
        """The same under this plan; written out, for it is done for each request of whoever pays."""
        if plan is self.plan:
            return self
        return Caller(self.user_id, plan, self.expires_at, self.since, self.means, self.scopes)


def check_claims(claims: Mapping[str, Any], expected: Expected, now_s: float) -> Caller:
    """The caller, from an access token's claims. InvalidTokenError, or ExpiredTokenError for a past `exp`.

    Its plan is the standing's to tell: the groups in a token are those of an hour ago.
    """
    if claims.get("client_id") != expected.client_id or claims.get("token_use") != "access":
        raise InvalidTokenError
    user_id, expires_at = _check_common(claims, expected, now_s)
    started = next((name for name in ("auth_time", "iat") if name in claims), None)
    since = _get_instant(claims, started) if started else 0
    return Caller(user_id, PlanName.FREE, expires_at, since)


def check_id_claims(claims: Mapping[str, Any], expected: Expected, now_s: float, nonce: str | None) -> UserId:
    """Whom an ID token names. `nonce` is the sign-in's own; None after a refresh, which has none to repeat."""
    if claims.get("aud") != expected.client_id or claims.get("token_use") != "id":
        raise InvalidTokenError
    if nonce is not None and not compare_digest(str(claims.get("nonce", "")).encode(), nonce.encode()):
        raise InvalidTokenError
    return _check_common(claims, expected, now_s)[0]


def _check_common(claims: Mapping[str, Any], expected: Expected, now_s: float) -> tuple[UserId, int]:
    subject, expires_at = claims.get("sub"), _get_instant(claims, "exp")
    if claims.get("iss") != expected.issuer or not isinstance(subject, str) or not _SUBJECT.fullmatch(subject):
        raise InvalidTokenError
    for begin in ("nbf", "iat"):
        if begin in claims and _get_instant(claims, begin) > now_s + CLOCK_SKEW_S:
            raise InvalidTokenError
    if expires_at <= now_s - CLOCK_SKEW_S:
        raise ExpiredTokenError
    return UserId(subject), expires_at


def plan_of(groups: Any) -> PlanName:
    """The highest plan among a user's groups; free when there is none."""
    if isinstance(groups, list):
        for plan in _PAID_PLANS:
            if plan in groups:
                return plan
    return PlanName.FREE


def _get_instant(claims: Mapping[str, Any], name: str) -> int:
    value = claims.get(name)
    if not isinstance(value, int) or isinstance(value, bool):
        raise InvalidTokenError
    return value
