"""What the user pool says of a user at this moment, whatever their tokens said when they were signed."""

from dataclasses import dataclass
from typing import Final

from omnigen_gateway.domain.claims import Caller, Means
from omnigen_gateway.domain.problems import (
    AccountDisabledError,
    EmailNotVerifiedError,
    InsufficientScopeError,
    InvalidTokenError,
)
from omnigen_gateway.domain.routing import Route
from omnigen_gateway.domain.scopes import Scope
from omnigen_shared.contracts.spending import PlanName


@dataclass(frozen=True, slots=True)
class Standing:
    """`signed_out_at` is when the user last signed out everywhere, in seconds since 1970; 0: never."""

    is_enabled: bool
    is_verified: bool = False
    """Whether they have shown that the e-mail address is theirs."""
    plan: PlanName = PlanName.FREE
    email: str = ""
    signed_out_at: int = 0


GONE: Final = Standing(is_enabled=False)
"""Of whom the pool knows nothing."""


_NEEDS_ADDRESS: Final = frozenset({Scope.JOBS_WRITE, Scope.WEBHOOKS_WRITE})


def check_standing(caller: Caller, standing: Standing) -> None:
    """AccountDisabledError, or InvalidTokenError for what was given before the last sign-out everywhere."""
    if not standing.is_enabled:
        raise AccountDisabledError
    if caller.since < standing.signed_out_at and caller.means is not Means.KEY:
        raise InvalidTokenError


def check_permission(caller: Caller, standing: Standing, route: Route, method: str) -> None:
    """InsufficientScopeError, or EmailNotVerifiedError where something would be paid for, or sent to somebody."""
    scope = route.scope_for(method)
    if caller.scopes is not None and scope not in caller.scopes:
        raise InsufficientScopeError(scope)
    if scope in _NEEDS_ADDRESS and not standing.is_verified:
        raise EmailNotVerifiedError
