"""Where traces and metrics go: one provider of each per process, and the W3C traceparent on every call between units.

How spans are made: tracing.py. What they and the metrics are called: signals.py.
"""

import sys
from collections.abc import Mapping, MutableMapping
from pathlib import Path
from typing import TYPE_CHECKING

from opentelemetry import metrics, trace
from opentelemetry.context import Context
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

if TYPE_CHECKING:
    from opentelemetry.sdk.metrics.export import MetricExporter
    from opentelemetry.sdk.trace import SpanProcessor

    from omnigen_shared.settings import BaseUnitSettings

_propagator = TraceContextTextMapPropagator()


def configure_telemetry(unit: str, settings: "BaseUnitSettings") -> None:
    """Call once, at an entry point. Where nothing keeps spans, ids travel all the same; else nothing is counted.

    The SDK and its exporter are imported here, because they cost a cold Lambda more than all it does with them.
    """
    from opentelemetry.sdk.resources import SERVICE_NAME, Resource  # noqa: PLC0415
    from opentelemetry.sdk.trace import TracerProvider, sampling  # noqa: PLC0415

    resource = Resource.create({SERVICE_NAME: f"omnigen-{unit}"})
    sampler = sampling.DEFAULT_ON if settings.keeps_traces else sampling.ALWAYS_OFF
    provider = TracerProvider(resource=resource, sampler=sampler)
    if settings.otlp_endpoint is not None:
        provider.add_span_processor(_send_to(settings.otlp_endpoint))
    if settings.trace_file is not None:
        provider.add_span_processor(_write_to(settings.trace_file))
    trace.set_tracer_provider(provider)
    exporter = _find_exporter(settings)
    if exporter is not None:
        from opentelemetry.sdk.metrics import MeterProvider  # noqa: PLC0415
        from opentelemetry.sdk.metrics.export import PeriodicExportingMetricReader  # noqa: PLC0415

        reader = PeriodicExportingMetricReader(exporter)
        metrics.set_meter_provider(MeterProvider(resource=resource, metric_readers=[reader]))


def flush_telemetry(timeout_s: float = 2) -> None:
    """Send what is kept back, for who may be frozen or killed at any time."""
    for provider in (trace.get_tracer_provider(), metrics.get_meter_provider()):
        flush = getattr(provider, "force_flush", None)
        if flush is not None:
            flush(round(timeout_s * 1000))


def _send_to(otlp_endpoint: str) -> "SpanProcessor":
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter  # noqa: PLC0415
    from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415

    return BatchSpanProcessor(OTLPSpanExporter(endpoint=f"{otlp_endpoint}/v1/traces"))


def _write_to(trace_file: Path) -> "SpanProcessor":
    """A line of JSON per span, each one call of the kernel: many processes append to one file."""
    from opentelemetry.sdk.trace.export import ConsoleSpanExporter, SimpleSpanProcessor  # noqa: PLC0415

    file = open(trace_file, "a", buffering=1, encoding="utf-8")  # noqa: SIM115, PTH123 - as long as the process lives
    file.reconfigure(write_through=True)
    return SimpleSpanProcessor(ConsoleSpanExporter(out=file, formatter=lambda span: f"{span.to_json(indent=None)}\n"))


def _find_exporter(settings: "BaseUnitSettings") -> "MetricExporter | None":
    """Into the log where CloudWatch reads it (its collector for X-Ray takes none), else to one that takes them."""
    if settings.metrics_namespace is not None:
        from omnigen_shared.emf import EmfExporter  # noqa: PLC0415

        return EmfExporter(settings.metrics_namespace, sys.stdout)
    if settings.otlp_metrics_endpoint is not None:
        from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter  # noqa: PLC0415

        return OTLPMetricExporter(endpoint=f"{settings.otlp_metrics_endpoint}/v1/metrics")
    return None


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
