"""Read, decide, write; and once more when somebody else wrote in between."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from typing import Final

from omnigen_jobs.domain.changes import Change, Versioned, apply, bumped
from omnigen_jobs.domain.problems import nothing_there
from omnigen_jobs.domain.records import Record
from omnigen_jobs.ports import JobStore, WriteConflictError
from omnigen_jobs.service.measuring import measure_change
from omnigen_shared.contracts.base import JobId, UserId
from omnigen_shared.errors import DependencyUnavailableError

TRIES: Final = 40
LONGEST_PAUSE_S: Final = 0.1

Decide = Callable[[Record], Awaitable[Change | None]]
Guard = Callable[[Record], None]
"""Raises what its caller is to be told when the record is not as they believe."""


def unguarded(_record: Record) -> None:
    """Whatever it is like."""


async def write(store: JobStore, user_id: UserId, job_id: JobId, decide: Decide) -> Record:
    """The record after the change that `decide` makes of it; decide is asked again after each lost race.

    NotFoundError for somebody else's job, whatever decide raises, DependencyUnavailableError when the races never end.
    """
    for lost in range(TRIES):
        record = await get_record(store, user_id, job_id)
        change = await decide(record)
        if change is None:
            return record
        try:
            await store.commit(change)
        except WriteConflictError:
            await pause(lost)
        else:
            after = apply(change, record)
            measure_change(record.job, after.job)
            return after
    raise DependencyUnavailableError(f"Too many write {job_id} at once.")


async def rewrite(
    read: Callable[[], Awaitable[Versioned]],
    decide: Callable[[Versioned], Versioned],
    put: Callable[[Versioned], Awaitable[None]],
) -> Versioned:
    """One item after what `decide` makes of it; the same object back is no change. As `write` otherwise."""
    for lost in range(TRIES):
        before = await read()
        after = decide(before)
        if after is before:
            return before
        try:
            await put(after)
        except WriteConflictError:
            await pause(lost)
        else:
            return bumped(after)
    raise DependencyUnavailableError("Too many write the same at once.")


async def get_record(store: JobStore, user_id: UserId, job_id: JobId) -> Record:
    """NotFoundError when there is no such job, or it is somebody else's, or nobody was told of it yet."""
    record = await store.find_record(job_id)
    if record is None or record.job.user_id != user_id or not record.job.is_visible:
        raise nothing_there()
    return record


async def pause(lost: int) -> None:
    """A random wait, longer with each lost race, so that racers spread out."""
    await asyncio.sleep(random.uniform(0, min(LONGEST_PAUSE_S, 0.005 * 2**lost)))  # noqa: S311 - spreads, guards nothing
