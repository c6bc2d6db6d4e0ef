"""The cuts that jobs orders a request with, for tests of the generator."""

from omnigen_jobs.domain.cutting import RHYTHMS, plan_cuts
from omnigen_shared.contracts.catalogue import VIDEO_MODELS
from omnigen_shared.contracts.job import JobRequest
from omnigen_shared.contracts.media import FPS
from omnigen_shared.contracts.storyboard import Cut


def cuts_of(request: JobRequest) -> tuple[Cut, ...]:
    """As its model and its category want it."""
    lengths_s = VIDEO_MODELS[request.model].durations_s
    return plan_cuts(request.duration_s * FPS, lengths_s, RHYTHMS[request.category])
