"""Where a public path leads.

A path is routed only when every byte of it is expected: ids are letters, digits, `_` and `-`. So escapes, dots,
double or backward slashes lead nowhere, and no spelling of `/internal` can hide behind a prefix.
"""

import re
from dataclasses import dataclass
from typing import Final

JOBS: Final = "jobs"
QUOTA: Final = "quota"
_SEGMENT: Final = rb"/[A-Za-z0-9_-]{1,128}"


@dataclass(frozen=True, slots=True)
class Route:
    """`upstream` is also the audience of the internal identity. A stream has no deadline."""

    upstream: str
    methods: frozenset[str]
    is_stream: bool = False
    is_open: bool = False
    """Nobody has to sign in: the service itself checks who sends."""


_READ: Final = frozenset({"GET", "HEAD"})
_TABLE: Final = (
    (re.compile(rb"/api/v1/jobs" + _SEGMENT + rb"/events"), Route(JOBS, frozenset({"GET"}), is_stream=True)),
    (re.compile(rb"/api/v1/jobs"), Route(JOBS, _READ | {"POST"})),
    (re.compile(rb"/api/v1/jobs" + _SEGMENT), Route(JOBS, _READ | {"DELETE"})),
    (re.compile(rb"/api/v1/jobs(?:" + _SEGMENT + rb"){2,5}"), Route(JOBS, _READ | {"POST"})),
    (re.compile(rb"/api/v1/models"), Route(JOBS, _READ)),
    (re.compile(rb"/api/v1/storyboards"), Route(JOBS, frozenset({"POST"}))),
    (re.compile(rb"/api/v1/storyboards" + _SEGMENT), Route(JOBS, _READ)),
    (re.compile(rb"/api/v1/webhooks/replicate"), Route(JOBS, frozenset({"POST"}), is_open=True)),
    (re.compile(rb"/api/v1/usage(?:/ledger)?"), Route(QUOTA, _READ)),
)


def find_route(raw_path: bytes) -> Route | None:
    """The route of a path as it was sent, still percent-encoded and without its query; None for any other path."""
    for pattern, route in _TABLE:
        if pattern.fullmatch(raw_path):
            return route
    return None
