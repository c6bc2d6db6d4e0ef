"""What routes ask for: the caller, ids that can be ids, and the use cases that the app holds."""

import re
from dataclasses import dataclass
from typing import Annotated, Final

from fastapi import Depends, Header, Path, Query, Request

from omnigen_jobs.domain.problems import ModelUnableError, nothing_there
from omnigen_jobs.ports.receipts import Sealer
from omnigen_jobs.service.attempts import Attempts
from omnigen_jobs.service.batching import Batching
from omnigen_jobs.service.creation import Creation
from omnigen_jobs.service.deleting import Deleting
from omnigen_jobs.service.ending import Ending
from omnigen_jobs.service.erasing import Erasing
from omnigen_jobs.service.exporting import Exporting
from omnigen_jobs.service.following import Following
from omnigen_jobs.service.hinting import Hinting
from omnigen_jobs.service.hooking import Hooking
from omnigen_jobs.service.reading import Reading
from omnigen_jobs.service.resuming import Resuming
from omnigen_jobs.service.sharing import Sharing
from omnigen_jobs.service.spending import Spending
from omnigen_jobs.service.storyboards import Storyboards
from omnigen_jobs.service.uploading import Uploading
from omnigen_shared.clock import Clock
from omnigen_shared.contracts.base import IntentId, JobId, UserId
from omnigen_shared.errors import PlanLimitError, QuotaExceededError, SpendingPausedError
from omnigen_shared.http.caller import allow
from omnigen_shared.http.documents import id_path
from omnigen_shared.identity import Identity

_JOB_ID: Final = re.compile(r"job_[0-9a-f]{32}")


@dataclass(frozen=True, slots=True)
class UseCases:
    """What this service can do; built once, by the app."""

    clock: Clock
    creation: Creation
    batching: Batching
    storyboards: Storyboards
    reading: Reading
    exporting: Exporting
    following: Following
    attempts: Attempts
    spending: Spending
    ending: Ending
    resuming: Resuming
    hinting: Hinting
    hooking: Hooking
    uploading: Uploading
    sealer: Sealer
    sharing: Sharing
    deleting: Deleting
    erasing: Erasing


async def use_cases(request: Request) -> UseCases:
    """The lifespan's."""
    found: UseCases = request.state.use_cases
    return found


async def known_form(job_id: Annotated[str, id_path(_JOB_ID.pattern)]) -> JobId:
    """NotFoundError for text that no job is ever called."""
    if _JOB_ID.fullmatch(job_id) is None:
        raise nothing_there()
    return JobId(job_id)


@dataclass(frozen=True, slots=True)
class Run:
    """Which attempt of whose job an execution speaks for."""

    user_id: UserId
    job_id: JobId
    attempt: int


ORDERING: Final = (PlanLimitError, QuotaExceededError, SpendingPausedError, ModelUnableError)
"""What an order may be refused with, besides its fields."""
Uses = Annotated[UseCases, Depends(use_cases)]
JobPath = Annotated[JobId, Depends(known_form)]
IdempotencyKey = Annotated[str | None, Header(pattern=r"^[!-~]+$", max_length=200)]
Download = Annotated[bool, Query(description="whether a browser saves the file instead of showing it")]
Number = Annotated[int, Path(ge=1, le=99)]
"""Of a scene or a take."""
User = Annotated[Identity, allow("gateway")]
Generator = Annotated[Identity, allow("generator")]
IntentPath = Annotated[IntentId, Path(pattern=r"^[a-z0-9][a-z0-9.-]{0,62}$")]


async def speaking_for(caller: Generator, job_id: JobPath, attempt: Annotated[int, Path(ge=1)]) -> Run:
    """The generator calls on behalf of a job's user, who must be the job's own."""
    return Run(caller.subject, job_id, attempt)


Execution = Annotated[Run, Depends(speaking_for)]
