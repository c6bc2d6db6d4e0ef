"""Traces and metrics: one provider of each per process, and the W3C traceparent on every call between units."""

from collections.abc import Mapping, MutableMapping
from typing import TYPE_CHECKING

from opentelemetry import metrics, trace
from opentelemetry.context import Context
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

if TYPE_CHECKING:
    from opentelemetry.sdk.metrics import MeterProvider
    from opentelemetry.sdk.resources import Resource

_propagator = TraceContextTextMapPropagator()


def configure_telemetry(unit: str, otlp_endpoint: str | None) -> None:
    """Call once, at an entry point. Without an endpoint spans are made (ids travel) and dropped; nothing is counted.

    The SDK and its exporter are imported here, because they cost a cold Lambda more than all it does with them.
    """
    from opentelemetry.sdk.resources import SERVICE_NAME, Resource  # noqa: PLC0415
    from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415

    resource = Resource.create({SERVICE_NAME: f"omnigen-{unit}"})
    provider = TracerProvider(resource=resource)
    if otlp_endpoint is not None:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter  # noqa: PLC0415
        from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415

        provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint=f"{otlp_endpoint}/v1/traces")))
        metrics.set_meter_provider(_open_meters(resource, otlp_endpoint))
    trace.set_tracer_provider(provider)


def _open_meters(resource: "Resource", otlp_endpoint: str) -> "MeterProvider":
    from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter  # noqa: PLC0415
    from opentelemetry.sdk.metrics import MeterProvider  # noqa: PLC0415
    from opentelemetry.sdk.metrics.export import PeriodicExportingMetricReader  # noqa: PLC0415

    reader = PeriodicExportingMetricReader(OTLPMetricExporter(endpoint=f"{otlp_endpoint}/v1/metrics"))
    return MeterProvider(resource=resource, metric_readers=[reader])


def meter() -> metrics.Meter:
    """The house's meter; instruments are named `unit.what_is_counted`, and may be made before the provider is."""
    return metrics.get_meter("omnigen")


def tracer() -> trace.Tracer:
    """The house's tracer; spans are named `unit.verb`."""
    return trace.get_tracer("omnigen")


def extract_trace(carrier: Mapping[str, str]) -> Context:
    """The caller's trace context from lower-case headers (or a state machine's input)."""
    return _propagator.extract(dict(carrier))


def inject_trace(carrier: MutableMapping[str, str]) -> None:
    """Write the current trace context into headers that are about to be sent."""
    _propagator.inject(carrier)
