"""Any sequence of what executions, reapers and refusals may do: the promises that hold after every step."""

import asyncio
from collections.abc import Awaitable
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from tests.fakes.job_store import seed
from tests.fakes.jobs_bench import JOB, OTHER_JOB, USER, JobsBench, make_job, make_output, make_problem, make_storyboard

from omnigen_jobs.domain.events import TERMINAL
from omnigen_jobs.domain.moves import MOVES as INTENT_MOVES
from omnigen_jobs.domain.records import ClaimState, Job, Money, Record
from omnigen_jobs.domain.retaining import name_video
from omnigen_jobs.domain.stages import MOVES, STAGES
from omnigen_shared.contracts.base import IntentId
from omnigen_shared.contracts.job import (
    BeginStage,
    IntentStatus,
    JobStatus,
    MoveIntent,
    SceneState,
    UpdateScene,
)
from omnigen_shared.errors import ProblemError

JOBS = st.sampled_from([JOB, OTHER_JOB])
ATTEMPTS = st.integers(0, 1)
"""How many attempts the caller lags behind."""
NAMES = st.sampled_from(["scene-01.1", "scene-02.1", "music.1"])
FINGERPRINTS = st.sampled_from(["a" * 64, "b" * 64])
OWNERS = st.sampled_from(["w1", "w2"])
STEPS = st.sampled_from([(before, after) for before, afters in INTENT_MOVES.items() for after in sorted(afters)])


