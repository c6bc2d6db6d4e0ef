"""What the provider sends, read tolerantly: only what we act on has to be there."""

import re
from datetime import UTC, datetime
from typing import Any, Final

from omnigen_generator.domain.predictions import Prediction, PredictionStatus
from omnigen_shared.contracts.base import Answer

_RESET_HINT: Final = re.compile(r"resets in ~?(\d{1,4})\s*s", re.IGNORECASE)
_VERSION_MARK: Final = ":"


class PredictionAnswer(Answer):
    """One prediction. Inputs, outputs and logs are gone an hour after its end."""

    id: str
    model: str = ""
    status: str = ""
    input: dict[str, Any] | None = None
    output: Any = None
    error: Any = None
    created_at: datetime

    def to_prediction(self) -> Prediction:
        """ValueError when it has no id."""
        if not self.id:
            raise ValueError("a prediction without an id")
        return Prediction(
            id=self.id,
            model=self.model.partition(_VERSION_MARK)[0],
            status=PredictionStatus.parse(self.status),
            created_at=_aware(self.created_at),
            input=self.input or {},
            outputs=_to_outputs(self.output),
            error="" if self.error is None else str(self.error),
        )


class PredictionPage(Answer):
    """One page of the list, newest first; `next` is the address of the following one."""

    results: tuple[PredictionAnswer, ...]
    next: str | None = None


def find_throttle_hint_s(retry_after: str | None, detail: str) -> int | None:
    """Seconds, from the header (not documented) or from the words "Your rate limit resets in ~30s"."""
    if retry_after is not None and retry_after.strip().isdigit():
        return int(retry_after)
    found = _RESET_HINT.search(detail)
    return int(found.group(1)) if found else None


def _to_outputs(output: Any) -> tuple[str, ...]:
    if isinstance(output, str):
        return (output,) if output else ()
    if isinstance(output, list):
        return tuple(entry for entry in output if isinstance(entry, str))
    return ()


def _aware(instant: datetime) -> datetime:
    return instant if instant.tzinfo is not None else instant.replace(tzinfo=UTC)
