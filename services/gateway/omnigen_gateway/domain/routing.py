"""Where a public path leads.

A path is routed only when every byte of it is expected: ids are letters, digits, `_` and `-`. So escapes, dots,
double or backward slashes lead nowhere, and no spelling of `/internal` can hide behind a prefix.
"""

import re
from dataclasses import dataclass
from typing import Final

from omnigen_gateway.domain.scopes import Scope

JOBS: Final = "jobs"
QUOTA: Final = "quota"
WEBHOOKS: Final = "webhooks"
HERE: Final = "gateway"
"""Answered by the gateway itself, behind the same door."""
_SEGMENT: Final = rb"/[A-Za-z0-9_-]{1,128}"
_JOB: Final = rb"/api/v1/jobs" + _SEGMENT


@dataclass(frozen=True, slots=True)
class Route:
    """`upstream` is also the audience of the internal identity. A stream has no deadline."""

    upstream: str
    methods: frozenset[str]
    is_stream: bool = False
    is_open: bool = False
    """Nobody has to sign in: who answers checks itself who sends."""
    is_webhook: bool = False
    """Has scopes of its own: whoever orders videos need not be able to have them told to others."""
    is_shown: bool = False
    """Open, and answered by a service to whoever has the address: an address may look so often."""
    is_scarce: bool = False
    """Open, and asked so seldom by anybody honest that one address is let in a few times a minute."""

    def is_order(self, method: str) -> bool:
        """Whether a job may begin with it, or go on."""
        return method == "POST" and self.upstream == JOBS and not self.is_open

    def scope_for(self, method: str) -> Scope | None:
        """What an API key has to be allowed; None where none is let in."""
        area = WEBHOOKS if self.is_webhook else self.upstream
        return _SCOPES.get((area, method in _READ))


_READ: Final = frozenset({"GET", "HEAD"})
_SCOPES: Final = {
    (JOBS, True): Scope.JOBS_READ,
    (JOBS, False): Scope.JOBS_WRITE,
    (QUOTA, True): Scope.USAGE_READ,
    (WEBHOOKS, True): Scope.WEBHOOKS_READ,
    (WEBHOOKS, False): Scope.WEBHOOKS_WRITE,
}
_POST: Final = frozenset({"POST"})
_HOOKS: Final = rb"/api/v1/webhooks"


def _hooks(*methods: str) -> Route:
    return Route(JOBS, frozenset(methods), is_webhook=True)


_ANYBODY: Final = Route(HERE, frozenset({"GET"}), is_open=True)
_GUEST: Final = Route(JOBS, _READ, is_open=True, is_shown=True)
_STRANGER: Final = Route(HERE, _POST, is_open=True, is_scarce=True)
_TABLE: Final = (
    (re.compile(_JOB + rb"/events"), Route(JOBS, frozenset({"GET"}), is_stream=True)),
    (re.compile(rb"/api/v1/jobs"), Route(JOBS, _READ | {"POST"})),
    (re.compile(_JOB), Route(JOBS, _READ | {"DELETE"})),
    (re.compile(_JOB + rb"/(?:video|thumbnail|captions|preview|receipt)"), Route(JOBS, _READ)),
    (re.compile(_JOB + rb"/(?:cancel|resume|exports)"), Route(JOBS, _POST)),
    (re.compile(_JOB + rb"/scenes" + _SEGMENT + rb"/(?:regenerate|choose)"), Route(JOBS, _POST)),
    (re.compile(_JOB + rb"/scenes" + _SEGMENT + rb"/takes" + _SEGMENT), Route(JOBS, _READ)),
    (re.compile(_JOB + rb"/exports" + _SEGMENT + rb"(?:/file)?"), Route(JOBS, _READ)),
    (re.compile(_JOB + rb"/shares"), Route(JOBS, _READ | _POST)),
    (re.compile(_JOB + rb"/shares" + _SEGMENT), Route(JOBS, frozenset({"DELETE"}))),
    (re.compile(rb"/api/v1/models"), Route(JOBS, _READ)),
    (re.compile(rb"/api/v1/(?:storyboards|estimates)"), Route(JOBS, frozenset({"POST"}))),
    (re.compile(rb"/api/v1/storyboards" + _SEGMENT), Route(JOBS, _READ)),
    (re.compile(rb"/api/v1/batches"), Route(JOBS, _READ | _POST)),
    (re.compile(rb"/api/v1/batches" + _SEGMENT), Route(JOBS, _READ)),
    (re.compile(rb"/api/v1/batches" + _SEGMENT + rb"/cancel"), Route(JOBS, _POST)),
    (re.compile(rb"/api/v1/receipts/keys"), _GUEST),
    (re.compile(rb"/api/v1/share" + _SEGMENT), _GUEST),
    (re.compile(rb"/api/v1/uploads"), Route(JOBS, _READ | _POST)),
    (re.compile(rb"/api/v1/uploads" + _SEGMENT), Route(JOBS, _READ | {"DELETE"})),
    (re.compile(rb"/api/v1/uploads" + _SEGMENT + rb"/complete"), Route(JOBS, _POST)),
    (re.compile(rb"/api/v1/webhooks/replicate"), Route(JOBS, frozenset({"POST"}), is_open=True)),
    (re.compile(_HOOKS), _hooks("GET", "HEAD", "POST")),
    (re.compile(_HOOKS + _SEGMENT), _hooks("GET", "HEAD", "DELETE")),
    (re.compile(_HOOKS + _SEGMENT + rb"/(?:test|rotate|enable)"), _hooks("POST")),
    (re.compile(_HOOKS + _SEGMENT + rb"/deliveries"), _hooks("GET", "HEAD")),
    (re.compile(_HOOKS + _SEGMENT + rb"/deliveries" + _SEGMENT + rb"/resend"), _hooks("POST")),
    (re.compile(rb"/api/v1/usage(?:/ledger)?"), Route(QUOTA, _READ)),
    (re.compile(rb"/api/v1/auth/(?:login|callback)"), _ANYBODY),
    (re.compile(rb"/api/v1/auth/me"), Route(HERE, _READ | {"DELETE"})),
    (re.compile(rb"/api/v1/auth/(?:refresh|logout)"), Route(HERE, _POST)),
    (re.compile(rb"/api/v1/auth/(?:sign-up|confirm|forgot-password|reset-password)"), _STRANGER),
    (re.compile(rb"/api/v1/keys"), Route(HERE, _READ | _POST)),
    (re.compile(rb"/api/v1/keys" + _SEGMENT), Route(HERE, frozenset({"DELETE"}))),
)


def find_route(raw_path: bytes) -> Route | None:
    """The route of a path as it was sent, still percent-encoded and without its query; None for any other path."""
    for pattern, route in _TABLE:
        if pattern.fullmatch(raw_path):
            return route
    return None
