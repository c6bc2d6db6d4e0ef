"""What is counted of jobs, once what it counts has been written."""

from typing import Final

from omnigen_jobs.domain.records import Job
from omnigen_shared.signals import Metric
from omnigen_shared.telemetry import meter

_reached: Final = meter().create_counter(Metric.JOBS_REACHED)
_stages: Final = meter().create_histogram(Metric.STAGE_DURATION_S, unit="s")
_spent: Final = meter().create_counter(Metric.SPENT_MICROUSD)


def measure_admission(job: Job) -> None:
    """A job has been let in."""
    _reached.add(1, {"status": job.status.value})


def measure_change(before: Job, after: Job) -> None:
    """A job has been written."""
    if after.status is not before.status:
        _reached.add(1, {"status": after.status.value})
        since = before.stage_at or before.created_at
        _stages.record((after.updated_at - since).total_seconds(), {"stage": before.status.value})
    if after.spent_microusd > before.spent_microusd:
        _spent.add(after.spent_microusd - before.spent_microusd)
