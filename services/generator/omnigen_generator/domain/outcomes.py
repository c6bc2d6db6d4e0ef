"""How a piece of work stands after one step, and why it does not get on."""

from dataclasses import dataclass

from omnigen_shared.contracts.failure import FailureCode
from omnigen_shared.contracts.job import JobProblem, JobStatus


@dataclass(frozen=True, slots=True)
class Reason:
    """Why something waits or fails, without saying where: that is known by whoever asked for it."""

    code: FailureCode
    detail: str
    provider_id: str | None = None

    def to_problem(self, stage: JobStatus, scene: int | None = None) -> JobProblem:
        """The same with its place."""
        return JobProblem(
            code=self.code.value,
            stage=stage.value,
            detail=self.detail,
            remedy=self.code.remedy,
            scene=scene,
            provider_id=self.provider_id,
        )


@dataclass(frozen=True, slots=True)
class Waiting:
    """Ask again after wait_s; `reason` is what it fails with when there is no time left to wait.

    `is_running`: the model is at it, so that looking sooner spends nothing and breaks no rule of the provider's.
    """

    wait_s: int
    reason: Reason
    is_throttled: bool = False
    is_running: bool = False


@dataclass(frozen=True, slots=True)
class Bought:
    """A paid call that is over, paid, and whose output lies in the store."""

    output_key: str


@dataclass(frozen=True, slots=True)
class NotBought:
    """A paid call that will bring nothing. `is_charged`: the provider takes its price all the same."""

    reason: Reason
    is_charged: bool = False


Outcome = Waiting | Bought | NotBought
