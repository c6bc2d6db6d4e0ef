"""A whole world around the generator, in virtual time: fakes for everything outside, and the real state machine."""

import contextlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

import orjson
from tests.fakes.asl import Machine, StateError
from tests.fakes.generator_composer import FakeAssets, FakeComposer
from tests.fakes.generator_jobs import FakeJobRecords
from tests.fakes.generator_provider import FakeProvider
from tests.fakes.generator_quota import FakeQuota
from tests.fakes.kill_switch import Killed, KillSwitch
from tests.fakes.time_travel import VirtualClock, run_virtually

from omnigen_generator.domain.attempts import AttemptRef, TimeLimits
from omnigen_generator.ports import Tools
from omnigen_generator.schemas import StepAnswer, StepCall, StepName
from omnigen_generator.service.steps import run_step
from omnigen_shared.clock import to_rfc3339
from omnigen_shared.contracts.base import JobId, UserId
from omnigen_shared.contracts.job import IntentRecord, JobRequest, JobSnapshot, JobStatus, SceneState
from omnigen_shared.contracts.media import AspectRatio, Resolution

DEFINITION: Final = Path(__file__).parents[2] / "workflow" / "omnigen.asl.json"
CLIPS: Final = "bytedance/seedance-1-pro-fast"
MUSIC: Final = "minimax/music-1.5"
PLANNER: Final = "openai/gpt-4o-mini"
CALLS_TO_PLAN: Final = 7
"""What the step of the plan calls before it begins the scenes, when there is no money for the planner."""


ADAS_JOB: Final = AttemptRef(JobId("job_1"), UserId("ada"), "free", 1)
PORTS: Final = ("jobs", "quota", "composer", "provider", "assets")


def a_request(**news: Any) -> JobRequest:
    """15 s in three scenes, with music."""
    plain: dict[str, Any] = {
        "prompt": "a mountain coffee brand",
        "duration_s": 15,
        "aspect_ratio": AspectRatio.LANDSCAPE,
        "resolution": Resolution.P720,
        "seed": 1,
    }
    return JobRequest(**{**plain, **news})


Breaks = Callable[[StepCall], Exception | None]


def broken(step: StepName, scene: int = 0) -> Breaks:
    """Every call of this step fails, also when it is repeated."""

    def raise_for(call: StepCall) -> Exception | None:
        return RuntimeError("no space left") if (call.step, call.scene) == (step, scene) else None

    return raise_for


