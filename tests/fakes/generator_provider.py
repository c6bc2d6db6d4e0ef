"""The provider as the generator sees it: it takes time, it can misbehave, and it keeps a bill."""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import IO, Any

import orjson

from omnigen_generator.domain.errors import (
    OutputGoneError,
    PredictionMissingError,
    ProviderRefusedError,
    ProviderSilentError,
    ProviderThrottledError,
    ProviderUnreachableError,
)
from omnigen_generator.domain.predictions import Prediction, PredictionStatus
from omnigen_generator.ports import Provider
from omnigen_shared.clock import Clock

NEVER_S = 10**9


class Fault(StrEnum):
    """What may happen to one create."""

    NONE = "none"
    THROTTLED = "throttled"
    REFUSED = "refused"
    MODERATED_AT_CREATE = "moderated_at_create"
    UNREACHABLE = "unreachable"
    REPLY_LOST = "reply_lost"
    REQUEST_LOST = "request_lost"
    FAILED = "failed"
    MODERATED = "moderated"
    CANCELED = "canceled"
    ABORTED = "aborted"
    OUTPUT_GONE = "output_gone"
    BAD_PLAN = "bad_plan"
    HOSTILE_PLAN = "hostile_plan"


HOSTILE = "\x00\x1b[2J\x85\u202e\ufffe\r\n"
"""What a model's words may hold besides words."""


ENDINGS = {
    Fault.FAILED: (PredictionStatus.FAILED, "CUDA out of memory"),
    Fault.MODERATED: (PredictionStatus.FAILED, "The input was flagged as sensitive (E005)"),
    Fault.CANCELED: (PredictionStatus.CANCELED, ""),
    Fault.ABORTED: (PredictionStatus.ABORTED, ""),
}


@dataclass(slots=True)
class Accepted:
    """One prediction on the provider's side."""

    prediction: Prediction
    fault: Fault
    listed_at: datetime

    @property
    def is_billed(self) -> bool:
        return self.fault not in {Fault.FAILED, Fault.MODERATED, Fault.ABORTED}


