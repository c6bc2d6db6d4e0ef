"""What is counted becomes lines that CloudWatch reads numbers from."""

import io

import orjson
import pytest
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import PeriodicExportingMetricReader

from omnigen_shared.emf import EmfExporter
from omnigen_shared.signals import Metric

NAMESPACE = "omnigen-prod"


@pytest.fixture
def out() -> io.StringIO:
    return io.StringIO()


@pytest.fixture
def provider(out: io.StringIO) -> MeterProvider:
    reader = PeriodicExportingMetricReader(EmfExporter(NAMESPACE, out), export_interval_millis=float("inf"))
    return MeterProvider(metric_readers=[reader], shutdown_on_exit=False)


def test_a_counter_is_told_since_the_last_time(provider: MeterProvider, out: io.StringIO) -> None:
    counter = provider.get_meter("test").create_counter(Metric.JOBS_REACHED)
    for amount in (2, 3):
        counter.add(amount, {"status": "completed"})
        provider.force_flush()
    lines = [orjson.loads(line) for line in out.getvalue().splitlines()]
    assert [line["jobs.reached"] for line in lines] == [2, 3]
    assert {line["status"] for line in lines} == {"completed"}
    [told] = lines[0]["_aws"]["CloudWatchMetrics"]
    assert told == {
        "Namespace": NAMESPACE,
        "Dimensions": [[], ["status"]],
        "Metrics": [{"Name": "jobs.reached"}],
    }
    assert lines[0]["_aws"]["Timestamp"] > 1_700_000_000_000


def test_a_histogram_is_told_as_a_set_of_statistics(provider: MeterProvider, out: io.StringIO) -> None:
    histogram = provider.get_meter("test").create_histogram(Metric.FFMPEG_SPEED)
    for speed in (1.5, 4.0):
        histogram.record(speed)
    provider.force_flush()
    [line] = [orjson.loads(line) for line in out.getvalue().splitlines()]
    assert line["composer.ffmpeg_speed"] == {"Min": 1.5, "Max": 4.0, "Count": 2, "Sum": 5.5}
    assert line["_aws"]["CloudWatchMetrics"][0]["Dimensions"] == [[]]


def test_what_rises_and_falls_is_told_as_it_stands(provider: MeterProvider, out: io.StringIO) -> None:
    depth = provider.get_meter("test").create_up_down_counter(Metric.QUEUE_DEPTH)
    for change in (1, 1, -1):
        depth.add(change)
        provider.force_flush()
    assert [orjson.loads(line)["composer.queue_depth"] for line in out.getvalue().splitlines()] == [1, 2, 1]
