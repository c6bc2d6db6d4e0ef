"""The state machine, and what may happen to it: workers killed at any call, executions doubled and cut off."""

import asyncio
import random
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import TracebackType
from typing import Any, Final, Self

import orjson
from tests.fakes.asl import Machine, StateError
from tests.fakes.generator_world import DEFINITION
from tests.fakes.kill_switch import Killed, KillSwitch

from omnigen_generator.ports import Tools
from omnigen_generator.schemas import StepCall
from omnigen_generator.service.steps import run_step
from omnigen_jobs.domain.records import Job
from omnigen_jobs.ports import Workflow
from omnigen_shared.clock import SystemClock, to_rfc3339
from omnigen_shared.contracts.base import IntentId
from omnigen_shared.contracts.job import ExecutionKind

PORTS: Final = ("jobs", "quota", "composer", "provider", "assets")
LAST_CALL: Final = 120
"""A job of two scenes makes about so many."""


@dataclass(frozen=True, slots=True)
class Odds:
    """Shares of executions, 0 … 1."""

    killed: float = 0.5
    doubled: float = 0.15
    cut_off: float = 0.1


class Chaos(Workflow):
    """Runs every execution that jobs starts, in real time. `happened` counts what was done to them."""

    tools: Tools

    def __init__(self, odds: Odds, longest_s: float, chance: random.Random) -> None:
        self._odds = odds
        self._longest_s = longest_s
        self._chance = chance
        self._definition = orjson.loads(DEFINITION.read_bytes())
        self._tasks: set[asyncio.Task[None]] = set()
        self.happened: Counter[str] = Counter()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def start(self, job: Job, kind: ExecutionKind = ExecutionKind.MAKE) -> None:
        self._spawn(job, kind)
        if self._chance.random() < self._odds.doubled:
            self.happened["doubled"] += 1
            self._spawn(job, kind)

    async def look(self, job: Job, intent_id: IntentId, provider_id: str) -> None:
        del provider_id
        self._spawn(job, ExecutionKind.LOOK, intent=intent_id)

    def _spawn(self, job: Job, kind: ExecutionKind, **rest: str) -> None:
        given = {"job_id": job.job_id, "user_id": job.user_id, "plan": job.plan, "attempt": job.attempt, "kind": kind}
        task = asyncio.create_task(self._run(given | rest))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        self.happened[f"executions to {kind.value}"] += 1

    async def _run(self, given: Mapping[str, Any]) -> None:
        limit_s = self._chance.uniform(0.5, self._longest_s) if self._chance.random() < self._odds.cut_off else None
        machine = Machine(self._definition, self._invoker(self._draw_switch()), to_rfc3339(SystemClock().now()))
        try:
            async with asyncio.timeout(limit_s):
                await machine.run(given)
        except TimeoutError:
            self.happened["cut off"] += 1
        except StateError as error:
            self.happened[f"failed by {error.name}"] += 1

    def _draw_switch(self) -> KillSwitch | None:
        if self._chance.random() >= self._odds.killed:
            return None
        return KillSwitch(self._chance.randint(1, LAST_CALL), is_before=self._chance.random() < 0.5)

    def _invoker(self, switch: KillSwitch | None) -> Any:
        guarded = {} if switch is None else {name: switch.guard(getattr(self.tools, name)) for name in PORTS}
        tools = replace(self.tools, **guarded)

        async def invoke(event: Mapping[str, Any]) -> Mapping[str, Any]:
            try:
                answer = await run_step(tools, StepCall.model_validate(orjson.loads(orjson.dumps(event))))
            except Killed as killed:
                self.happened["workers killed"] += 1
                raise StateError("Lambda.Unknown", "the worker was killed") from killed
            return answer.model_dump(mode="json")

        return invoke
