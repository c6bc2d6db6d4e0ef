"""How a step's end is told to the state machine."""

from omnigen_generator.domain.outcomes import Reason, Waiting
from omnigen_generator.schemas import StepAnswer, StepOutcome
from omnigen_generator.service.turn import Turn
from omnigen_shared.contracts.job import JobStatus


def done(chains: tuple[tuple[int, ...], ...] = ()) -> StepAnswer:
    """The unit is ready."""
    return StepAnswer(outcome=StepOutcome.DONE, chains=chains)


def failed(reason: Reason, stage: JobStatus) -> StepAnswer:
    """The unit will never be ready, and only this answer says why."""
    return StepAnswer(outcome=StepOutcome.FAILED, problem=reason.to_problem(stage))


def failed_as_recorded() -> StepAnswer:
    """The unit will never be ready; the record says why."""
    return StepAnswer(outcome=StepOutcome.FAILED)


def out_of_time() -> StepAnswer:
    """The next attempt goes on."""
    return StepAnswer(outcome=StepOutcome.OUT_OF_TIME)


def wait_while_there_is_time(turn: Turn, waiting: Waiting, stage: JobStatus) -> StepAnswer:
    """Ask again; or, when the job's time is over by then, fail with what was waited for."""
    if turn.is_late(waiting.wait_s):
        return failed(waiting.reason, stage)
    return StepAnswer(outcome=StepOutcome.WAITING, wait_s=waiting.wait_s)
