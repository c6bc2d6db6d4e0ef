"""Metrics as lines of the log, in CloudWatch's embedded metric format: the numbers are read from there.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
"""

from collections.abc import Iterator
from typing import Any, Final, TextIO

import orjson
from opentelemetry.sdk.metrics import Counter, Histogram
from opentelemetry.sdk.metrics.export import (
    AggregationTemporality,
    HistogramDataPoint,
    Metric,
    MetricExporter,
    MetricExportResult,
    MetricsData,
)

_MILLION: Final = 1_000_000


class EmfExporter(MetricExporter):
    """A line for each metric and set of attributes: under these attributes, and under none for all of them together."""

    def __init__(self, namespace: str, out: TextIO) -> None:
        delta = AggregationTemporality.DELTA
        super().__init__(preferred_temporality={Counter: delta, Histogram: delta})
        self._namespace = namespace
        self._out = out

    def export(
        self,
        metrics_data: MetricsData,
        timeout_millis: float = 10_000,  # noqa: ARG002 - nothing here waits
        **_kwargs: Any,
    ) -> MetricExportResult:
        """Write what has been counted since the last time."""
        for resource in metrics_data.resource_metrics:
            for scope in resource.scope_metrics:
                for metric in scope.metrics:
                    self._out.writelines(self._lines_of(metric))
        self._out.flush()
        return MetricExportResult.SUCCESS

    def force_flush(self, timeout_millis: float = 10_000) -> bool:  # noqa: ARG002
        """Nothing is kept back."""
        return True

    def shutdown(self, timeout_millis: float = 30_000, **_kwargs: Any) -> None:
        """There is nothing to close."""

    def _lines_of(self, metric: Metric) -> Iterator[str]:
        for point in metric.data.data_points:
            attributes = {name: str(value) for name, value in (point.attributes or {}).items()}
            about = {
                "Timestamp": point.time_unix_nano // _MILLION,
                "CloudWatchMetrics": [
                    {
                        "Namespace": self._namespace,
                        "Dimensions": [[], list(attributes)] if attributes else [[]],
                        "Metrics": [{"Name": metric.name}],
                    }
                ],
            }
            value = _statistics_of(point) if isinstance(point, HistogramDataPoint) else getattr(point, "value", 0)
            yield orjson.dumps({"_aws": about, "event": "metric", **attributes, metric.name: value}).decode() + "\n"


def _statistics_of(point: HistogramDataPoint) -> dict[str, float]:
    return {"Min": point.min, "Max": point.max, "Count": point.count, "Sum": point.sum}
