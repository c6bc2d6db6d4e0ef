"""What a process counts and traces reaches a collector, at the latest when it ends."""

import asyncio
import sys

from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from tests.fakes.loopback import serve_app

PROGRAM = """
import sys
from omnigen_shared.settings import BaseUnitSettings
from omnigen_shared.telemetry import configure_telemetry, meter, tracer
counter = meter().create_counter("test.made_before")
url = sys.argv[1] or None
configure_telemetry("gateway", BaseUnitSettings(otlp_endpoint=url, otlp_metrics_endpoint=url))
counter.add(2, {"whose": "user"})
counter.add(3, {"whose": "user"})
tracer().start_span("test.span").end()
"""


async def run(collector_url: str) -> None:
    process = await asyncio.create_subprocess_exec(sys.executable, "-W", "error", "-c", PROGRAM, collector_url)
    assert await process.wait() == 0


async def test_counters_and_spans_arrive() -> None:
    bodies: dict[str, list[bytes]] = {"/v1/metrics": [], "/v1/traces": []}

    async def collect(request: Request) -> Response:
        bodies[request.url.path].append(await request.body())
        return Response()

    async with serve_app(Starlette(routes=[Route(path, collect, methods=["POST"]) for path in bodies])) as url:
        await run(url)
    assert len(bodies["/v1/traces"]) == 1
    [sent] = ExportMetricsServiceRequest.FromString(bodies["/v1/metrics"][0]).resource_metrics
    assert {a.key: a.value.string_value for a in sent.resource.attributes}["service.name"] == "omnigen-gateway"
    [metric] = sent.scope_metrics[0].metrics
    assert metric.name == "test.made_before"
    assert [point.as_int for point in metric.sum.data_points] == [5]


async def test_without_a_collector_nothing_is_sent_or_missed() -> None:
    await run("")
