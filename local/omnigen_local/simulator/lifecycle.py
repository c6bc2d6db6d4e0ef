"""How a prediction runs: when it starts, when it ends, and as what. No clock, no I/O."""

import math
from dataclasses import dataclass

from omnigen_local.simulator.faults import Faults
from omnigen_local.simulator.models import Kind, Model
from omnigen_local.simulator.predictions import Prediction, Status

START_SHARE = 0.1
LONGEST_START_S = 0.25
FAILED = "Prediction failed: the model returned an error. Please try again. (simulated)"
FAILED_AT_START = "Prediction failed: the model could not be started. (simulated)"
MODERATED = "The input or output was flagged as sensitive. Please try again with different inputs. (E005)"
TIMED_OUT = "Prediction interrupted; please retry (code: PA): it ran longer than the limit"


@dataclass(frozen=True, slots=True)
class Course:
    """What will happen, in seconds after acceptance; `starts_s` None when it never starts."""

    starts_s: float | None
    ends_s: float
    end: Status
    error: str | None = None

    @property
    def renders(self) -> bool:
        return self.end is Status.SUCCEEDED


def plan_course(latency_s: float, faults: Faults) -> Course:
    """The course of a prediction whose model usually takes latency_s."""
    ends_s = math.inf if "stuck" in faults else faults.get("slow", latency_s)
    starts_s = min(latency_s * START_SHARE, LONGEST_START_S)
    if "aborted" in faults:
        return Course(None, ends_s, Status.ABORTED)
    if "failed_at_start" in faults:
        return Course(None, starts_s, Status.FAILED, FAILED_AT_START)
    if "moderated" in faults:
        return Course(starts_s, ends_s, Status.FAILED, MODERATED)
    if "failed" in faults:
        return Course(starts_s, ends_s, Status.FAILED, FAILED)
    return Course(starts_s, ends_s, Status.SUCCEEDED)


def is_billed(prediction: Prediction) -> bool:
    """A success is charged, and so is a cancel after the start; nothing else is."""
    if prediction.status is Status.SUCCEEDED:
        return True
    return prediction.status is Status.CANCELED and prediction.started_at is not None


def write_logs(model: Model, prediction: Prediction) -> str:
    """A few lines such as models write."""
    lines = [f"Using seed: {prediction.input.get('seed', 'none given')}"] if model.kind is Kind.VIDEO else []
    return "\n".join([*lines, f"{model.name}: {prediction.status.value}", ""])
