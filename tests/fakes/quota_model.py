"""What quota must answer, as simple as it can be said: no map, no ledger, no rounds. Money in micro-dollars."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import ClassVar

from omnigen_quota.domain.plans import FREE, Plan

NEVER = datetime.max.replace(tzinfo=UTC)


@dataclass
class ModelJob:
    """One job; `intents` maps a name to (state, price, actual)."""

    user: str
    month: str
    maximum: int
    videos: int = 0
    storyboards: int = 0
    state: str = "open"
    reserved_at: datetime = NEVER
    intents: dict[str, tuple[str, int, int]] = field(default_factory=dict)

    def total(self, state: str, place: int) -> int:
        return sum(amounts[place] for mark, *amounts in self.intents.values() if mark == state)

    @property
    def held(self) -> int:
        return self.total("held", 0)

    @property
    def spent(self) -> int:
        return self.total("settled", 1)

    @property
    def remaining(self) -> int:
        return self.maximum - self.held - self.spent if self.state == "open" else 0

    @property
    def claim(self) -> int:
        """What the month's spend counts for it."""
        return self.maximum if self.state == "open" else self.held + self.spent

    @property
    def is_running(self) -> bool:
        return self.state == "open" and not self.storyboards

    @property
    def counts(self) -> bool:
        return self.state != "released"


@dataclass(frozen=True)
class Wish:
    """A job that wants to begin."""

    user: str
    job_id: str
    cost: int
    videos: int
    storyboards: int = 0


@dataclass
class Model:
    """All users of a deployment."""

    ABANDONED: ClassVar[timedelta] = timedelta(hours=25)

    jobs: dict[tuple[str, str], ModelJob] = field(default_factory=dict)
    caps: dict[str, dict[str, int]] = field(default_factory=dict)
    """By user: what an operator has agreed with them."""
    is_paused: bool = False
    deployment_cap: int | None = None
    """Of the spend of all users in a month."""

    def plan(self, user: str) -> Plan:
        changes = self.caps.get(user, {})
        return replace(FREE, **changes)  # type: ignore[arg-type]  # every cap is a number

    def of_month(self, month: str, user: str | None = None) -> Iterator[ModelJob]:
        return (job for job in self.jobs.values() if job.month == month and user in {None, job.user})

    def videos(self, month: str, user: str) -> int:
        return sum(job.videos for job in self.of_month(month, user) if job.counts)

    def storyboards(self, month: str, user: str) -> int:
        return sum(job.storyboards for job in self.of_month(month, user) if job.counts)

    def spend(self, month: str, user: str | None = None) -> int:
        return sum(job.claim for job in self.of_month(month, user))

    def settled(self, month: str, user: str) -> int:
        return sum(job.spent for job in self.of_month(month, user))

    def running(self, user: str | None = None) -> int:
        return sum(job.is_running for job in self.jobs.values() if user in {None, job.user})

    def reserve(self, wish: Wish, month: str, idle: int = 0) -> frozenset[str] | ModelJob:
        """The job, or the codes that a refusal may have. `idle` of the deployment's budget lies unused at others."""
        job = self.jobs.get((wish.user, wish.job_id))
        if job is not None:
            if job.state == "released":
                return frozenset({"reservation_closed"})
            same = (job.maximum, job.videos, job.storyboards) == (wish.cost, wish.videos, wish.storyboards)
            return job if same else frozenset({"amount_mismatch"})
        fits = self._fits_plan(wish, month) and self._fits_deployment(wish, month, idle)
        if self.is_paused:
            return frozenset({"spending_paused"} if fits else {"spending_paused", "quota_exceeded"})
        if not fits:
            return frozenset({"quota_exceeded"})
        job = ModelJob(wish.user, month, wish.cost, wish.videos, wish.storyboards)
        self.jobs[(wish.user, wish.job_id)] = job
        return job

    def _fits_plan(self, wish: Wish, month: str) -> bool:
        plan, user = self.plan(wish.user), wish.user
        fits = (
            not wish.videos or self.videos(month, user) + wish.videos <= plan.videos_per_month,
            not wish.storyboards or self.storyboards(month, user) + wish.storyboards <= plan.storyboards_per_month,
            not wish.cost or self.spend(month, user) + wish.cost <= plan.spend_per_month_microusd,
            bool(wish.storyboards) or self.running(user) < plan.concurrent_jobs,
        )
        return all(fits)

    def _fits_deployment(self, wish: Wish, month: str, idle: int) -> bool:
        cap = self.deployment_cap
        return cap is None or not wish.cost or self.spend(month) + idle + wish.cost <= cap

    def spend_on(self, user: str, job_id: str, name: str, price: int) -> str:
        job = self.jobs.get((user, job_id))
        if job is None:
            return "not_found"
        if name in job.intents:
            state, stored, _ = job.intents[name]
            return "amount_mismatch" if stored != price else ("held" if state == "held" else "intent_closed")
        if job.state != "open":
            return "reservation_closed"
        if price > job.remaining:
            return "budget_exceeded"
        if self.is_paused:
            return "spending_paused"
        job.intents[name] = ("held", price, 0)
        return "held"

    def end(self, user: str, job_id: str, name: str, state: str, actual: int) -> str:
        """Settle or refund."""
        job = self.jobs.get((user, job_id))
        if job is None or name not in job.intents:
            return "not_found"
        was, price, stored = job.intents[name]
        if was != "held":
            return "intent_closed" if was != state else (state if stored == actual else "amount_mismatch")
        if actual > price:
            return "amount_mismatch"
        job.intents[name] = (state, price, actual)
        return state

    def sweep(self, user: str, now: datetime) -> None:
        """What has been open for longer than any job lives is released."""
        for job in self.jobs.values():
            if job.user == user and job.state == "open" and job.reserved_at < now - self.ABANDONED:
                job.state = "released"

    def close(self, user: str, job_id: str, state: str) -> str:
        """Commit or release."""
        job = self.jobs.get((user, job_id))
        if job is None:
            return "not_found"
        if job.state == "open":
            job.state = state
        return state if job.state == state else "reservation_closed"
