"""created → ingested: a running prediction is looked at; a finished one's output is copied into our store at once."""

import asyncio
import io
import tempfile
from datetime import datetime
from typing import IO, Final

from omnigen_generator.domain.calls import output_key
from omnigen_generator.domain.errors import OutputGoneError, PredictionMissingError, ProviderUnreachableError
from omnigen_generator.domain.matching import reconcile_until
from omnigen_generator.domain.outcomes import NotBought, Outcome, Reason, Waiting
from omnigen_generator.domain.pacing import backoff_wait_s
from omnigen_generator.domain.predictions import Prediction, PredictionStatus, judge_end
from omnigen_generator.service.sending import count_error, still_running, unreachable
from omnigen_generator.service.turn import Turn
from omnigen_shared.contracts.calls import CallKind, find_kind, find_scene
from omnigen_shared.contracts.failure import FailureCode
from omnigen_shared.contracts.job import IntentRecord, IntentStatus, MoveIntent
from omnigen_shared.signals import COST_MICROUSD, INTENT_ID, MODEL, OUTCOME, SCENE, Metric
from omnigen_shared.telemetry import meter
from omnigen_shared.tracing import record_span

IN_MEMORY_BYTES: Final = 8 * 1024 * 1024
_latency: Final = meter().create_histogram(Metric.PROVIDER_LATENCY_S, unit="s")
TEXT_TYPE: Final = "text/plain; charset=utf-8"


async def collect(turn: Turn, intent: IntentRecord) -> IntentRecord | Outcome:
    """The intent as `ingested` or `unknown`, Waiting while it runs, NotBought when it ended without a usable output."""
    if intent.provider_id is None:
        raise ValueError(f"{intent.intent_id} was created without a provider id")
    try:
        prediction = await turn.tools.provider.get(intent.provider_id)
        if prediction.status.is_running:
            await turn.tools.assets.open()  # so that it is ready when the output is
            return still_running(turn, intent, prediction)
        return await _take(turn, intent, prediction)
    except PredictionMissingError as error:
        return await _lose(turn, intent, error)
    except ProviderUnreachableError as error:
        return Waiting(backoff_wait_s(turn.elapsed_s), unreachable(str(error), intent.provider_id))
    except OutputGoneError as error:
        return NotBought(_output_gone(error, intent), is_charged=True)


async def _take(turn: Turn, intent: IntentRecord, prediction: Prediction) -> IntentRecord | Outcome:
    seen_at = turn.now
    result = judge_end(prediction) or await _ingest(turn, intent, prediction)
    _trace(intent, prediction, seen_at)
    return result


def _trace(intent: IntentRecord, prediction: Prediction, seen_at: datetime) -> None:
    """What was waited for, from the call until its end was seen; by each run of the step that has seen it."""
    about: dict[str, str | int] = {MODEL: intent.model, INTENT_ID: intent.intent_id}
    about |= {COST_MICROUSD: intent.price_microusd, OUTCOME: prediction.status.value}
    scene = find_scene(intent.intent_id)
    if scene is not None:
        about[SCENE] = scene
    begin = intent.sent_at or prediction.created_at
    record_span("provider.predict", begin, seen_at, about)
    _latency.record((seen_at - begin).total_seconds(), {"model": intent.model})
    if prediction.status is not PredictionStatus.SUCCEEDED:
        count_error(intent.model, prediction.status.value)


async def _lose(turn: Turn, intent: IntentRecord, error: PredictionMissingError) -> IntentRecord | Outcome:
    """Just made, it may not be known everywhere yet; later on, nobody knows what it has cost."""
    sent_at = intent.sent_at or turn.window.started_at
    if turn.now < reconcile_until(sent_at, turn.window.limits.reconcile_for_s):
        return Waiting(backoff_wait_s(turn.elapsed_s), unreachable(str(error), intent.provider_id))
    move = MoveIntent(expected=IntentStatus.CREATED, status=IntentStatus.UNKNOWN)
    return await turn.tools.jobs.move_intent(turn.ref, intent.intent_id, move)


async def _ingest(turn: Turn, intent: IntentRecord, prediction: Prediction) -> IntentRecord:
    key = output_key(turn.ref.user_id, intent, prediction.outputs[0])
    if find_kind(intent.intent_id) is CallKind.PLAN:
        text = "".join(prediction.outputs)
        await turn.tools.assets.put(key, io.BytesIO(text.encode()), TEXT_TYPE)
    else:
        with tempfile.SpooledTemporaryFile(max_size=IN_MEMORY_BYTES) as spool:
            await _copy(turn, prediction.outputs[0], key, spool)
    begun = asyncio.create_task(turn.on_stored(key))
    try:
        move = MoveIntent(expected=IntentStatus.CREATED, status=IntentStatus.INGESTED, output_key=key)
        return await turn.tools.jobs.move_intent(turn.ref, intent.intent_id, move)
    finally:
        await begun


async def _copy(turn: Turn, address: str, key: str, spool: IO[bytes]) -> None:
    media_type = await turn.tools.provider.download(address, spool)
    spool.seek(0)
    await turn.tools.assets.put(key, spool, media_type)


def _output_gone(error: OutputGoneError, intent: IntentRecord) -> Reason:
    return Reason(
        FailureCode.OUTPUT_UNAVAILABLE,
        f"The provider's output could not be fetched: {error}",
        intent.provider_id,
    )
