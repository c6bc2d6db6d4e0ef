"""One request per Idempotency-Key: its first sender does the work, everybody else gets the same answer or waits."""

import math
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from omnigen_jobs.domain.problems import IdempotencyInProgressError, IdempotencyMismatchError
from omnigen_shared.contracts.base import JobId, UserId

LEASE: Final = timedelta(seconds=30)
"""Longer than all calls of one creation together; a sender that is still silent then has died."""
KEPT: Final = timedelta(hours=24)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What is known of a key. `answer` is the JSON that its first sender was given, None while it is at work."""

    user_id: UserId
    key: str
    job_id: JobId
    digest: str
    lease_until: datetime
    kept_until: datetime
    answer: str | None = None
    version: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyedRequest:
    """A request that came with a key. `job_id` is used when nobody has used the key before."""

    user_id: UserId
    key: str
    digest: str
    job_id: JobId


def decide(stored: Entry | None, asked: KeyedRequest, now: datetime) -> Entry:
    """The entry to answer from (`answer` is there), or the one to write before doing the work.

    IdempotencyMismatchError for another body, IdempotencyInProgressError while the lease of another sender lives.
    """
    fresh = Entry(
        user_id=asked.user_id,
        key=asked.key,
        job_id=asked.job_id,
        digest=asked.digest,
        lease_until=now + LEASE,
        kept_until=now + KEPT,
    )
    if stored is None:
        return fresh
    if stored.kept_until <= now:
        return replace(fresh, version=stored.version)
    if stored.digest != asked.digest:
        raise IdempotencyMismatchError("This Idempotency-Key came with another body.")
    if stored.answer is None and stored.lease_until > now:
        raise in_progress(stored.lease_until, now)
    return stored if stored.answer is not None else replace(stored, lease_until=now + LEASE)


def in_progress(until: datetime, now: datetime) -> IdempotencyInProgressError:
    """The refusal while somebody else does the work, at most until then."""
    return IdempotencyInProgressError(
        "A request with this key is at work.",
        retry_after_s=max(1, math.ceil((until - now).total_seconds())),
    )
