"""Any sequence of calls, duplicates, races, crashes, sweeps and midnights against a model that fits on one page."""

from collections.abc import Callable, Coroutine
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from tests.fakes.quota_bench import QuotaBench
from tests.fakes.quota_model import Model, ModelJob, Wish

from omnigen_quota.domain.auditing import audit_deployment
from omnigen_quota.domain.bookings import Booking, BookingMark, MonthState
from omnigen_quota.domain.lending import KEPT
from omnigen_quota.domain.months import month_of
from omnigen_quota.domain.plans import FREE
from omnigen_quota.service.bookkeeping import LEFT_AFTER
from omnigen_quota.service.operating import Operator
from omnigen_quota.service.patrol import Patrol
from omnigen_quota.service.rounds import Place
from omnigen_quota.service.sweeping import Sweeper
from omnigen_quota.service.switch import VALID_FOR
from omnigen_shared.contracts.media import Resolution
from omnigen_shared.contracts.spending import Reservation, ReserveRequest
from omnigen_shared.errors import DependencyUnavailableError, ProblemError
from omnigen_shared.testing.clock import FrozenClock

T = TypeVar("T")
USERS = st.sampled_from(["ann", "ann", "ben"])
JOBS = st.sampled_from([f"job_{n}" for n in range(7)])
KINDS = st.sampled_from([(1, 0), (1, 0), (0, 0), (0, 1), (1, 1)])
"""Videos and storyboards of a job."""
INTENTS = st.sampled_from(["scene-01.1", "music.1"])
AMOUNTS = st.sampled_from([0, 1, 400_000, 2_000_000, 5_000_000])
CAPS = st.sampled_from(
    [
        {"videos_per_month": 0},
        {"videos_per_month": 3},
        {"videos_per_month": None},
        {"storyboards_per_month": 1},
        {"concurrent_jobs": 4},
        {"concurrent_jobs": None},
        {"spend_per_month_microusd": 5_400_000},
        {"spend_per_month_microusd": None},
    ]
)
JUST_BEFORE_DECEMBER = datetime(2026, 11, 30, 22, 0, tzinfo=UTC)
AN_INTERVAL_S = 300
NEVER_REACHED = 10**12
TRIES = 5


def finish(call: Coroutine[Any, Any, T]) -> T:
    """The result of a coroutine that waits for nothing, without a loop."""
    try:
        call.send(None)
    except StopIteration as done:
        value: T = done.value
        return value
    raise AssertionError("A fake waited.")


def _list_known(machine: Any) -> st.SearchStrategy[tuple[str, str]]:
    return st.sampled_from([*machine.model.jobs, ("ann", "job_unknown")])


KNOWN = st.runner().flatmap(_list_known)
"""A user and a job of theirs; once in a while one that nobody has reserved."""


