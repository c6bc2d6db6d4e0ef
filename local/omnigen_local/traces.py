"""Reads a file of spans, a line of JSON each as OpenTelemetry's SDK writes them, and tells a trace's story."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import orjson

WIDTH: Final = 48


@dataclass(frozen=True, slots=True)
class TraceSpan:
    """One span. `begin` and `end` in seconds since 1970; `unit` as in the house, without omnigen-."""

    trace_id: str
    span_id: str
    parent_id: str | None
    unit: str
    name: str
    begin: float
    end: float
    attributes: Mapping[str, Any]

    @classmethod
    def parse(cls, line: bytes) -> "TraceSpan":
        span = orjson.loads(line)
        return cls(
            trace_id=span["context"]["trace_id"],
            span_id=span["context"]["span_id"],
            parent_id=span["parent_id"],
            unit=span["resource"]["attributes"]["service.name"].removeprefix("omnigen-"),
            name=span["name"],
            begin=datetime.fromisoformat(span["start_time"]).timestamp(),
            end=datetime.fromisoformat(span["end_time"]).timestamp(),
            attributes=span["attributes"],
        )


@dataclass(frozen=True, slots=True)
class Trace:
    """The spans of one trace, by their beginning."""

    spans: Sequence[TraceSpan]

    def find_lost(self) -> list[TraceSpan]:
        """Spans whose parent is not here; the root has none."""
        known = {span.span_id for span in self.spans}
        return [span for span in self.spans if span.parent_id is not None and span.parent_id not in known]

    def find_parent(self, child: TraceSpan) -> TraceSpan | None:
        return next((span for span in self.spans if span.span_id == child.parent_id), None)

    def covered_share(self, begin: float, end: float) -> float:
        """The part of this time, 0 … 1, in which at least one span was open."""
        covered, at = 0.0, begin
        for span in self.spans:
            covered += max(min(span.end, end) - max(span.begin, at), 0.0)
            at = max(at, min(span.end, end))
        return covered / (end - begin)

    def waterfall(self) -> list[str]:
        """A line for each span: when, how long, whose, and below what; calls of AWS are left out."""
        begin = self.spans[0].begin
        width_s = max(max(span.end for span in self.spans) - begin, 0.001)
        depths: dict[str, int] = {}
        lines = []
        for span in self._in_order():
            depths[span.span_id] = depth = depths.get(span.parent_id or "", -1) + 1
            if "rpc.system" not in span.attributes:
                bar = _bar((span.begin - begin) / width_s, (span.end - begin) / width_s)
                label = f"{'  ' * depth}{span.unit} {span.name}{_describe(span)}"
                lines.append(f"{span.begin - begin:8.2f} {span.end - span.begin:7.2f} s |{bar}| {label}")
        return lines

    def _in_order(self) -> Iterable[TraceSpan]:
        """Each span before its children."""
        children: dict[str | None, list[TraceSpan]] = {}
        lost = {span.span_id for span in self.find_lost()}
        for span in self.spans:
            children.setdefault(None if span.span_id in lost else span.parent_id, []).append(span)
        waiting = children.get(None, [])[::-1]
        while waiting:
            span = waiting.pop()
            yield span
            waiting += children.get(span.span_id, [])[::-1]


def read_traces(path: Path) -> list[Trace]:
    """Every trace of the file, the largest first."""
    found: dict[str, list[TraceSpan]] = {}
    for span in map(TraceSpan.parse, path.read_bytes().splitlines()):
        found.setdefault(span.trace_id, []).append(span)
    traces = [Trace(sorted(spans, key=lambda span: span.begin)) for spans in found.values()]
    return sorted(traces, key=lambda trace: len(trace.spans), reverse=True)


def _bar(begin: float, end: float) -> str:
    first = min(int(begin * WIDTH), WIDTH - 1)
    length = max(round((end - begin) * WIDTH), 1)
    return (" " * first + "#" * length)[:WIDTH].ljust(WIDTH)


def _describe(span: TraceSpan) -> str:
    """Its scene, model, work and cost, where it has them."""
    names = ("scene", "model", "work", "cost_microusd", "outcome")
    said = [f"{name}={value}" for name in names if (value := span.attributes.get(f"omnigen.{name}")) is not None]
    return f" ({', '.join(said)})" if said else ""
