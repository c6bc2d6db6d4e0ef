"""One step's view: the record as it was read, the outside, and the time that is left."""

import secrets
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from omnigen_generator.domain.attempts import AttemptRef, Window
from omnigen_generator.ports import Tools
from omnigen_shared.contracts.base import IntentId
from omnigen_shared.contracts.job import (
    IntentRecord,
    JobProblem,
    JobSnapshot,
    JobStatus,
    SceneRecord,
    SceneState,
    UpdateScene,
)
from omnigen_shared.contracts.storyboard import Storyboard


async def _do_nothing(_output_key: str) -> None:
    """Nothing is made of it yet."""


@dataclass(slots=True)
class Turn:
    """`snapshot` is replaced by what a write answers. `owner` names this call in a race for a send.

    `is_awaited`: the state machine waits for the answer, so that it is worth to wait for the composer a little.
    `on_stored` begins what can be made of an output, by its S3 key, while the books are still kept. It never raises.
    """

    tools: Tools
    ref: AttemptRef
    window: Window
    snapshot: JobSnapshot
    owner: str = field(default_factory=lambda: secrets.token_hex(8))
    is_awaited: bool = True
    on_stored: Callable[[str], Coroutine[Any, Any, None]] = _do_nothing

    def fork(self) -> "Turn":
        """For something that runs beside this: it races for its sends, and sees the record, by itself."""
        return Turn(self.tools, self.ref, self.window, self.snapshot, is_awaited=self.is_awaited)

    @property
    def now(self) -> datetime:
        return self.tools.clock.now()

    @property
    def elapsed_s(self) -> float:
        return self.window.elapsed_s(self.now)

    def is_late(self, wait_s: float = 0) -> bool:
        """Whether the job's time is over, now or after a wait."""
        return self.window.is_late(self.now, wait_s)

    def find_intent(self, intent_id: IntentId) -> IntentRecord | None:
        return next((intent for intent in self.snapshot.intents if intent.intent_id == intent_id), None)

    def get_storyboard(self) -> Storyboard:
        """LookupError before the job is planned."""
        if self.snapshot.storyboard is None:
            raise LookupError(f"{self.ref.job_id} has no storyboard")
        return self.snapshot.storyboard

    def get_scene(self, number: int) -> SceneRecord:
        """LookupError for a number that the storyboard does not have."""
        for scene in self.snapshot.scenes:
            if scene.number == number:
                return scene
        raise LookupError(f"{self.ref.job_id} has no scene {number}")

    async def begin_stage(self, status: JobStatus) -> None:
        """A write only when it changes something."""
        if self.snapshot.status is not status:
            self.snapshot = await self.tools.jobs.begin_stage(self.ref, status)

    async def update_scene(
        self,
        number: int,
        state: SceneState,
        *,
        take: int | None = None,
        clip_key: str | None = None,
        problem: JobProblem | None = None,
    ) -> None:
        """A write only when it changes something. Without a take it is about the present one."""
        known = self.get_scene(number)
        update = UpdateScene(state=state, take=take or known.take, clip_key=clip_key, problem=problem)
        told = {name: getattr(update, name) for name in UpdateScene.model_fields}
        if any(value is not None and value != getattr(known, name) for name, value in told.items()):
            self.snapshot = await self.tools.jobs.update_scene(self.ref, number, update)
