"""Accounts for the calls of a job that has ended: what the provider has made is kept, and paid for, or given back."""

import structlog

from omnigen_generator.domain.errors import (
    CompositionError,
    IntentMovedError,
    PredictionMissingError,
    ProviderUnreachableError,
)
from omnigen_generator.domain.predictions import PredictionStatus
from omnigen_generator.domain.segments import list_work
from omnigen_generator.schemas import StepAnswer
from omnigen_generator.service.answers import done
from omnigen_generator.service.closing import close_calls
from omnigen_generator.service.reconciling import find_and_bind
from omnigen_generator.service.sending import bind
from omnigen_generator.service.turn import Turn
from omnigen_shared.contracts.job import IntentRecord, IntentStatus, JobStatus
from omnigen_shared.errors import DependencyUnavailableError

_log = structlog.get_logger()


async def reckon(turn: Turn) -> StepAnswer:
    """One look at each open call. What stays open is looked at again by a later execution, which jobs starts.

    For a canceled job nothing more is composed.
    """
    if turn.snapshot.status is JobStatus.CANCELED:
        await _stop_composer(turn)
    for intent in turn.snapshot.intents:
        if intent.status is IntentStatus.UNKNOWN:
            await _look_again(turn, intent)
        if intent.status is IntentStatus.CREATED and turn.snapshot.status is JobStatus.CANCELED:
            await _stop(turn, intent)
    turn.snapshot = await turn.tools.jobs.beat(turn.ref)
    await close_calls(turn)
    return done()


async def _stop_composer(turn: Turn) -> None:
    """Unheard it ends its work by itself, once nobody asks for it."""
    for key in list_work(turn.snapshot):
        try:
            await turn.tools.composer.cancel(turn.ref, key)
        except (DependencyUnavailableError, CompositionError) as error:
            _log.warning("composer_not_stopped", job_id=turn.ref.job_id, key=key, detail=error.detail)


async def _look_again(turn: Turn, intent: IntentRecord) -> None:
    """It may have come into the provider's list after all, or be known by its id again."""
    try:
        found = await (find_and_bind(turn, intent) if intent.provider_id is None else _find_by_id(turn, intent))
    except (ProviderUnreachableError, PredictionMissingError, IntentMovedError):
        found = None
    if found is None:
        _log.warning("call_still_unknown", job_id=turn.ref.job_id, intent_id=intent.intent_id)


async def _find_by_id(turn: Turn, intent: IntentRecord) -> IntentRecord | None:
    prediction = await turn.tools.provider.get(intent.provider_id or "")
    return await bind(turn, intent, prediction.id)


async def _stop(turn: Turn, intent: IntentRecord) -> None:
    """What has begun is charged in full, stopped or not: it is left to end, and its output kept."""
    provider, provider_id = turn.tools.provider, intent.provider_id or ""
    try:
        prediction = await provider.get(provider_id)
        if prediction.status is PredictionStatus.STARTING:
            await provider.cancel(provider_id)
    except (ProviderUnreachableError, PredictionMissingError):
        _log.warning("prediction_not_canceled", job_id=turn.ref.job_id, provider_id=provider_id)