@dataclass(slots=True)
class FakeProvider(Provider):
    """`faults` are taken one per create, per model; then everything is well. Times are in seconds."""

    clock: Clock
    latency_s: float = 5
    latencies: dict[str, float] = field(default_factory=dict)
    """By model, where it is not latency_s."""
    listed_after_s: float = 0
    begins_after_s: float = NEVER_S
    throttle_hint_s: int = 7
    is_down: bool = False
    faults: dict[str, deque[Fault]] = field(default_factory=dict)
    accepted: dict[str, Accepted] = field(default_factory=dict)
    creates: list[str] = field(default_factory=list)
    canceled: list[str] = field(default_factory=list)
    forgotten: set[str] = field(default_factory=set)

    def script(self, model: str, *faults: Fault) -> None:
        self.faults.setdefault(model, deque()).extend(faults)

    def bill(self) -> dict[str, int]:
        """How often each input was accepted and charged."""
        counts: dict[str, int] = {}
        for entry in self.accepted.values():
            if entry.is_billed:
                name = orjson.dumps(entry.prediction.input, option=orjson.OPT_SORT_KEYS).decode()
                counts[name] = counts.get(name, 0) + 1
        return counts

    async def create(
        self, model: str, call_input: Mapping[str, Any], cancel_after_s: int, webhook: str | None = None
    ) -> Prediction:
        assert webhook is None
        assert cancel_after_s > 0
        self.creates.append(model)
        queue = self.faults.get(model)
        fault = queue.popleft() if queue else Fault.NONE
        if self.is_down or fault is Fault.UNREACHABLE:
            raise ProviderUnreachableError("connection refused")
        if fault is Fault.THROTTLED:
            raise ProviderThrottledError("throttled", self.throttle_hint_s)
        if fault is Fault.REFUSED:
            raise ProviderRefusedError(422, "duration: must be less than 12")
        if fault is Fault.MODERATED_AT_CREATE:
            raise ProviderRefusedError(400, "prompt violates the content policy")
        if fault is Fault.REQUEST_LOST:
            raise ProviderSilentError("connection reset")
        prediction = self._accept(model, call_input, fault)
        if fault is Fault.REPLY_LOST:
            raise ProviderSilentError("HTTP 502")
        return prediction

    async def get(self, prediction_id: str) -> Prediction:
        self._check_up()
        if prediction_id in self.forgotten:
            raise PredictionMissingError("no such prediction")
        return self._view(self.accepted[prediction_id])

    async def cancel(self, prediction_id: str) -> None:
        self._check_up()
        self.canceled.append(prediction_id)
        entry = self.accepted[prediction_id]
        if self._view(entry).status.is_running:
            entry.fault = Fault.ABORTED
            entry.prediction = replace(
                entry.prediction, created_at=self.clock.now() - timedelta(seconds=self.latency_s)
            )

    async def list_since(self, oldest: datetime) -> tuple[Prediction, ...]:
        self._check_up()
        listed = (entry for entry in self.accepted.values() if entry.listed_at <= self.clock.now())
        return tuple(self._view(entry) for entry in listed if entry.prediction.created_at >= oldest)

    async def download(self, address: str, target: IO[bytes]) -> str:
        self._check_up()
        entry = self.accepted[address.rpartition("/")[2].partition(".")[0]]
        if entry.fault is Fault.OUTPUT_GONE:
            raise OutputGoneError("the output answered HTTP 404")
        target.write(f"bytes of {entry.prediction.id}".encode())
        return "audio/mpeg" if address.endswith("mp3") else "video/mp4"

    def _check_up(self) -> None:
        if self.is_down:
            raise ProviderUnreachableError("connection refused")

    def _accept(self, model: str, call_input: Mapping[str, Any], fault: Fault) -> Prediction:
        now = self.clock.now()
        prediction = Prediction(
            id=f"p{len(self.accepted) + 1}",
            model=model,
            status=PredictionStatus.STARTING,
            created_at=now,
            input=dict(call_input),
        )
        listed_at = now + timedelta(seconds=self.listed_after_s)
        self.accepted[prediction.id] = Accepted(prediction, fault, listed_at)
        return prediction

    def _view(self, entry: Accepted) -> Prediction:
        prediction = entry.prediction
        age_s = (self.clock.now() - prediction.created_at).total_seconds()
        if age_s < self.latencies.get(prediction.model, self.latency_s):
            has_begun = age_s >= self.begins_after_s
            return replace(prediction, status=PredictionStatus.PROCESSING) if has_begun else prediction
        status, error = ENDINGS.get(entry.fault, (PredictionStatus.SUCCEEDED, ""))
        outputs = _outputs(prediction, entry.fault) if status is PredictionStatus.SUCCEEDED else ()
        return replace(prediction, status=status, error=error, outputs=outputs)


def _outputs(prediction: Prediction, fault: Fault) -> tuple[str, ...]:
    if prediction.model.startswith("openai/"):
        spice = HOSTILE if fault is Fault.HOSTILE_PLAN else ""
        return ("I cannot do that.",) if fault is Fault.BAD_PLAN else _write_plan(prediction, spice)
    is_sound = any(word in prediction.model for word in ("music", "speech"))
    ending = "mp3" if is_sound else "mp4"
    return (f"https://delivery.test/{prediction.id}.{ending}",)


def _write_plan(prediction: Prediction, spice: str) -> tuple[str, ...]:
    brief = orjson.loads(prediction.input["prompt"])
    scenes = [
        {
            "prompt": f"{brief['prompt']},{spice} moment {number}",
            "camera": f"pan{spice}",
            "transition": f"cut{spice}",
            "narration": f"Hm.{spice}",
        }
        for number, _ in enumerate(brief["scene_durations_s"], start=1)
    ]
    plan = {
        "title": f"A{spice}film" if spice else "A film",
        "style": f"painterly{spice}",
        "palette": [f"red{spice}", "gold"],
        "music_prompt": f"strings{spice}",
        "scenes": scenes,
    }
    text = orjson.dumps(plan).decode()
    return text[:40], text[40:]
