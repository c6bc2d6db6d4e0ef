"""Executions that last an instant: what was ordered ends on its own, so that every state is met and no stream idles."""

import asyncio
import zlib
from collections.abc import Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Final

from tests.fakes.job_outside import FakeWorkflow
from tests.fakes.jobs_bench import STAGES, make_output, make_problem, make_storyboard

from omnigen_jobs.domain.records import Job
from omnigen_jobs.routes.needs import UseCases
from omnigen_shared.contracts.base import IntentId
from omnigen_shared.contracts.job import BeginStage, ExecutionKind, JobKind, JobStatus, StoreStoryboard
from omnigen_shared.errors import ProblemError

SLOW_S: Final = 0.5
"""How long a third of all jobs take: long enough to be watched, canceled and asked for what is not ready."""


@dataclass
class SprintingWorkflow(FakeWorkflow):
    """Runs each attempt in this process: a third is made at once, a third after a while, a third fails."""

    uses: Callable[[], UseCases] | None = None
    running: set[asyncio.Task[None]] = field(default_factory=set)

    async def start(self, job: Job, kind: ExecutionKind = ExecutionKind.MAKE) -> None:
        await super().start(job, kind)
        if kind is ExecutionKind.MAKE:
            self._begin(self._make(job))

    async def look(self, job: Job, intent_id: IntentId, provider_id: str) -> None:
        await super().look(job, intent_id, provider_id)

    def _begin(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self.running.add(task)
        task.add_done_callback(self.running.discard)

    async def _make(self, job: Job) -> None:
        """ProblemError ends it: it was canceled, or another attempt has taken over."""
        assert self.uses is not None
        attempts, ending = self.uses().attempts, self.uses().ending
        who = (job.user_id, job.job_id, job.attempt)
        fate = zlib.crc32(f"{job.job_id}{job.attempt}".encode()) % 3
        with suppress(ProblemError):
            await asyncio.sleep(SLOW_S if fate == 0 else 0)
            for stage in STAGES:
                await attempts.begin_stage(*who, BeginStage(status=stage))
                if stage is JobStatus.PLANNING:
                    await attempts.store_storyboard(*who, StoreStoryboard(storyboard=make_storyboard()))
                    if job.kind is JobKind.STORYBOARD:
                        return
            if fate == 1:
                await ending.fail(*who, make_problem())
            else:
                keys = {name: f"u/{job.user_id}/renders/r/v.{end}" for name, end in KEYS.items()}
                await ending.complete(*who, make_output(**keys))


KEYS: Final = {"video_key": "mp4", "poster_key": "jpg", "captions_key": "vtt"}
