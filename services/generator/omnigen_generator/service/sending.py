"""reserved → sending → created: the one arrow that spends. Only the winner of the first write sends."""

import math
from collections.abc import Mapping
from typing import Any, Final

from omnigen_generator.domain.calls import typical_latency_s
from omnigen_generator.domain.errors import (
    PredictionBoundError,
    ProviderRefusedError,
    ProviderSilentError,
    ProviderThrottledError,
    ProviderUnreachableError,
)
from omnigen_generator.domain.outcomes import NotBought, Outcome, Reason, Waiting
from omnigen_generator.domain.pacing import backoff_wait_s, poll_wait_s, throttle_wait_s
from omnigen_generator.domain.pictures import resolve
from omnigen_generator.domain.predictions import MAX_DETAIL, Prediction, is_moderated
from omnigen_generator.service.turn import Turn
from omnigen_shared.contracts.failure import FailureCode
from omnigen_shared.contracts.job import IntentRecord, IntentStatus, MoveIntent
from omnigen_shared.signals import Metric
from omnigen_shared.telemetry import meter

LOST_REPLY_WAIT_S: Final = 2
_errors: Final = meter().create_counter(Metric.PROVIDER_ERRORS)


async def send(turn: Turn, intent: IntentRecord) -> IntentRecord | Outcome:
    """The intent as `created`, or what it waits for, or why it is not made.

    Whatever is not a definite no stays `sending`, to be reconciled.
    """
    if turn.is_late():
        return Waiting(0, _too_late(intent))
    call_input = await resolve(intent.input, turn.tools.assets.link)
    intent = await _move(turn, intent, IntentStatus.SENDING, owner=turn.owner)
    try:
        prediction = await _create(turn, intent, call_input)
    except ProviderThrottledError as error:
        await _take_back(turn, intent)
        wait_s = throttle_wait_s(error.retry_after_s, intent.intent_id)
        return Waiting(wait_s, _throttled(error), is_throttled=True)
    except ProviderUnreachableError as error:
        await _take_back(turn, intent)
        return Waiting(backoff_wait_s(turn.elapsed_s), unreachable(str(error)))
    except ProviderRefusedError as error:
        await _take_back(turn, intent)
        return NotBought(_refused(error))
    except ProviderSilentError as error:
        return await _close(turn, intent, str(error))
    return await _follow(turn, intent, prediction)


async def _follow(turn: Turn, intent: IntentRecord, prediction: Prediction) -> IntentRecord | Outcome:
    """What the reply says of a prediction need not be asked for again."""
    created = await bind(turn, intent, prediction.id)
    if created is None:
        return await _close(turn, intent, "its reply was taken by another call")
    return still_running(turn, created, prediction) if prediction.status.is_running else created


def still_running(turn: Turn, intent: IntentRecord, prediction: Prediction) -> Waiting:
    """The model is at it."""
    age_s = max((turn.now - (intent.sent_at or turn.window.started_at)).total_seconds(), 0.0)
    reason = Reason(
        FailureCode.DEADLINE_EXCEEDED,
        f"The model {prediction.model} was not ready before the job's time was over.",
        prediction.id,
    )
    told_s = 0 if turn.tools.callbacks is None else typical_latency_s(intent.model)
    return Waiting(poll_wait_s(age_s, told_s), reason, is_running=True)


async def bind(turn: Turn, intent: IntentRecord, provider_id: str) -> IntentRecord | None:
    """Sending → created with this prediction; None when another intent holds it."""
    try:
        return await _move(turn, intent, IntentStatus.CREATED, provider_id=provider_id)
    except PredictionBoundError:
        return None


def unreachable(detail: str, provider_id: str | None = None) -> Reason:
    """The provider cannot be reached, or does not answer sensibly."""
    return Reason(
        FailureCode.PROVIDER_UNREACHABLE,
        f"The provider did not answer in time: {detail[:MAX_DETAIL]}",
        provider_id,
    )


async def _move(
    turn: Turn,
    intent: IntentRecord,
    status: IntentStatus,
    owner: str | None = None,
    provider_id: str | None = None,
) -> IntentRecord:
    move = MoveIntent(expected=intent.status, status=status, owner=owner, provider_id=provider_id)
    return await turn.tools.jobs.move_intent(turn.ref, intent.intent_id, move)


async def _take_back(turn: Turn, intent: IntentRecord) -> None:
    """Only the sender knows that nothing was accepted."""
    await _move(turn, intent, IntentStatus.RESERVED, owner=turn.owner)


async def _close(turn: Turn, intent: IntentRecord, detail: str) -> Outcome:
    await turn.tools.jobs.close_socket(turn.ref, intent.intent_id, turn.owner)
    return Waiting(LOST_REPLY_WAIT_S, unreachable(detail))


async def _create(turn: Turn, intent: IntentRecord, call_input: Mapping[str, Any]) -> Prediction:
    callbacks = turn.tools.callbacks
    webhook = None if callbacks is None else callbacks.url_for(turn.ref, intent)
    try:
        return await turn.tools.provider.create(intent.model, call_input, _cancel_after_s(turn), webhook)
    except Exception as error:
        count_error(intent.model, type(error).__name__)
        raise


def count_error(model: str, error: str) -> None:
    """`error`: how the call ended, or the class of what was raised."""
    _errors.add(1, {"model": model, "error": error})


def _cancel_after_s(turn: Turn) -> int:
    """What is ready a little after the job's end is still kept, and taken over when the job is resumed."""
    left_s = (turn.snapshot.deadline_at - turn.now).total_seconds()
    return math.ceil(left_s + turn.window.limits.kept_after_deadline_s)


def _throttled(error: ProviderThrottledError) -> Reason:
    return Reason(
        FailureCode.PROVIDER_UNREACHABLE,
        f"The provider takes no more calls for now: {error.detail[:MAX_DETAIL]}",
    )


def _refused(error: ProviderRefusedError) -> Reason:
    detail = f"The provider refused the call: {str(error)[:MAX_DETAIL]}"
    if is_moderated(error.detail):
        return Reason(FailureCode.CONTENT_MODERATED, detail)
    return Reason(FailureCode.PROVIDER_REFUSED, detail)


def _too_late(intent: IntentRecord) -> Reason:
    return Reason(
        FailureCode.DEADLINE_EXCEEDED,
        f"{intent.intent_id} could not be ordered before the job's time was over.",
    )
