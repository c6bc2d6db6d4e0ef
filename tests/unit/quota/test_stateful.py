"""Any sequence of calls, duplicates, crashes and midnights against a model that fits on one page."""

from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, TypeVar

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from tests.fakes.quota_bench import USER, QuotaBench

from omnigen_quota.domain.months import month_of
from omnigen_quota.domain.plans import FREE
from omnigen_shared.contracts.spending import Reservation
from omnigen_shared.errors import DependencyUnavailableError, ProblemError
from omnigen_shared.testing.clock import FrozenClock

T = TypeVar("T")
JOBS = st.sampled_from([f"job_{n}" for n in range(14)])
INTENTS = st.sampled_from(["plan.1", "scene-01.1", "music.1"])
AMOUNTS = st.sampled_from([0, 1, 400_000, 2_000_000, 5_000_000])
JUST_BEFORE_DECEMBER = datetime(2026, 11, 30, 22, 0, tzinfo=UTC)


def finish(call: Coroutine[Any, Any, T]) -> T:
    """The result of a coroutine that waits for nothing, without a loop."""
    try:
        call.send(None)
    except StopIteration as done:
        value: T = done.value
        return value
    raise AssertionError("A fake waited.")


@dataclass
class ModelJob:
    month: str
    videos: int
    maximum: int
    state: str = "open"
    intents: dict[str, tuple[str, int, int]] = field(default_factory=dict)
    """name → (state, price, actual)"""

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
        return self.maximum if self.state == "open" else self.held + self.spent


class Model:
    def __init__(self) -> None:
        self.jobs: dict[str, ModelJob] = {}

    def videos(self, month: str) -> int:
        return sum(job.videos for job in self.jobs.values() if job.month == month and job.state != "released")

    def spend(self, month: str) -> int:
        return sum(job.claim for job in self.jobs.values() if job.month == month)

    def running(self) -> int:
        return sum(job.state == "open" for job in self.jobs.values())

    def reserve(self, job_id: str, month: str, cost: int, videos: int) -> str | ModelJob:
        job = self.jobs.get(job_id)
        if job is not None:
            if job.state == "released":
                return "reservation_closed"
            return job if (job.maximum, job.videos) == (cost, videos) else "amount_mismatch"
        fits_month = self.spend(month) + cost <= FREE.spend_per_month_microusd or not cost
        if self.videos(month) + videos > FREE.videos_per_month or not fits_month:
            return "quota_exceeded"
        if self.running() >= FREE.concurrent_jobs:
            return "quota_exceeded"
        self.jobs[job_id] = job = ModelJob(month, videos, cost)
        return job

    def spend_on(self, job_id: str, name: str, price: int) -> str:
        job = self.jobs.get(job_id)
        if job is None:
            return "not_found"
        if name in job.intents:
            state, stored, _ = job.intents[name]
            return "amount_mismatch" if stored != price else ("held" if state == "held" else "intent_closed")
        if job.state != "open":
            return "reservation_closed"
        if price > job.remaining:
            return "budget_exceeded"
        job.intents[name] = ("held", price, 0)
        return "held"

    def end(self, job_id: str, name: str, state: str, actual: int) -> str:
        job = self.jobs.get(job_id)
        if job is None or name not in job.intents:
            return "not_found"
        was, price, stored = job.intents[name]
        if was != "held":
            return "intent_closed" if was != state else (state if stored == actual else "amount_mismatch")
        if actual > price:
            return "amount_mismatch"
        job.intents[name] = (state, price, actual)
        return state

    def close(self, job_id: str, state: str) -> str:
        job = self.jobs.get(job_id)
        if job is None:
            return "not_found"
        if job.state == "open":
            job.state = state
        return state if job.state == state else "reservation_closed"


