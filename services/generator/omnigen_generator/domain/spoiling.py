"""Clips that were paid and cannot be used: how many of them a job puts up with, and what is said when it gives up."""

from typing import Final

from omnigen_generator.domain.calls import list_spoiled
from omnigen_generator.domain.outcomes import Reason
from omnigen_shared.contracts.calls import scene_unit
from omnigen_shared.contracts.failure import FailureCode
from omnigen_shared.contracts.job import JobProblem, JobSnapshot, JobStatus

MAX_SPOILED: Final = 2
"""The provider charges a clip that succeeded, usable or not: one more is made in the hope that it was bad luck."""


def has_had_enough(snapshot: JobSnapshot, number: int) -> bool:
    """Whether this round buys no more clips for a scene."""
    return len(list_spoiled(snapshot, scene_unit(number))) >= MAX_SPOILED


def find_spoiled_problem(snapshot: JobSnapshot, number: int) -> JobProblem | None:
    """Why a scene has failed whose clips were of no use; None when it had no such clip."""
    spoiled = list_spoiled(snapshot, scene_unit(number))
    if not spoiled:
        return None
    last = spoiled[-1]
    reason = Reason(
        FailureCode.CLIP_INVALID,
        f"What the model made and charged was of no use ({len(spoiled)} x). {last.spoiled}",
        last.provider_id,
    )
    return reason.to_problem(JobStatus.GENERATING, number)
