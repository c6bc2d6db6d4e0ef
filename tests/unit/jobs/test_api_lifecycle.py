"""Any sequence of what users, executions and the reaper may ask of the API, also at once: what always holds."""

import asyncio
from collections.abc import Coroutine, Sequence
from contextlib import AsyncExitStack
from typing import Any, Final

import httpx
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from tests.fakes.job_outside import FakeQuota
from tests.fakes.job_store import FakeJobStore, seed
from tests.fakes.jobs_bench import (
    JOB,
    JobsBench,
    identity,
    make_job,
    make_output,
    make_problem,
    make_storyboard,
    open_http,
)

from omnigen_jobs.domain.changes import Change
from omnigen_jobs.domain.events import TERMINAL
from omnigen_jobs.domain.records import Job, Money
from omnigen_jobs.domain.stages import MOVES, STAGES
from omnigen_shared.contracts.job import JobStatus

USERS: Final = ("cancel", "resume", "regenerate", "delete", "look")
EXECUTIONS: Final = ("planning", "generating", "composing", "scene", "complete", "fail", "continue")
CALLS: Final = st.tuples(st.sampled_from(USERS + EXECUTIONS), st.integers(0, 1), st.integers(0, 6))
"""What is asked, how many attempts an execution lags behind, and how many turns it comes later than the others."""
ENDS: Final = {"cancel": "canceled", "complete": "completed", "fail": "failed"}
PLACES: Final = {
    JobStatus.COMPLETED: "committed",
    JobStatus.FAILED: "released",
    JobStatus.CANCELED: "released",
}


class TakingTime(FakeQuota):
    """Others get in between."""

    async def commit(self, job: Job, month: str) -> None:
        await asyncio.sleep(0)
        await super().commit(job, month)

    async def release(self, job: Job, month: str) -> None:
        await asyncio.sleep(0)
        await super().release(job, month)

    async def reserve(self, job: Job) -> Any:
        await asyncio.sleep(0)
        return await super().reserve(job)


