"""Spans are made below recorded ones only, join the trace that a job began in, and say nothing of what went wrong."""

import logging
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind, StatusCode

from omnigen_shared import tracing
from omnigen_shared.logging import add_trace
from omnigen_shared.tracing import current_traceparent, join_trace, open_span, record_span, traced

TRACE_ID = "0af7651916cd43dd8448eb211c80319c"
GIVEN = f"00-{TRACE_ID}-b7ad6b7169203331-01"
UNSAMPLED = f"00-{TRACE_ID}-b7ad6b7169203331-00"


@pytest.fixture
def spans(monkeypatch: pytest.MonkeyPatch) -> Iterator[InMemorySpanExporter]:
    """What is recorded, by a provider of the test's own."""
    exporter, provider = InMemorySpanExporter(), TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    monkeypatch.setattr(tracing, "tracer", lambda: provider.get_tracer("test"))
    yield exporter
    provider.shutdown()


def test_outside_of_a_trace_nothing_is_made(spans: InMemorySpanExporter) -> None:
    with open_span("test.alone"):
        record_span("test.waited", datetime.now(UTC), datetime.now(UTC))
        assert current_traceparent() is None
    assert spans.get_finished_spans() == ()


def test_what_is_not_sampled_stays_so_and_its_ids_travel(spans: InMemorySpanExporter) -> None:
    with join_trace(UNSAMPLED, "test.start", {}, SpanKind.PRODUCER), open_span("test.below"):
        told = current_traceparent() or ""
    assert (told[3:35], told[-2:]) == (TRACE_ID, "00")
    assert spans.get_finished_spans() == ()


def test_another_requests_work_joins_the_trace_and_links_to_its_own(spans: InMemorySpanExporter) -> None:
    with (
        join_trace(f"00-{'1' * 32}-{'2' * 16}-01", "test.request", {}, SpanKind.SERVER) as request,
        join_trace(GIVEN, "test.start", {"omnigen.attempt": 2}, SpanKind.PRODUCER),
    ):
        pass
    started, _ = spans.get_finished_spans()
    assert started.context is not None
    assert trace.format_trace_id(started.context.trace_id) == TRACE_ID
    assert [link.context for link in started.links] == [request.get_span_context()]


def test_work_in_the_same_trace_is_below_who_asked_for_it(spans: InMemorySpanExporter) -> None:
    with (
        join_trace(GIVEN, "test.request", {}, SpanKind.SERVER) as request,
        join_trace(GIVEN, "test.start", {}, SpanKind.PRODUCER),
    ):
        pass
    started, _ = spans.get_finished_spans()
    assert started.parent == request.get_span_context()
    assert started.links == ()


async def test_an_error_leaves_its_class_and_not_its_words(spans: InMemorySpanExporter) -> None:
    @traced("test.call")
    async def fail() -> None:
        raise ValueError("a user's words")

    with join_trace(GIVEN, "test.request", {}, SpanKind.SERVER), pytest.raises(ValueError, match="words"):
        await fail()
    failed, _ = spans.get_finished_spans()
    assert failed.status.status_code is StatusCode.ERROR
    assert dict(failed.attributes or {}) == {"error.type": "ValueError"}
    assert "words" not in failed.to_json()


def test_what_was_waited_for_lies_between_two_instants(spans: InMemorySpanExporter) -> None:
    begin = datetime(2026, 3, 1, tzinfo=UTC)
    with join_trace(GIVEN, "test.request", {}, SpanKind.SERVER):
        record_span("test.waited", begin, begin + timedelta(seconds=90))
        record_span("test.clocks_differ", begin, begin - timedelta(seconds=1))
    waited, backwards, _ = spans.get_finished_spans()
    assert [(span.end_time or 0) - (span.start_time or 0) for span in (waited, backwards)] == [90 * 10**9, 0]


def test_log_lines_name_their_trace() -> None:
    with join_trace(UNSAMPLED, "test.request", {}, SpanKind.SERVER):
        assert add_trace(logging.getLogger(), "info", {"event": "it"}) == {"event": "it", "trace_id": TRACE_ID}
        assert add_trace(logging.getLogger(), "info", {"trace_id": "another"}) == {"trace_id": "another"}
    assert add_trace(logging.getLogger(), "info", {"event": "it"}) == {"event": "it"}
