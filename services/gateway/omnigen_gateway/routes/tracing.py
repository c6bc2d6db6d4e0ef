"""The trace of a proxied request: sampling is decided first, so that what is not recorded costs next to nothing."""

import random
from collections.abc import Callable

from opentelemetry.context import Context
from opentelemetry.trace import Span, SpanKind, use_span

from omnigen_gateway.domain.traces import find_parent
from omnigen_shared.telemetry import extract_trace, inject_trace, tracer


class Trace:
    """One request's place in a trace. `traceparent` is what the upstream is told."""

    __slots__ = ("_span", "traceparent")

    def __init__(self, traceparent: str, span: Span | None = None) -> None:
        self.traceparent = traceparent
        self._span = span

    @property
    def trace_id(self) -> str:
        """As in other units' logs: 32 digits."""
        return self.traceparent[3:35]

    def end(self, status: int) -> None:
        """Close the span, if there is one, with the status that was answered."""
        if self._span is not None:
            self._span.set_attribute("http.response.status_code", status)
            self._span.end()


class Tracing:
    """Begins traces; `ratio` of them, from 0 to 1, are recorded, whatever the client asks for.

    Requests that jobs come from always are, unless nothing keeps traces: `keeps_jobs`.
    """

    def __init__(self, ratio: float, draw: Callable[[], float] = random.random, *, keeps_jobs: bool = False) -> None:
        self._ratio = ratio
        self._keeps_jobs = keeps_jobs
        self._draw = draw
        self._tracer = tracer()

    def begin(self, method: str, path: str, given: str, *, is_order: bool = False) -> Trace:
        """The trace of a request that came with this traceparent ("" for none)."""
        parent = find_parent(given) if given else None
        if not (is_order and self._keeps_jobs) and (self._ratio <= 0 or self._draw() >= self._ratio):
            return Trace(parent.format(sampled=False) if parent else _new_traceparent())
        context = extract_trace({"traceparent": parent.format(sampled=True)}) if parent else Context()
        attributes = {"http.request.method": method, "url.path": path}
        span = self._tracer.start_span("gateway.forward", context=context, kind=SpanKind.SERVER, attributes=attributes)
        carrier: dict[str, str] = {}
        with use_span(span):
            inject_trace(carrier)
        return Trace(carrier.get("traceparent", ""), span)


def _new_traceparent() -> str:
    # As OpenTelemetry draws its own: ids have to differ, and may be guessed.
    ids = f"{random.getrandbits(192):048x}"
    return f"00-{ids[:32]}-{ids[32:]}-00"
