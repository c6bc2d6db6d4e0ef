"""What metrics and spans' attributes are called, everywhere: in code, on the dashboard and in alarms."""

from enum import StrEnum
from typing import Final


class Metric(StrEnum):
    """Every metric of the house; what it counts, and by which attributes."""

    REQUESTS_REFUSED = "gateway.requests_refused"
    """429, by `whose` limit was exceeded."""
    REQUESTS_UNCOUNTED = "gateway.requests_uncounted"
    """Quota gave no lease, by what followed: `rate_limit_fails`."""
    RATE_LEASE_CALLS = "gateway.rate_lease_calls"
    """Requests that found no lease and had quota asked, by `outcome`."""
    BREAKER_OPEN = "gateway.breaker_open"
    """1 while an `upstream` is left alone, 0 once it answers again."""
    JOBS_REACHED = "jobs.reached"
    """Jobs that have come to a `status`."""
    STAGE_DURATION_S = "jobs.stage_duration_s"
    """Seconds from one status to the next, by the `stage` that was left."""
    SPENT_MICROUSD = "jobs.spent_microusd"
    """What settled calls have cost."""
    PROVIDER_LATENCY_S = "generator.provider_latency_s"
    """Seconds from a call until its end was seen, by `model`."""
    PROVIDER_ERRORS = "generator.provider_errors"
    """Calls that were refused, throttled, lost or ended badly, by `model` and `error`."""
    QUEUE_DEPTH = "composer.queue_depth"
    """Pieces of work that run or wait in a process."""
    FFMPEG_SPEED = "composer.ffmpeg_speed"
    """Seconds of video for each second of FFmpeg."""
    SPEND_REACHED = "quota.deployment_spend_reached"
    """50, 80, 100 % lent, by `cap` and `percent`."""
    SPEND_REFUSED = "quota.deployment_spend_refused"
    """Reservations, by the `cap` in the way."""


JOB_ID: Final = "omnigen.job_id"
ATTEMPT: Final = "omnigen.attempt"
SCENE: Final = "omnigen.scene"
INTENT_ID: Final = "omnigen.intent_id"
MODEL: Final = "omnigen.model"
COST_MICROUSD: Final = "omnigen.cost_microusd"
OUTCOME: Final = "omnigen.outcome"
WORK: Final = "omnigen.work"
KIND: Final = "omnigen.kind"
STATUS: Final = "http.response.status_code"
"""OpenTelemetry's own name."""
