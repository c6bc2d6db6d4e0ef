"""What an access token of Cognito has to say, and what follows from it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from omnigen_gateway.domain.problems import ExpiredTokenError, InvalidTokenError
from omnigen_shared.contracts.base import UserId
from omnigen_shared.contracts.spending import PlanName

CLOCK_SKEW_S: Final = 5
_PAID_PLANS: Final = (PlanName.ENTERPRISE, PlanName.PRO)
"""Groups of the user pool that are plans, the highest first."""
_SUBJECT: Final = re.compile(r"[A-Za-z0-9_-]{1,128}")


@dataclass(frozen=True, slots=True)
class Expected:
    """Whose tokens are taken: one issuer (`iss`), one app client (`client_id`)."""

    issuer: str
    client_id: str


@dataclass(frozen=True, slots=True)
class Caller:
    """Who a verified token names. `expires_at` is in seconds since 1970."""

    user_id: UserId
    plan: PlanName
    expires_at: int


def check_claims(claims: Mapping[str, Any], expected: Expected, now_s: float) -> Caller:
    """The caller, from claims whose signature was checked. InvalidTokenError, or ExpiredTokenError for a past `exp`."""
    subject, expires_at = claims.get("sub"), _get_instant(claims, "exp")
    if claims.get("iss") != expected.issuer or claims.get("client_id") != expected.client_id:
        raise InvalidTokenError
    if claims.get("token_use") != "access" or not isinstance(subject, str) or not _SUBJECT.fullmatch(subject):
        raise InvalidTokenError
    for begin in ("nbf", "iat"):
        if begin in claims and _get_instant(claims, begin) > now_s + CLOCK_SKEW_S:
            raise InvalidTokenError
    if expires_at <= now_s - CLOCK_SKEW_S:
        raise ExpiredTokenError
    return Caller(UserId(subject), plan_of(claims.get("cognito:groups")), expires_at)


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
