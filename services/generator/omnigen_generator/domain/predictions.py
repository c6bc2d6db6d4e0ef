"""A prediction of the provider, and what its end means for the user and for the money."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from omnigen_generator.domain.outcomes import NotBought, Reason
from omnigen_shared.contracts.failure import FailureCode

MAX_DETAIL: Final = 500
_MODERATION_WORDS: Final = (
    "nsfw",
    "moderat",
    "flagged",
    "sensitive",
    "safety",
    "content policy",
    "prohibited",
    "violat",
    "(e005)",
)


class PredictionStatus(StrEnum):
    """Statuses that the provider documents; anything else is taken for still running."""

    STARTING = "starting"
    PROCESSING = "processing"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELED = "canceled"
    ABORTED = "aborted"

    @classmethod
    def parse(cls, text: str) -> "PredictionStatus":
        return cls(text) if text in cls._value2member_map_ else cls.PROCESSING

    @property
    def is_running(self) -> bool:
        return self in {PredictionStatus.STARTING, PredictionStatus.PROCESSING}


@dataclass(frozen=True, slots=True)
class Prediction:
    """`outputs`: addresses, or pieces of text, depending on the model. `model` is owner/name."""

    id: str
    model: str
    status: PredictionStatus
    created_at: datetime
    input: Mapping[str, Any] = field(default_factory=dict)
    outputs: tuple[str, ...] = ()
    error: str = ""


def judge_end(prediction: Prediction) -> NotBought | None:
    """Why an ended prediction brings nothing; None when it may.

    `failed` and `aborted` (its deadline passed before it began) are not charged; `canceled` is, in full, until the
    provider says less.
    """
    if prediction.status.is_running or (prediction.status is PredictionStatus.SUCCEEDED and prediction.outputs):
        return None
    return _ENDINGS[prediction.status](prediction)


def is_moderated(error: str) -> bool:
    """Whether the provider's words say that the content, not the machinery, was the trouble."""
    lowered = error.lower()
    return any(word in lowered for word in _MODERATION_WORDS)


def _failed(prediction: Prediction) -> NotBought:
    detail = prediction.error[:MAX_DETAIL] or "no reason given"
    if is_moderated(prediction.error):
        return NotBought(
            Reason(
                FailureCode.CONTENT_MODERATED,
                f"The provider refused the content: {detail}",
                prediction.id,
            )
        )
    return NotBought(
        Reason(
            FailureCode.GENERATION_FAILED,
            f"The model {prediction.model} failed: {detail}",
            prediction.id,
        )
    )


def _aborted(prediction: Prediction) -> NotBought:
    return NotBought(
        Reason(
            FailureCode.GENERATION_FAILED,
            f"The model {prediction.model} did not begin in time.",
            prediction.id,
        )
    )


def _canceled(prediction: Prediction) -> NotBought:
    return NotBought(
        Reason(
            FailureCode.GENERATION_CANCELED,
            "The prediction was canceled at the provider, which charges what has begun.",
            prediction.id,
        ),
        is_charged=True,
    )


def _empty(prediction: Prediction) -> NotBought:
    return NotBought(
        Reason(
            FailureCode.OUTPUT_UNAVAILABLE,
            f"The model {prediction.model} succeeded without an output.",
            prediction.id,
        ),
        is_charged=True,
    )


_ENDINGS: Final = {
    PredictionStatus.FAILED: _failed,
    PredictionStatus.ABORTED: _aborted,
    PredictionStatus.CANCELED: _canceled,
    PredictionStatus.SUCCEEDED: _empty,
}
