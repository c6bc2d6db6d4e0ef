"""All that is kept of a user goes, but the ledger: asked for once, done piece by piece, over when nothing is found."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from omnigen_jobs.domain.hooks import HookId, Hooks
from omnigen_jobs.domain.records import Job, Money
from omnigen_shared.contracts.base import UserId

UNTIL_SHUT_OUT: Final = timedelta(minutes=2)
"""Sessions, tokens and keys act for a minute after they have ended: what they bring in the meantime is found, too."""
LEASE: Final = timedelta(minutes=5)
"""For one pass; whoever has not finished by then is taken for dead."""
AGAIN: Final = timedelta(minutes=1)
"""While something is still at work, or its money is not accounted for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Erasure:
    """`due_at` is when the next pass begins. `hook_ids` are kept until the end: nothing else names their messages."""

    user_id: UserId
    asked_at: datetime
    due_at: datetime
    hook_ids: tuple[HookId, ...] = ()
    version: int = 0


def ask(erasure: Erasure | None, user_id: UserId, now: datetime) -> Erasure:
    """The same object when it was asked for before."""
    return erasure or Erasure(user_id=user_id, asked_at=now, due_at=now)


def take(erasure: Erasure, hooks: Hooks, now: datetime) -> Erasure:
    """One pass is begun by whoever writes this."""
    known = dict.fromkeys((*erasure.hook_ids, *(hook.hook_id for hook in hooks.hooks)))
    return replace(erasure, due_at=now + LEASE, hook_ids=tuple(known))


def look_again(erasure: Erasure, now: datetime) -> Erasure:
    """Something is left, or may still come."""
    return replace(erasure, due_at=now + AGAIN)


def is_over(erasure: Erasure, found: int, now: datetime) -> bool:
    """Whether a pass that has found so much was the last."""
    return found == 0 and now >= erasure.asked_at + UNTIL_SHUT_OUT


def can_go(job: Job) -> bool:
    """Whether nobody looks after the job any more: what the provider may still charge is accounted for first."""
    return job.status.is_terminal and job.money is Money.CLOSED and job.next_round is None and job.lease_until is None