class QuotaMachine(RuleBasedStateMachine):
    """Every call is repeated once after an injected crash, as its caller would."""

    def __init__(self) -> None:
        super().__init__()
        self.bench = QuotaBench(clock=FrozenClock(JUST_BEFORE_DECEMBER))
        self.model = Model()

    def ask(self, make: Callable[[], Coroutine[Any, Any, T]]) -> T | str:
        while True:
            try:
                return finish(make())
            except DependencyUnavailableError:
                self.bench.assert_balanced()
            except ProblemError as problem:
                return problem.code

    def month_of(self, job_id: str) -> str:
        job = self.model.jobs.get(job_id)
        return job.month if job else month_of(self.bench.clock.now())

    @rule(job_id=JOBS, cost=AMOUNTS, videos=st.integers(0, 1))
    def reserve(self, job_id: str, cost: int, videos: int) -> None:
        month = month_of(self.bench.clock.now())
        answer = self.ask(lambda: self.bench.reserve(job_id, cost, videos))
        expected = self.model.reserve(job_id, month, cost, videos)
        if isinstance(expected, str):
            assert answer == expected
        else:
            assert isinstance(answer, Reservation)
            assert (answer.month, answer.max_cost_microusd) == (expected.month, expected.maximum)
            assert answer.remaining_microusd == expected.remaining

    @rule(job_id=JOBS, name=INTENTS, price=AMOUNTS)
    def spend(self, job_id: str, name: str, price: int) -> None:
        answer = self.ask(lambda: self.bench.spend(job_id, name, price, self.month_of(job_id)))
        assert getattr(answer, "state", answer) == self.model.spend_on(job_id, name, price)

    @rule(job_id=JOBS, name=INTENTS, actual=AMOUNTS)
    def settle(self, job_id: str, name: str, actual: int) -> None:
        answer = self.ask(lambda: self.bench.settle(job_id, name, actual, self.month_of(job_id)))
        assert getattr(answer, "state", answer) == self.model.end(job_id, name, "settled", actual)

    @rule(job_id=JOBS, name=INTENTS)
    def refund(self, job_id: str, name: str) -> None:
        answer = self.ask(lambda: self.bench.refund(job_id, name, self.month_of(job_id)))
        assert getattr(answer, "state", answer) == self.model.end(job_id, name, "refunded", 0)

    @rule(job_id=JOBS)
    def commit(self, job_id: str) -> None:
        answer = self.ask(lambda: self.bench.commit(job_id, self.month_of(job_id)))
        assert getattr(answer, "state", answer) == self.model.close(job_id, "committed")

    @rule(job_id=JOBS)
    def release(self, job_id: str) -> None:
        answer = self.ask(lambda: self.bench.release(job_id, self.month_of(job_id)))
        assert getattr(answer, "state", answer) == self.model.close(job_id, "released")

    @rule(lost=st.booleans())
    def crash_soon(self, lost: bool) -> None:
        self.bench.table.lost_replies = int(lost)
        self.bench.table.unwritable_rows = int(not lost)

    @precondition(lambda self: self.model.running() == 0)
    @rule(hours=st.integers(1, 70))
    def wait(self, hours: int) -> None:
        self.bench.clock.advance(hours * 3600)

    @rule(minutes=st.integers(30, 90))
    def go_on(self, minutes: int) -> None:
        if self.bench.clock.now() < JUST_BEFORE_DECEMBER.replace(hour=23):
            self.bench.clock.advance(minutes * 60)

    @invariant()
    def books_balance(self) -> None:
        self.bench.assert_balanced()

    @invariant()
    def counters_are_the_models(self) -> None:
        for user_id, month in self.bench.table.months:
            assert user_id == USER
            state = self.bench.state(month)
            assert state.videos == self.model.videos(month) <= FREE.videos_per_month
            assert state.spend_microusd == self.model.spend(month) <= FREE.spend_per_month_microusd
            settled = sum(job.spent for job in self.model.jobs.values() if job.month == month)
            assert state.settled_microusd == settled


TestQuota = QuotaMachine.TestCase
TestQuota.settings = settings(
    max_examples=60, stateful_step_count=60, deadline=None, suppress_health_check=list(HealthCheck)
)