class Lifecycle(RuleBasedStateMachine):
    """Two jobs of one user that may want the same clips."""

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.bench = JobsBench()
        self.seen: dict[str, Record] = {}
        self.sends: dict[tuple[str, str], int] = {}
        self.refusals: dict[tuple[str, str], int] = {}
        for job_id in (JOB, OTHER_JOB):
            seed(self.bench.store, make_job(self.bench.clock, job_id=job_id, storyboard=make_storyboard()))
            self.bench.quota.states[job_id] = "open"

    def teardown(self) -> None:
        self.loop.close()

    def run(self, call: Awaitable[Any]) -> Any:
        """What comes back; None for a refusal, which must have changed nothing."""
        before = self.snapshot()
        try:
            return self.loop.run_until_complete(self._wait(call))
        except ProblemError:
            assert self.snapshot() == before
            return None

    @staticmethod
    async def _wait(call: Awaitable[Any]) -> Any:
        return await call

    def snapshot(self) -> tuple[Any, ...]:
        store = self.bench.store
        told = {job_id: len(events) for job_id, events in store.events.items()}
        return dict(store.jobs), dict(store.intents), dict(store.scenes), dict(store.claims), told

    def attempt(self, job_id: Any, lag: int) -> int:
        present: Job = self.bench.store.jobs[job_id]
        return present.attempt - lag

    @rule(job_id=JOBS, lag=ATTEMPTS, stage=st.sampled_from(STAGES[1:]))
    def begin_stage(self, job_id: Any, lag: int, stage: JobStatus) -> None:
        body = BeginStage(status=stage)
        self.run(self.bench.uses.attempts.begin_stage(USER, job_id, self.attempt(job_id, lag), body))

    @rule(job_id=JOBS, lag=ATTEMPTS, number=st.integers(1, 3), state=st.sampled_from(SceneState))
    def update_scene(self, job_id: Any, lag: int, number: int, state: SceneState) -> None:
        body = UpdateScene(state=state)
        self.run(self.bench.uses.attempts.update_scene(USER, job_id, self.attempt(job_id, lag), number, body))

    @rule(job_id=JOBS, name=NAMES, fingerprint=FINGERPRINTS)
    def plan(self, job_id: Any, name: str, fingerprint: str) -> None:
        self.run(self.bench.plan(job_id, name, self.attempt(job_id, 0), fingerprint=fingerprint))

    @rule(job_id=JOBS, lag=ATTEMPTS, name=NAMES, step=STEPS, owner=OWNERS, number=st.integers(1, 3))
    def move(self, job_id: Any, lag: int, name: str, step: tuple[Any, Any], owner: str, number: int) -> None:
        before, after = step
        told: dict[str, Any] = {"owner": owner, "provider_id": f"p-{number}", "actual_microusd": 1000}
        if after is IntentStatus.INGESTED:
            told["output_key"] = f"u/{USER}/clips/{number}.mp4"
        body = MoveIntent(expected=before, status=after, **told)
        stored = self.bench.store.intents.get((job_id, name))
        moved = self.run(self.bench.uses.spending.move(USER, job_id, self.attempt(job_id, lag), IntentId(name), body))
        if moved is not None and moved.version != stored.version:
            self._count(job_id, name, before, after)

    def _count(self, job_id: str, name: str, before: IntentStatus, after: IntentStatus) -> None:
        if after is IntentStatus.SENDING:
            self.sends[(job_id, name)] = self.sends.get((job_id, name), 0) + 1
        if before is IntentStatus.SENDING and after is IntentStatus.RESERVED:
            self.refusals[(job_id, name)] = self.refusals.get((job_id, name), 0) + 1

    @rule(job_id=JOBS, lag=ATTEMPTS)
    def continue_job(self, job_id: Any, lag: int) -> None:
        self.run(self.bench.uses.attempts.continue_job(USER, job_id, self.attempt(job_id, lag)))

    @rule(job_id=JOBS, lag=ATTEMPTS)
    def complete(self, job_id: Any, lag: int) -> None:
        self.run(self.bench.uses.ending.complete(USER, job_id, self.attempt(job_id, lag), make_output()))

    @rule(job_id=JOBS, lag=ATTEMPTS)
    def fail(self, job_id: Any, lag: int) -> None:
        self.run(self.bench.uses.ending.fail(USER, job_id, self.attempt(job_id, lag), make_problem()))

    @rule(is_down=st.booleans())
    def turn_quota(self, is_down: bool) -> None:
        self.bench.quota.is_down = is_down

    @rule(seconds=st.sampled_from([1, 50, 400]))
    def sweep(self, seconds: int) -> None:
        self.bench.clock.advance(seconds)
        self.run(self.bench.reaper.sweep())

    @precondition(lambda self: not self.bench.quota.is_down)
    @rule()
    def settle_down(self) -> None:
        """Whatever has ended is closed once the reaper has come by."""
        self.sweep(50)
        for job in self.bench.store.jobs.values():
            if job.status.is_terminal:
                expected = "committed" if job.status is JobStatus.COMPLETED else "released"
                assert (job.money, job.lease_until) == (Money.CLOSED, None)
                assert self.bench.quota.states[job.job_id] == expected

    @invariant()
    def statuses_follow_the_table(self) -> None:
        for job_id in (JOB, OTHER_JOB):
            record = self.loop.run_until_complete(self.bench.read(job_id))
            before = self.seen.get(job_id, record)
            assert _can_reach(before.job.status, record.job.status)
            assert record.job.attempt >= before.job.attempt
            self.seen[job_id] = record

    @invariant()
    def events_have_no_gap_and_end_with_the_end(self) -> None:
        for job_id, events in self.bench.store.events.items():
            assert [event.seq for event in events] == list(range(1, len(events) + 1))
            ends = [event.seq for event in events if event.type in TERMINAL]
            has_ended = self.bench.store.jobs[job_id].status.is_terminal
            assert ends == ([len(events)] if has_ended else [])

    @invariant()
    def costs_add_up(self) -> None:
        for record in self.seen.values():
            settled = [intent.actual_microusd or 0 for intent in record.intents]
            assert record.job.spent_microusd == sum(settled)

    @invariant()
    def a_call_is_sent_again_only_after_a_refusal(self) -> None:
        for place, sends in self.sends.items():
            assert sends <= self.refusals.get(place, 0) + 1

    @invariant()
    def predictions_and_clips_have_one_owner(self) -> None:
        intents = self.bench.store.intents
        bound = [intent.provider_id for intent in intents.values() if intent.status is IntentStatus.CREATED]
        assert len(bound) == len(set(bound))
        for claim in self.bench.store.claims.values():
            owner = intents.get((claim.job_id, claim.intent_id))
            if owner is None:
                assert claim.fingerprint == name_video(claim.output_key or "")
                continue
            assert (claim.state is ClaimState.READY) == (owner.output_key is not None and not owner.cached)


def _can_reach(before: JobStatus, after: JobStatus) -> bool:
    return before is after or any(_can_reach(step, after) for step in MOVES[before])


TestLifecycle = Lifecycle.TestCase
TestLifecycle.settings = settings(max_examples=60, stateful_step_count=40)