class QuotaMachine(RuleBasedStateMachine):
    """Every call is repeated after an injected crash, as its caller would."""

    def __init__(self) -> None:
        super().__init__()
        self.bench = QuotaBench(clock=FrozenClock(JUST_BEFORE_DECEMBER))
        self.table, self.clock, self.quota = self.bench.table, self.bench.clock, self.bench.quota
        self.operator = Operator(self.table, self.clock)
        self.model = Model()

    @property
    def month(self) -> str:
        return month_of(self.clock.now())

    @property
    def is_crash_near(self) -> bool:
        return bool(self.table.late_updates or self.table.lost_replies or self.table.unwritable_rows)

    def ask(self, make: Callable[[], Coroutine[Any, Any, T]], *, is_straggler: bool = False) -> T | str:
        """A straggler's second booking is out of balance until it is taken back."""
        for _ in range(TRIES):
            try:
                return finish(make())
            except DependencyUnavailableError:
                if not is_straggler:
                    self.bench.assert_balanced()
            except ProblemError as problem:
                return problem.code
        raise AssertionError("One crash is over after one more try.")

    def place_of(self, user: str, job_id: str) -> Place:
        job = self.model.jobs.get((user, job_id))
        return Place(user, job.month if job else self.month, job_id)

    def idle_beside(self, user: str) -> int:
        """What of the deployment's budget lies unused at others."""
        loans = {other: self.state(other, month).loan for other, month in self.table.months if month == self.month}
        return sum(loan.left for other, loan in loans.items() if loan is not None and other != user)

    def state(self, user: str, month: str) -> MonthState:
        return MonthState.from_item(self.table.months[(user, month)])

    # -- what jobs and the generator do

    @rule(user=USERS, job_id=JOBS, cost=AMOUNTS, kind=KINDS)
    def reserve(self, user: str, job_id: str, cost: int, kind: tuple[int, int]) -> None:
        month, idle, wish = self.month, self.idle_beside(user), Wish(user, job_id, cost, *kind)
        order = ReserveRequest(
            videos=wish.videos,
            storyboards=wish.storyboards,
            max_cost_microusd=cost,
            duration_s=15,
            resolution=Resolution.P720,
        )
        is_straggler = (user, job_id) in self.model.jobs
        answer = self.ask(lambda: self.quota.reserve(user, FREE, job_id, order), is_straggler=is_straggler)
        expected = self.model.reserve(wish, month, idle)
        if isinstance(expected, frozenset):
            assert answer in expected
        else:
            expected.reserved_at = min(expected.reserved_at, self.clock.now())
            assert isinstance(answer, Reservation), answer
            assert (answer.month, answer.max_cost_microusd) == (expected.month, expected.maximum)
            assert answer.remaining_microusd == expected.remaining

    @rule(known=KNOWN, name=INTENTS, price=AMOUNTS)
    def spend(self, known: tuple[str, str], name: str, price: int) -> None:
        answer = self.ask(lambda: self.quota.spend(self.place_of(*known), name, price))
        assert getattr(answer, "state", answer) == self.model.spend_on(*known, name, price)

    @rule(known=KNOWN, name=INTENTS, actual=AMOUNTS)
    def settle(self, known: tuple[str, str], name: str, actual: int) -> None:
        answer = self.ask(lambda: self.quota.settle(self.place_of(*known), name, actual))
        assert getattr(answer, "state", answer) == self.model.end(*known, name, "settled", actual)

    @rule(known=KNOWN, name=INTENTS)
    def refund(self, known: tuple[str, str], name: str) -> None:
        answer = self.ask(lambda: self.quota.refund(self.place_of(*known), name))
        assert getattr(answer, "state", answer) == self.model.end(*known, name, "refunded", 0)

    @rule(known=KNOWN, mark=st.sampled_from([BookingMark.COMMITTED, BookingMark.RELEASED]))
    def close(self, known: tuple[str, str], mark: BookingMark) -> None:
        answer = self.ask(lambda: self.quota.close(self.place_of(*known), mark))
        assert getattr(answer, "state", answer) == self.model.close(*known, mark.value)

    # -- what operators and the service itself do

    @rule(user=USERS, caps=CAPS)
    def change_terms(self, user: str, caps: dict[str, int | None]) -> None:
        self.ask(lambda: self.operator.set_caps(user, caps))
        merged = {**self.model.caps.get(user, {}), **caps}
        self.model.caps[user] = {name: cap for name, cap in merged.items() if cap is not None}

    @rule(paused=st.booleans())
    def pause(self, paused: bool) -> None:
        self.ask(lambda: self.operator.pause(paused))
        self.model.is_paused = paused
        self.clock.advance(VALID_FOR.total_seconds())

    @rule(more=st.sampled_from([1, 3_000_000, 8_000_000]))
    def set_deployment_cap(self, more: int) -> None:
        """The first one, a higher or a lower one. The day's is never reached: it is there to be counted."""
        cap = self.model.spend(self.month) + more
        self.ask(lambda: self.operator.set_deployment_caps(NEVER_REACHED, cap))
        self.model.deployment_cap = cap
        self.clock.advance(VALID_FOR.total_seconds())

    @rule(user=USERS)
    def sweep(self, user: str) -> None:
        self.ask(lambda: Sweeper(self.table, self.clock).sweep(user))
        self.model.sweep(user, self.clock.now())

    @precondition(lambda self: not self.is_crash_near)
    @rule()
    def go_round(self) -> None:
        """A crash would leave a user to the next round, which the model does not know."""
        self.clock.advance(KEPT.total_seconds() + 1)
        self.ask(lambda: Patrol(self.table, self.clock, AN_INTERVAL_S).go_round())
        last_month = month_of(self.clock.now().replace(day=1) - timedelta(days=1))
        for user in {user for user, month in self.table.months if month in {last_month, self.month}}:
            self.model.sweep(user, self.clock.now())
        assert self.idle_beside("") == 0

    # -- what befalls them

    @rule(lost=st.booleans())
    def crash_soon(self, lost: bool) -> None:
        self.table.lost_replies = int(lost)
        self.table.unwritable_rows = int(not lost)

    @rule()
    def be_late(self) -> None:
        """The next update happens after whatever its caller tries then."""
        self.table.late_updates = 1

    @rule()
    def deliver(self) -> None:
        """A reservation that was refused meanwhile may be made now: nobody knows of it, but it counts."""
        self.table.deliver()
        for user, month in list(self.table.months):
            for job_id, entry in self.state(user, month).bookings.items():
                if isinstance(entry, Booking):
                    self._adopt(user, month, job_id, entry)

    def _adopt(self, user: str, month: str, job_id: str, booking: Booking) -> None:
        """A stray of a job that has another booking is taken back by the next sweep."""
        reserved_at = datetime.fromisoformat(booking.reserved_at)
        stray = ModelJob(
            user, month, booking.max_microusd, booking.videos, booking.storyboards, reserved_at=reserved_at
        )
        known = self.model.jobs.setdefault((user, job_id), stray)
        if (known.month, known.reserved_at) != (month, reserved_at):
            self.clock.advance(LEFT_AFTER.total_seconds() + 1)
            self.sweep(user)

    @precondition(lambda self: self.model.running() == 0)
    @rule(hours=st.integers(1, 70))
    def wait(self, hours: int) -> None:
        self.deliver()
        self.table.late_updates = 0
        self.clock.advance(hours * 3600)

    @rule(minutes=st.integers(30, 90))
    def go_on(self, minutes: int) -> None:
        if self.clock.now() < JUST_BEFORE_DECEMBER.replace(hour=23):
            self.clock.advance(minutes * 60)

    # -- what always holds

    @invariant()
    def books_balance(self) -> None:
        self.bench.assert_balanced()

    @invariant()
    def counters_are_the_models(self) -> None:
        for user, month in self.table.months:
            state, model = self.state(user, month), self.model
            assert state.videos == model.videos(month, user)
            assert state.storyboards == model.storyboards(month, user)
            assert state.spend_microusd == model.spend(month, user)
            assert state.settled_microusd == model.settled(month, user)
            assert state.open_jobs == sum(job.is_running for job in model.of_month(month, user))

    @invariant()
    def what_is_lent_is_what_users_have(self) -> None:
        for month in self.table.deployments:
            deployment = self.table.deployment(month)
            assert deployment is not None
            states = {user: self.state(user, at) for user, at in self.table.months if at == month}
            assert list(audit_deployment(month, deployment, states)) == []
            if month == self.month and not deployment.pending:
                assert deployment.lent <= (self.model.deployment_cap or 0)


TestQuota = QuotaMachine.TestCase
TestQuota.settings = settings(max_examples=100, stateful_step_count=50, suppress_health_check=list(HealthCheck))
