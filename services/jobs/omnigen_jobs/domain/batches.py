"""Several videos of one request: they share a budget, and are begun as the user's plan lets them.

The budget is split before anything is begun: each video may spend its part and no more, which quota enforces by the
same write as for every video. So whatever happens side by side, all together never pass it.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Final, NewType

from omnigen_jobs.domain.ordering import Order, describe_cost
from omnigen_shared.contracts.base import JobId, UserId
from omnigen_shared.contracts.job import JobProblem, JobRequest
from omnigen_shared.errors import InvalidRequestError
from omnigen_shared.money import format_usd, to_microusd

BatchId = NewType("BatchId", str)

FEWEST_VIDEOS: Final = 2
MOST_VIDEOS: Final = 20
LEASE: Final = timedelta(seconds=90)
"""For one round of beginning; whoever has not finished by then is taken for dead, with all that it began."""
BEGINNING: Final = timedelta(seconds=45)
"""Longer than beginning one video takes: with less of the lease left, none is begun."""
AGAIN: Final = timedelta(seconds=15)
"""While the plan lets no more be at work at once."""


class ItemState(StrEnum):
    """queued → launching → started | refused; queued → canceled. A started one is as its job is."""

    QUEUED = "queued"
    LAUNCHING = "launching"
    STARTED = "started"
    REFUSED = "refused"
    CANCELED = "canceled"


WAITING: Final = frozenset({ItemState.QUEUED, ItemState.LAUNCHING})


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One video. Its job has this id from the beginning, so it is never begun twice."""

    job_id: JobId
    request: JobRequest
    is_seeded: bool
    max_microusd: int
    estimate_microusd: int
    state: ItemState = ItemState.QUEUED
    problem: JobProblem | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """`due_at`: when somebody must look after it, None: never again."""

    batch_id: BatchId
    user_id: UserId
    plan: str
    created_at: datetime
    due_at: datetime | None
    max_microusd: int
    items: tuple[Item, ...]
    canceled_at: datetime | None = None
    version: int = 0

    @property
    def is_waiting(self) -> bool:
        return any(item.state in WAITING for item in self.items)


def new_batch_id(now: datetime) -> BatchId:
    """bat_ and 32 hex digits, the first twelve of them milliseconds: ids sort by time."""
    return BatchId(f"bat_{int(now.timestamp() * 1000):012x}{secrets.token_hex(10)}")


def split(orders: Sequence[Order], max_cost_usd: Decimal | None) -> tuple[int, ...]:
    """What each may spend: its estimate, and its part of what is allowed beyond. InvalidRequestError for too little.

    The sum is at most the maximum, whatever is rounded.
    """
    estimates = [order.estimate.estimate_microusd for order in orders]
    rooms = [order.estimate.ceiling_microusd - order.estimate.estimate_microusd for order in orders]
    certain, room = sum(estimates), sum(rooms)
    given = certain + room if max_cost_usd is None else to_microusd(max_cost_usd)
    if given < certain:
        raise _too_little(certain)
    extra = min(given - certain, room)
    return tuple(
        estimate + (part * extra // room if room else 0) for estimate, part in zip(estimates, rooms, strict=True)
    )


def begin(batch: Batch, now: datetime) -> Batch:
    """All that wait are tried now, by whoever writes this."""
    items = tuple(
        replace(item, state=ItemState.LAUNCHING) if item.state is ItemState.QUEUED else item for item in batch.items
    )
    return replace(batch, items=items, due_at=now + LEASE)


def settle(batch: Batch, results: Sequence[Item], now: datetime, *, are_stopped: bool) -> Batch:
    """What came of those that were tried; what has to wait is tried again.

    A batch that was canceled in the meantime stays due, and its items as they are, until what was begun is stopped.
    """
    if batch.canceled_at is not None and not are_stopped:
        return replace(batch, due_at=now)
    known = {item.job_id: item for item in results}
    items = [known.get(item.job_id, item) for item in batch.items]
    if batch.canceled_at is not None:
        items = [_give_up(item) for item in items]
    after = replace(batch, items=tuple(items))
    return replace(after, due_at=now + AGAIN if after.is_waiting else None)


def cancel(batch: Batch, now: datetime) -> Batch:
    """Nothing more is begun. The same object when that was so before.

    What somebody is about to begin stays due until it is known whether it was.
    """
    if batch.canceled_at is not None:
        return batch
    after = replace(batch, items=tuple(map(_give_up, batch.items)), canceled_at=now)
    return replace(after, due_at=batch.due_at if after.is_waiting else None)


def _give_up(item: Item) -> Item:
    """What nobody has begun will not be begun."""
    return replace(item, state=ItemState.CANCELED) if item.state is ItemState.QUEUED else item


def _too_little(certain: int) -> InvalidRequestError:
    least = format_usd(certain)
    message = f"All of them together cost {least} USD"
    field = {"field": "max_cost_usd", "message": message, "limits": describe_cost(ge=least)}
    return InvalidRequestError(
        f"Not valid: max_cost_usd, which must be at least {least} USD for these videos.",
        remedy="Allow more, or order fewer or shorter videos.",
        details={"fields": [field], "estimate_usd": least, "least_usd": least},
    )
