"""Every request travels in a trace; only some are recorded, and no client decides which."""

import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from omnigen_gateway.domain.routing import find_route
from omnigen_gateway.domain.traces import find_parent
from omnigen_gateway.routes import tracing as tracing_module
from omnigen_gateway.routes.tracing import Tracing

TRACE_ID, SPAN_ID = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
GIVEN = f"00-{TRACE_ID}-{SPAN_ID}-01"


def is_sampled(traceparent: str) -> bool:
    return bool(int(traceparent[-2:], 16) & 1)


@pytest.fixture
def spans(monkeypatch: pytest.MonkeyPatch) -> InMemorySpanExporter:
    """What is recorded."""
    exporter, provider = InMemorySpanExporter(), TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    monkeypatch.setattr(tracing_module, "tracer", lambda: provider.get_tracer("test"))
    return exporter


@pytest.mark.parametrize(
    "header",
    [
        "",
        "garbage",
        f"ff-{TRACE_ID}-{SPAN_ID}-01",
        f"00-{TRACE_ID.upper()}-{SPAN_ID}-01",
        f"00-{'0' * 32}-{SPAN_ID}-01",
        f"00-{TRACE_ID}-{'0' * 16}-01",
        f"00-{TRACE_ID}-{SPAN_ID}-01-more",
        f"00-{TRACE_ID}-{SPAN_ID}-01\n",
    ],
)
def test_what_is_no_traceparent_is_not_one(header: str) -> None:
    assert find_parent(header) is None


def test_without_sampling_the_callers_trace_goes_on_unsampled(spans: InMemorySpanExporter) -> None:
    trace = Tracing(ratio=0.1, draw=lambda: 0.1).begin("GET", "/api/v1/usage", GIVEN)
    trace.end(200)
    assert trace.traceparent == f"00-{TRACE_ID}-{SPAN_ID}-00"
    assert spans.get_finished_spans() == ()


def test_without_a_caller_each_request_gets_a_trace_of_its_own() -> None:
    made = {Tracing(ratio=0).begin("GET", "/", "").traceparent for _ in range(10)}
    assert len(made) == 10
    for traceparent in made:
        parent = find_parent(traceparent)
        assert parent is not None
        assert traceparent == parent.format(sampled=False)


def test_a_sampled_request_is_a_span_below_the_callers(spans: InMemorySpanExporter) -> None:
    trace = Tracing(ratio=0.1, draw=lambda: 0.09).begin("GET", "/api/v1/usage", GIVEN)
    trace.end(404)
    (span,) = spans.get_finished_spans()
    assert span.name == "gateway.forward"
    assert span.parent is not None
    assert format(span.parent.span_id, "016x") == SPAN_ID
    assert span.context is not None
    assert find_parent(trace.traceparent) == (TRACE_ID, f"{span.context.span_id:016x}")
    assert is_sampled(trace.traceparent)
    assert dict(span.attributes or {}) == {
        "http.request.method": "GET",
        "url.path": "/api/v1/usage",
        "http.response.status_code": 404,
    }


def test_a_sampled_request_without_a_caller_begins_a_trace(spans: InMemorySpanExporter) -> None:
    trace = Tracing(ratio=1).begin("GET", "/", "")
    trace.end(200)
    (span,) = spans.get_finished_spans()
    assert span.parent is None
    assert span.context is not None
    assert find_parent(trace.traceparent) == (f"{span.context.trace_id:032x}", f"{span.context.span_id:016x}")
    assert is_sampled(trace.traceparent)


def test_what_orders_a_job_is_always_recorded_where_traces_are_kept(spans: InMemorySpanExporter) -> None:
    Tracing(ratio=0, keeps_jobs=True).begin("POST", "/api/v1/jobs", "", is_order=True).end(202)
    Tracing(ratio=0, keeps_jobs=True).begin("GET", "/api/v1/jobs", "").end(200)
    Tracing(ratio=0).begin("POST", "/api/v1/jobs", "", is_order=True).end(202)
    assert len(spans.get_finished_spans()) == 1


@pytest.mark.parametrize(
    ("method", "path", "is_order"),
    [
        ("POST", b"/api/v1/jobs", True),
        ("POST", b"/api/v1/jobs/job_1/resume", True),
        ("POST", b"/api/v1/storyboards", True),
        ("GET", b"/api/v1/jobs", False),
        ("POST", b"/api/v1/webhooks/replicate", False),
        ("POST", b"/api/v1/keys", False),
    ],
)
def test_orders_are_what_jobs_come_from(method: str, path: bytes, is_order: bool) -> None:
    route = find_route(path)
    assert route is not None
    assert route.is_order(method) is is_order