@dataclass(slots=True)
class World:
    """One user's job `job_1` and everything around it. Times in seconds of virtual time."""

    ref: AttemptRef = ADAS_JOB
    limits: TimeLimits = field(default_factory=TimeLimits)
    clock: VirtualClock = field(default_factory=VirtualClock)
    quota: FakeQuota = field(default_factory=FakeQuota)
    assets: FakeAssets = field(default_factory=FakeAssets)
    jobs: FakeJobRecords = field(init=False)
    composer: FakeComposer = field(init=False)
    provider: FakeProvider = field(init=False)
    reached: set[str] = field(default_factory=set)
    breaks: Breaks = lambda _: None
    """What a call of the Lambda raises instead of being served."""

    def __post_init__(self) -> None:
        self.jobs = FakeJobRecords(self.clock)
        self.composer = FakeComposer(self.clock, self.assets)
        self.provider = FakeProvider(self.clock)

    def beside(self, job_id: str, user_id: str = "ada") -> "World":
        """Another job in the same world."""
        other = World(AttemptRef(JobId(job_id), UserId(user_id), "free", 1), self.limits, self.clock, self.quota)
        other.assets, other.jobs, other.composer, other.provider = self.assets, self.jobs, self.composer, self.provider
        return other

    @property
    def tools(self) -> Tools:
        return Tools(self.jobs, self.quota, self.composer, self.provider, self.assets, self.clock, self.limits)

    @property
    def snapshot(self) -> JobSnapshot:
        return self.jobs.snapshots[self.ref.job_id]

    def intent(self, intent_id: str) -> IntentRecord:
        return self.jobs.intent(self.ref.job_id, intent_id)

    def order(self, time_s: float = 600, **request: Any) -> None:
        self.jobs.add(self.ref, a_request(**request), time_s)

    async def step(self, name: str, switch: KillSwitch | None = None, **rest: Any) -> StepAnswer:
        """One call of the Lambda, by the present attempt; `started_at` is now unless it is given."""
        event = {"step": name, "state": name, "started_at": to_rfc3339(self.clock.now()), **rest}
        if "job" not in event:
            event["job"] = self._input(self.snapshot.attempt)
        return await run_step(self._tools(switch), StepCall.model_validate(event))

    async def plan_alone(self) -> None:
        """A storyboard from the template, stored by a worker that dies before it begins the first scene."""
        budget, self.quota.budget_microusd = self.quota.budget_microusd, 0
        with contextlib.suppress(Killed):
            await self.step("plan", KillSwitch(CALLS_TO_PLAN))
        self.quota.budget_microusd = budget
        assert self.snapshot.status is JobStatus.GENERATING
        assert {scene.state for scene in self.snapshot.scenes} == {SceneState.QUEUED}

    def run(self, switch: KillSwitch | None = None, max_attempts: int = 40) -> JobSnapshot:
        """Executions one after the other, as jobs starts them, until the job has ended."""
        return run_virtually(self.run_executions(switch, max_attempts))

    async def run_executions(self, switch: KillSwitch | None = None, max_attempts: int = 40) -> JobSnapshot:
        for _ in range(max_attempts):
            before = self.snapshot.attempt
            await self._execute(switch)
            if self.snapshot.status.is_terminal:
                return self.snapshot
            if self.snapshot.attempt == before:
                self._take_over()
        raise AssertionError(f"{self.snapshot.status} after {max_attempts} attempts")

    def resume(self, regenerated: int = 0, time_s: float = 600) -> JobSnapshot:
        """Another round, to its end."""
        self.jobs.resume(self.ref.job_id, time_s, regenerated)
        return self.run()

    def reckon(self, switch: KillSwitch | None = None) -> JobSnapshot:
        """What jobs does for an ended job with open calls: one execution that accounts for them."""
        self._take_over()
        self.jobs.settling[self.ref.job_id] = self.snapshot.attempt
        run_virtually(self._execute(switch))
        return self.snapshot

    async def look(self, intent_id: str) -> None:
        """What jobs starts when the provider tells of a call's end."""
        await self._execute(None, kind="look", intent=intent_id)

    async def _execute(self, switch: KillSwitch | None, **other: str) -> None:
        machine = Machine(orjson.loads(DEFINITION.read_bytes()), self._invoker(switch), to_rfc3339(self.clock.now()))
        try:
            await machine.run(self._input(self.snapshot.attempt) | other)
        except StateError:
            self.reached.add("(failed)")
        self.reached |= machine.reached

    def _take_over(self) -> None:
        """What jobs' reaper does when an execution has died: the next attempt, once the lease has run out."""
        self.clock.advance(60)
        self.jobs.snapshots[self.ref.job_id] = self.snapshot.model_copy(update={"attempt": self.snapshot.attempt + 1})

    def _invoker(self, switch: KillSwitch | None) -> Any:
        tools = self._tools(switch)

        async def invoke(event: Mapping[str, Any]) -> Mapping[str, Any]:
            call = StepCall.model_validate(orjson.loads(orjson.dumps(event)))
            if (error := self.breaks(call)) is not None:
                raise error
            try:
                answer = await run_step(tools, call)
            except Killed as killed:
                raise StateError("Lambda.Unknown", "the worker was killed") from killed
            return answer.model_dump(mode="json")

        return invoke

    def _tools(self, switch: KillSwitch | None) -> Tools:
        if switch is None:
            return self.tools
        return replace(self.tools, **{name: switch.guard(getattr(self, name)) for name in PORTS})

    def _input(self, attempt: int) -> dict[str, Any]:
        ref = self.ref
        kind = "settle" if self.snapshot.status.is_terminal else "make"
        return {"job_id": ref.job_id, "user_id": ref.user_id, "plan": ref.plan, "attempt": attempt, "kind": kind}
