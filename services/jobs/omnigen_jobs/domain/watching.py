"""Which jobs a task watches, as it tells the others: in short, because they only count."""

import zlib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from omnigen_shared.contracts.base import JobId


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """What one task watches. Who says no more has ended, or watches nothing: it holds until `until`."""

    task_id: str
    jobs: frozenset[int]
    until: datetime


def mark_of(job_id: JobId) -> int:
    """Stands for a job; two that share one are read a little less often."""
    return zlib.crc32(job_id.encode())


def count_others(watches: Iterable[Watch], task_id: str) -> Counter[int]:
    """By job's mark: how many other tasks watch it."""
    return Counter(mark for watch in watches if watch.task_id != task_id for mark in watch.jobs)
