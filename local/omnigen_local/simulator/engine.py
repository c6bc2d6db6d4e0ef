"""Runs predictions: one task each, from acceptance to one of the four ends, and on again after a restart."""

import asyncio
import math
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

import orjson
import structlog

from omnigen_local.simulator.lifecycle import TIMED_OUT, Course, is_billed, plan_course, write_logs
from omnigen_local.simulator.models import Kind, Model
from omnigen_local.simulator.pictures import PictureError
from omnigen_local.simulator.predictions import Output, Prediction, Status
from omnigen_local.simulator.presentation import Presenter
from omnigen_local.simulator.rendering.ffmpeg import RenderError
from omnigen_local.simulator.store import Message, PredictionStore
from omnigen_local.simulator.studio import Studio
from omnigen_local.simulator.webhooks import WebhookSender, new_message_id

_LOG: Final = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Pace:
    """How long things take, in seconds."""

    latency_s: Mapping[Kind, float]
    longest_run_s: float


class Engine:
    """The provider's machines. All methods are for the running loop."""

    def __init__(
        self,
        models: Mapping[str, Model],
        store: PredictionStore,
        studio: Studio,
        webhooks: WebhookSender,
        presenter: Presenter,
        pace: Pace,
    ) -> None:
        self._models = models
        self._store = store
        self._studio = studio
        self._webhooks = webhooks
        self._presenter = presenter
        self._pace = pace
        self._runs: dict[str, asyncio.Task[None]] = {}

    def resume(self) -> None:
        """Go on with what a previous process left unfinished."""
        for prediction in self._store.unfinished():
            self._spawn(prediction)

    def accept(self, prediction: Prediction) -> None:
        """Store a new prediction and begin."""
        self._store.add(prediction)
        self._spawn(prediction)

    async def cancel(self, prediction: Prediction) -> None:
        """End it as canceled, unless it has ended."""
        self._end(self._current(prediction), Status.CANCELED)
        if run := self._runs.get(prediction.id):
            run.cancel()
            await asyncio.wait([run])

    async def wait(self, prediction_id: str, timeout_s: float) -> None:
        """Until it has ended, at most timeout_s."""
        if run := self._runs.get(prediction_id):
            await asyncio.wait([run], timeout=timeout_s)

    async def close(self) -> None:
        """Stop without ending anything."""
        runs = list(self._runs.values())
        for run in runs:
            run.cancel()
        await asyncio.gather(*runs, return_exceptions=True)

    def _spawn(self, prediction: Prediction) -> None:
        run = asyncio.create_task(self._run(prediction))
        self._runs[prediction.id] = run
        run.add_done_callback(lambda _: self._runs.pop(prediction.id, None))

    async def _run(self, prediction: Prediction) -> None:
        try:
            async with asyncio.timeout(_seconds_until(self._last_moment(prediction))):
                await self._follow(prediction)
        except TimeoutError:
            self._end_late(self._current(prediction))
        except (RenderError, PictureError) as error:
            _LOG.warning("render_failed", prediction_id=prediction.id, error=str(error))
            self._end(self._current(prediction), Status.FAILED, error=str(error))
        except Exception as error:  # noqa: BLE001 - the task's boundary: whatever broke, the prediction has to end
            _LOG.exception("run_broke", prediction_id=prediction.id)
            self._end(self._current(prediction), Status.FAILED, error=f"Internal error: {type(error).__name__}")

    async def _follow(self, prediction: Prediction) -> None:
        """The course that latency and faults set; rendering begins at once and may take longer."""
        model = self._models[prediction.model]
        course = plan_course(self._pace.latency_s[model.kind], prediction.faults)
        rendering = self._begin_rendering(model, prediction, course)
        try:
            if course.starts_s is not None and prediction.started_at is None:
                await asyncio.sleep(_seconds_until(prediction.created_at + course.starts_s))
                self._start(prediction)
            await asyncio.sleep(_seconds_until(prediction.created_at + course.ends_s))
            output = await rendering if rendering is not None else None
            self._end(self._current(prediction), course.end, error=course.error, output=output)
        finally:
            if rendering is not None:
                rendering.cancel()
                await asyncio.gather(rendering, return_exceptions=True)

    def _begin_rendering(self, model: Model, prediction: Prediction, course: Course) -> asyncio.Task[Output] | None:
        if not course.renders:
            return None
        values = model.check(prediction.input)
        return asyncio.create_task(self._studio.produce(model, values, prediction.faults))

    def _hard_limit(self, prediction: Prediction) -> float:
        return prediction.created_at + self._pace.longest_run_s

    def _last_moment(self, prediction: Prediction) -> float:
        return min(self._hard_limit(prediction), prediction.deadline_at or math.inf)

    def _start(self, prediction: Prediction) -> None:
        now = time.time()
        started = replace(prediction, status=Status.PROCESSING, started_at=now)
        messages = self._write_messages(started, "start", now)
        if self._store.change(started, None, messages):
            self._webhooks.send(messages)

    def _end_late(self, prediction: Prediction) -> None:
        """Its own deadline, or the provider's limit, has passed."""
        if prediction.deadline_at is None or self._hard_limit(prediction) < prediction.deadline_at:
            self._end(prediction, Status.FAILED, error=TIMED_OUT)
        else:
            self._end(prediction, Status.ABORTED if prediction.started_at is None else Status.CANCELED)

    def _end(
        self, prediction: Prediction, status: Status, *, error: str | None = None, output: Output | None = None
    ) -> None:
        now, model = time.time(), self._models[prediction.model]
        ended = replace(prediction, status=status, completed_at=now, error=error, output=output)
        ended = replace(ended, logs=write_logs(model, ended))
        charge = model.charge(model.check(prediction.input)) if is_billed(ended) else None
        messages = self._write_messages(ended, "completed", now)
        if self._store.change(ended, charge, messages):
            self._webhooks.send(messages)
            _LOG.info("prediction_ended", prediction_id=ended.id, model=ended.model, status=status.value)

    def _write_messages(self, prediction: Prediction, event: str, now: float) -> list[Message]:
        faults = prediction.faults
        if event not in prediction.webhook_events or not prediction.webhook or "webhook_lost" in faults:
            return []
        body: dict[str, Any] = self._presenter.show(prediction, now)
        due_at = now + faults.get("webhook_late", 0)
        text = orjson.dumps(body).decode()
        return [Message(new_message_id(), prediction.id, prediction.webhook, text, due_at, dict(faults))]

    def _current(self, prediction: Prediction) -> Prediction:
        return self._store.find(prediction.id) or prediction


def _seconds_until(instant: float) -> float:
    return max(0.0, instant - time.time()) if math.isfinite(instant) else 1e9
