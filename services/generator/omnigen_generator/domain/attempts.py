"""Which attempt of which job a step belongs to, and how much time it has."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from omnigen_shared.contracts.base import JobId, UserId


@dataclass(frozen=True, slots=True)
class AttemptRef:
    """What every call about a job carries. `plan` is the user's subscription."""

    job_id: JobId
    user_id: UserId
    plan: str
    attempt: int


@dataclass(frozen=True, slots=True)
class TimeLimits:
    """Seconds. An execution ends after its budget; a job's last `reserve_s` are kept for ending it properly.

    `reconcile_for_s`: how long after the socket closed a prediction may still turn up in the provider's list.
    `kept_after_deadline_s`: what is ready so late after the job's end is still kept, for when it is resumed.
    """

    execution_budget_s: float = 240
    reserve_s: float = 20
    provider_timeout_s: float = 20
    planner_patience_s: float = 45
    reconcile_for_s: float = 120
    kept_after_deadline_s: float = 600


@dataclass(frozen=True, slots=True)
class Window:
    """From an execution's start to its job's deadline."""

    started_at: datetime
    deadline_at: datetime
    limits: TimeLimits

    def is_spent(self, now: datetime) -> bool:
        """Whether this execution has to hand over to the next attempt."""
        return now - self.started_at >= timedelta(seconds=self.limits.execution_budget_s)

    def is_late(self, now: datetime, wait_s: float = 0) -> bool:
        """Whether nothing new may begin, now or after waiting: the job has to end before its deadline."""
        return now + timedelta(seconds=wait_s + self.limits.reserve_s) >= self.deadline_at

    def share_used(self, now: datetime) -> float:
        """How much of the time from this execution's start to the deadline has passed; 1 and more when all has."""
        whole_s = (self.deadline_at - self.started_at).total_seconds()
        return (now - self.started_at).total_seconds() / whole_s if whole_s > 0 else 1.0

    def elapsed_s(self, now: datetime) -> float:
        return max((now - self.started_at).total_seconds(), 0.0)
