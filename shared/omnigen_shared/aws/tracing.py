"""Each call of AWS is a span, `dynamodb.UpdateItem`, below the one that is recorded; if none is, it costs a look."""

from typing import Any, Final

from opentelemetry import trace
from opentelemetry.trace import Span, SpanKind

from omnigen_shared.signals import STATUS
from omnigen_shared.telemetry import tracer
from omnigen_shared.tracing import mark_failed

_OURS: Final = "omnigen.span"
_ERRORS_FROM: Final = 400


def trace_calls(session: Any) -> None:
    """Have botocore tell of every call that clients of this session make."""
    session.register("before-call", _begin)
    session.register("after-call", _end)
    session.register("after-call-error", _fail)


def _begin(model: Any, context: dict[str, Any], **_kwargs: Any) -> None:
    if trace.get_current_span().is_recording():
        attributes = {"rpc.system": "aws-api", "rpc.method": model.name}
        name = f"{model.service_model.service_name}.{model.name}"
        context[_OURS] = tracer().start_span(name, kind=SpanKind.CLIENT, attributes=attributes)


def _end(http_response: Any, parsed: Any, context: dict[str, Any], **_kwargs: Any) -> None:
    span: Span | None = context.pop(_OURS, None)
    if span is not None:
        span.set_attribute(STATUS, http_response.status_code)
        if http_response.status_code >= _ERRORS_FROM:
            mark_failed(span, str(parsed.get("Error", {}).get("Code", "")))
        span.end()


def _fail(exception: Exception, context: dict[str, Any], **_kwargs: Any) -> None:
    span: Span | None = context.pop(_OURS, None)
    if span is not None:
        mark_failed(span, type(exception).__name__)
        span.end()
