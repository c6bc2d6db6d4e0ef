"""How the provider shows a prediction: exactly these fields."""

from dataclasses import dataclass
from typing import Any

from omnigen_local.simulator.delivery import LinkSigner
from omnigen_local.simulator.predictions import Prediction, show_time

VERSION = "hidden"


@dataclass(frozen=True, slots=True)
class Presenter:
    """Shows predictions as JSON. Input, output and logs are gone `lifetime_s` after the end."""

    links: LinkSigner
    lifetime_s: float

    def show(self, prediction: Prediction, now: float) -> dict[str, Any]:
        """The prediction object of the API."""
        is_removed = prediction.completed_at is not None and now >= prediction.completed_at + self.lifetime_s
        return {
            "id": prediction.id,
            "model": prediction.model,
            "version": VERSION,
            "input": {} if is_removed else dict(prediction.input),
            "output": None if is_removed else self._output(prediction),
            "error": prediction.error,
            "logs": "" if is_removed else prediction.logs,
            "status": prediction.status.value,
            "data_removed": is_removed,
            "created_at": show_time(prediction.created_at),
            "started_at": show_time(prediction.started_at),
            "completed_at": show_time(prediction.completed_at),
            "deadline": show_time(prediction.deadline_at),
            "metrics": _metrics(prediction),
            "urls": self._urls(prediction.id),
        }

    def _output(self, prediction: Prediction) -> str | list[str] | None:
        if prediction.output is None or prediction.completed_at is None:
            return None
        if prediction.output.pieces:
            return list(prediction.output.pieces)
        expires_at = prediction.completed_at + prediction.faults.get("expires", self.lifetime_s)
        return self.links.link(prediction.id, prediction.output.name, int(expires_at))

    def _urls(self, prediction_id: str) -> dict[str, str]:
        base = self.links.public_url
        get = f"{base}/v1/predictions/{prediction_id}"
        return {"get": get, "cancel": f"{get}/cancel", "web": f"{base}/p/{prediction_id}"}


def _metrics(prediction: Prediction) -> dict[str, float]:
    if prediction.completed_at is None:
        return {}
    running_s = 0.0 if prediction.started_at is None else prediction.completed_at - prediction.started_at
    total_s = prediction.completed_at - prediction.created_at
    return {"predict_time": round(running_s, 6), "total_time": round(total_s, 6)}
