"""Stands where Jaeger does: takes spans over OTLP/HTTP and tells whose they are. Runs in a container by itself.

`GET /units` answers, for each unit that has sent spans, in how many traces.
"""

import gzip
from collections import defaultdict

from aiohttp import web
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

_traces: dict[str, set[bytes]] = defaultdict(set)


async def take_spans(request: web.Request) -> web.Response:
    sent = await request.read()
    if sent.startswith(b"\x1f\x8b"):
        sent = gzip.decompress(sent)
    for resource in ExportTraceServiceRequest.FromString(sent).resource_spans:
        attributes = {each.key: each.value.string_value for each in resource.resource.attributes}
        spans = [span for scope in resource.scope_spans for span in scope.spans]
        _traces[attributes["service.name"]].update(span.trace_id for span in spans)
    return web.Response()


async def tell_units(_request: web.Request) -> web.Response:
    whole = set.intersection(*_traces.values()) if _traces else set()
    return web.json_response({"units": sorted(_traces), "traces_with_all": len(whole)})


def main() -> None:
    app = web.Application(client_max_size=64 * 2**20)
    app.add_routes([web.post("/v1/traces", take_spans), web.get("/units", tell_units)])
    web.run_app(app, port=4318, print=None)


if __name__ == "__main__":
    main()
