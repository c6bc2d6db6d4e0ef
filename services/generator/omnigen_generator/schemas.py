"""The task's input and answer, as workflow/omnigen.asl.json writes and reads them."""

from collections.abc import Iterator
from datetime import datetime
from enum import StrEnum
from typing import Any

from pydantic import Field, StrictBool, StrictInt

from omnigen_generator.domain.attempts import AttemptRef
from omnigen_shared.contracts.base import Answer, Contract, IntentId, JobId, UserId
from omnigen_shared.contracts.job import JobProblem


class StepName(StrEnum):
    """What one call may advance."""

    PLAN = "plan"
    SCENE = "scene"
    MUSIC = "music"
    NARRATION = "narration"
    JUDGE = "judge"
    RENDER = "render"
    FINISH = "finish"
    SETTLE = "settle"
    FAIL = "fail"
    CONTINUE = "continue"
    LOOK = "look"
    RECKON = "reckon"


class StepOutcome(StrEnum):
    """How a unit stands after one call."""

    WAITING = "waiting"
    DONE = "done"
    PLANNED = "planned"
    FAILED = "failed"
    OUT_OF_TIME = "out_of_time"


class ExecutionInput(Answer):
    """What jobs starts an execution with."""

    job_id: JobId
    user_id: UserId
    plan: str
    attempt: int = Field(ge=1)
    traceparent: str | None = None

    def to_ref(self) -> AttemptRef:
        return AttemptRef(self.job_id, self.user_id, self.plan, self.attempt)


class BranchEnd(Answer):
    """How a scene's iteration or the music's branch ended; `broken` when its Lambda failed for good."""

    outcome: str
    scene: int | None = None


class StepCall(Answer):
    """One task's input. `last` is the answer, or the error, of the task before (for render, finish and fail)."""

    step: StepName
    state: str
    started_at: datetime
    entered_at: datetime | None = None
    """When the state machine came to this task; None: it does not say."""
    job: ExecutionInput
    scene: int = Field(default=0, ge=0)
    intent: IntentId | None = None
    """For a look: the paid call that is said to have ended."""
    produced: tuple[Any, ...] = ()
    """How each branch ended: objects, in lists of lists where scenes are."""
    last: dict[str, Any] | None = None

    @property
    def was_silent(self) -> bool:
        """Whether the last render gave the music up."""
        return bool((self.last or {}).get("is_silent"))

    @property
    def was_mute(self) -> bool:
        """Whether the last render gave the voices up."""
        return bool((self.last or {}).get("is_mute"))

    @property
    def ends(self) -> tuple[BranchEnd, ...]:
        """All branches' ends in one row."""
        return tuple(BranchEnd.model_validate(end) for end in _flatten(self.produced))


def _flatten(produced: Any) -> Iterator[Any]:
    if not isinstance(produced, list | tuple):
        yield produced
        return
    for entry in produced:
        yield from _flatten(entry)


class StepAnswer(Contract):
    """One task's answer: ids, a wait in whole seconds, and what went wrong."""

    outcome: StepOutcome
    wait_s: StrictInt = Field(default=0, ge=0)
    chains: tuple[tuple[StrictInt, ...], ...] = ()
    """Scenes to make: chains side by side, the scenes of one chain one after the other."""
    problem: JobProblem | None = None
    is_silent: StrictBool = False
    """The composer could not use the music: the video goes on without it."""
    is_mute: StrictBool = False
    """The same for the voices."""