class ApiLifecycle(RuleBasedStateMachine):
    """One job of one user."""

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.bench = JobsBench(quota=TakingTime())
        self.store: FakeJobStore = self.bench.store
        self.moves: list[tuple[JobStatus, JobStatus, int]] = []
        self.ends: dict[str, JobStatus] = {}
        seed(self.store, make_job(self.bench.clock, storyboard=make_storyboard()))
        self.bench.quota.states[JOB] = "open"
        self.last = self.store.jobs[JOB]
        self.ring, self.store.on_commit = self.store.on_commit, self.note
        self.stack = AsyncExitStack()
        self.http: httpx.AsyncClient = self.run(self.stack.enter_async_context(open_http(self.bench)))

    def teardown(self) -> None:
        self.run(self.stack.aclose())
        self.loop.close()

    def run(self, call: Coroutine[Any, Any, Any]) -> Any:
        return self.loop.run_until_complete(call)

    def note(self, change: Change) -> None:
        """Every write of the job, in the order in which they were made."""
        after = self.store.jobs[JOB]
        if after.status.is_terminal and not self.last.status.is_terminal:
            self.ends[after.reservation_id] = after.status
        self.moves.append((self.last.status, after.status, after.round - self.last.round))
        self.last = after
        self.ring(change)

    async def ask(self, call: tuple[str, int, int]) -> httpx.Response:
        what, lag, turns = call
        for _ in range(turns):
            await asyncio.sleep(0)
        path = f"/api/v1/jobs/{JOB}"
        if what == "delete":
            return await self.http.delete(path)
        if what == "look":
            return await self.http.get(path)
        if what in USERS:
            return await self.http.post(f"{path}/{'scenes/1/regenerate' if what == 'regenerate' else what}")
        return await self.report(what, f"/internal/v1/jobs/{JOB}/attempts/{max(1, self.store.jobs[JOB].attempt - lag)}")

    async def report(self, what: str, run: str) -> httpx.Response:
        headers = identity("generator")
        bodies = {"complete": make_output(), "fail": make_problem()}
        if what == "scene":
            return await self.http.put(f"{run}/scenes/1", json={"state": "generating"}, headers=headers)
        if what == "continue":
            return await self.http.post(f"{run}/continue", headers=headers)
        if (body := bodies.get(what)) is not None:
            return await self.http.post(f"{run}/{what}", json=body.model_dump(mode="json"), headers=headers)
        return await self.http.post(f"{run}/status", json={"status": what}, headers=headers)

    def at_once(self, calls: Sequence[tuple[str, int, int]]) -> None:
        """Nothing breaks; all who are told that the job has ended are told the same end."""
        known = {200, 202, 204, 404, 409, 422} | ({503} if self.bench.quota.is_down else set())
        answers = self.run(self.gather(calls))
        assert {answer.status_code for answer in answers} <= known, [answer.text for answer in answers]
        done = {what for (what, _, _), answer in zip(calls, answers, strict=True) if answer.is_success}
        if not done & {"resume", "regenerate"}:
            assert len(done & set(ENDS)) <= 1

    async def gather(self, calls: Sequence[tuple[str, int, int]]) -> list[httpx.Response]:
        return await asyncio.gather(*map(self.ask, calls))

    @rule(calls=st.lists(CALLS, min_size=1, max_size=4))
    def ask_for_anything(self, calls: Sequence[tuple[str, int, int]]) -> None:
        self.at_once(calls)

    @rule(stages=st.integers(0, 3), ends=st.lists(st.sampled_from(sorted(ENDS)), min_size=1, max_size=3))
    def work(self, stages: int, ends: Sequence[str]) -> None:
        """An execution that does what it should, and then more than one who end the job."""
        for stage in STAGES[1 : 1 + stages]:
            self.at_once([(stage.value, 0, 0)])
        self.at_once([(what, 0, turn) for turn, what in enumerate(ends)])

    @rule(is_down=st.booleans())
    def turn_quota(self, is_down: bool) -> None:
        self.bench.quota.is_down = is_down

    @rule(seconds=st.sampled_from([1, 50, 400]), calls=st.lists(CALLS, max_size=2))
    def sweep(self, seconds: int, calls: Sequence[tuple[str, int, int]]) -> None:
        """The reaper, while others ask."""
        self.bench.clock.advance(seconds)

        async def both() -> None:
            await asyncio.gather(self.bench.reaper.sweep(), *map(self.ask, calls))

        self.run(both())

    @rule()
    def settle_down(self) -> None:
        """With quota there, each round's place is kept or given back as the round ended, once the reaper came by."""
        self.bench.quota.is_down = False
        for _ in range(3):
            self.sweep(50, [])
        job = self.store.jobs[JOB]
        open_now = set() if job.status.is_terminal else {job.reservation_id}
        assert self.bench.quota.open_jobs == open_now
        for reservation, status in self.ends.items():
            assert self.bench.quota.states[reservation] == PLACES[status], (reservation, status)
        assert not job.status.is_terminal or (job.money, job.next_round) == (Money.CLOSED, None)

    @invariant()
    def every_move_is_one_of_the_table(self) -> None:
        for before, after, rounds in self.moves:
            is_next_round = before.is_terminal and after is JobStatus.PENDING and rounds == 1
            assert is_next_round or (rounds == 0 and (after is before or after in MOVES[before]))

    @invariant()
    def each_end_is_told_once(self) -> None:
        told = self.store.events.get(JOB, [])
        assert [event.seq for event in told] == list(range(1, len(told) + 1))
        ends = [after for before, after, _ in self.moves if after.is_terminal and not before.is_terminal]
        assert [event.type.removeprefix("job.") for event in told if event.type in TERMINAL] == ends


TestApiLifecycle = ApiLifecycle.TestCase
TestApiLifecycle.settings = settings(max_examples=12, stateful_step_count=20)
