"""Spans: made only below one that is recorded, so that what is not sampled costs next to nothing.

They hold ids, models, amounts and how something ended; never a text of a user or of an error, nor an address.
"""

from collections.abc import Callable, Coroutine, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from functools import wraps
from typing import Any, Final, ParamSpec, TypeVar

from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.trace import Link, Span, SpanKind, Status, StatusCode
from opentelemetry.util.types import AttributeValue

from omnigen_shared.telemetry import extract_trace, inject_trace, tracer

Attributes = Mapping[str, AttributeValue]
P = ParamSpec("P")
T = TypeVar("T")
_NOTHING: Final[Attributes] = {}
_NANOSECONDS: Final = 1_000_000_000


@contextmanager
def open_span(name: str, attributes: Attributes = _NOTHING, kind: SpanKind = SpanKind.INTERNAL) -> Iterator[Span]:
    """A span below the current one, where that is recorded; else the current one, on which nothing has an effect."""
    current = trace.get_current_span()
    if not current.is_recording():
        yield current
        return
    with keep_open(tracer().start_span(name, kind=kind, attributes=attributes)) as span:
        yield span


@contextmanager
def join_trace(traceparent: str | None, name: str, attributes: Attributes, kind: SpanKind) -> Iterator[Span]:
    """A span of the trace that something began in, whoever goes on with it now; that one's own trace is linked to."""
    here = trace.get_current_span().get_span_context()
    context = None if traceparent is None else extract_trace({"traceparent": traceparent})
    there = trace.get_current_span(context).get_span_context()
    is_same = context is None or not there.is_valid or there.trace_id == here.trace_id
    if is_same and not here.is_valid:
        yield trace.INVALID_SPAN
        return
    links = [] if is_same or not here.is_valid else [Link(here)]
    parent = None if is_same else context
    with keep_open(tracer().start_span(name, parent, kind=kind, attributes=attributes, links=links)) as span:
        yield span


@contextmanager
def keep_open(span: Span) -> Iterator[Span]:
    """The span is current in the block and ends with it; an error marks it by its class's name alone."""
    with trace.use_span(span, end_on_exit=True, record_exception=False, set_status_on_exception=False):
        try:
            yield span
        except Exception as error:
            mark_failed(span, type(error).__name__)
            raise


def mark_failed(span: Span, reason: str) -> None:
    """`reason` is a class's name or a stable code."""
    span.set_attribute("error.type", reason)
    span.set_status(Status(StatusCode.ERROR))


def record_span(
    name: str, begin: datetime, end: datetime, attributes: Attributes = _NOTHING, context: Context | None = None
) -> None:
    """What nobody of us did, but waited for: a span from one instant to another, below the current or the given one."""
    if trace.get_current_span().is_recording():
        span = tracer().start_span(name, context, attributes=attributes, start_time=_nanoseconds(begin))
        span.end(max(_nanoseconds(begin), _nanoseconds(end)))


def annotate(attributes: Attributes) -> None:
    """Say something about the current span."""
    trace.get_current_span().set_attributes(attributes)


def current_traceparent() -> str | None:
    """What somebody needs who goes on in this trace later on; None outside of a trace."""
    carrier: dict[str, str] = {}
    inject_trace(carrier)
    return carrier.get("traceparent")


def current_trace_id() -> str | None:
    """32 digits, as logs show it."""
    context = trace.get_current_span().get_span_context()
    return trace.format_trace_id(context.trace_id) if context.is_valid else None


def find_context(traceparent: str | None) -> Context | None:
    """What a span of somebody else's is begun in."""
    return None if traceparent is None else extract_trace({"traceparent": traceparent})


Call = Callable[P, Coroutine[Any, Any, T]]


def traced(name: str, kind: SpanKind = SpanKind.CLIENT) -> Callable[[Call[P, T]], Call[P, T]]:
    """Each call of this coroutine function is a span."""

    def decorate(call: Call[P, T]) -> Call[P, T]:
        @wraps(call)
        async def within(*args: P.args, **kwargs: P.kwargs) -> T:
            with open_span(name, kind=kind):
                return await call(*args, **kwargs)

        return within

    return decorate


def _nanoseconds(at: datetime) -> int:
    return round(at.timestamp() * _NANOSECONDS)
