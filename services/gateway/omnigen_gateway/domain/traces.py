"""The W3C traceparent of a request that gets no span here: it travels on, marked as not sampled."""

import re
from typing import Final, NamedTuple

_TRACEPARENT: Final = re.compile(r"00-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}")


class TraceParent(NamedTuple):
    """Where a request belongs in a trace; both are lower-case hex."""

    trace_id: str
    span_id: str

    def format(self, *, sampled: bool) -> str:
        """The header's value. Whether it is sampled is decided here, never by a client."""
        return f"00-{self.trace_id}-{self.span_id}-{'01' if sampled else '00'}"


def find_parent(traceparent: str) -> TraceParent | None:
    """The caller's trace, when its header is one."""
    match = _TRACEPARENT.fullmatch(traceparent)
    if match is None:
        return None
    trace_id, span_id = match.groups()
    return TraceParent(trace_id, span_id) if trace_id.strip("0") and span_id.strip("0") else None
