"""Closes the paid calls of a job that is about to end, so that quota holds only what the provider may still charge."""

from typing import Final

from omnigen_generator.domain.errors import IntentMovedError, ReservationMissingError
from omnigen_generator.domain.outcomes import NotBought, Outcome, Waiting
from omnigen_generator.schemas import StepAnswer, StepOutcome
from omnigen_generator.service.answers import done
from omnigen_generator.service.buying import RACE_WAIT_S, settle
from omnigen_generator.service.collecting import collect
from omnigen_generator.service.reconciling import reconcile
from omnigen_generator.service.turn import Turn
from omnigen_shared.contracts.job import IntentRecord, IntentStatus, MoveIntent

NOT_SENT: Final = frozenset({IntentStatus.PLANNED, IntentStatus.RESERVED})
_OVER: Final = frozenset({IntentStatus.SETTLED, IntentStatus.UNKNOWN})


async def settle_job(turn: Turn) -> StepAnswer:
    """Before a job fails: what is under way is waited for as long as there is time, and its output kept."""
    waits = await close_calls(turn)
    if not waits or turn.is_late(min(waits)):
        return done()
    return StepAnswer(outcome=StepOutcome.WAITING, wait_s=min(waits))


async def close_calls(turn: Turn) -> list[int]:
    """Close what can be closed now. How many seconds each of the others would like to wait."""
    waits = []
    for intent in turn.snapshot.intents:
        if intent.status not in _OVER:
            waits += await _close(turn, intent)
    return waits


async def _close(turn: Turn, intent: IntentRecord) -> list[int]:
    try:
        result = await _find_result(turn, intent)
    except IntentMovedError:
        return [RACE_WAIT_S]
    return [result.wait_s] if isinstance(result, Waiting) else []


async def _find_result(turn: Turn, intent: IntentRecord) -> IntentRecord | Outcome:
    if intent.status is IntentStatus.SENDING:
        found = await reconcile(turn, intent)
        if not isinstance(found, IntentRecord) or found.status is IntentStatus.UNKNOWN:
            return found
        intent = found
    if intent.status is IntentStatus.CREATED:
        ended = await collect(turn, intent)
        if not isinstance(ended, IntentRecord):
            return await _end(turn, intent, ended)
        intent = ended
    if intent.status is IntentStatus.UNKNOWN:
        return intent
    if intent.status is IntentStatus.INGESTED:
        return await settle(turn, intent)
    return await give_up(turn, intent)


async def _end(turn: Turn, intent: IntentRecord, ended: Outcome) -> IntentRecord | Outcome:
    """Created → settled or refunded. The provider's word can be asked again, so quota may hear it first."""
    if not isinstance(ended, NotBought):
        return ended
    if ended.is_charged:
        return await settle(turn, intent)
    await _refund(turn, intent)
    return await _mark_refunded(turn, intent)


async def give_up(turn: Turn, intent: IntentRecord) -> IntentRecord:
    """Planned, reserved → refunded. The record first: after it nobody sends, and only then the hold may go."""
    if intent.status in NOT_SENT:
        intent = await _mark_refunded(turn, intent)
    await _refund(turn, intent)
    return intent


async def _mark_refunded(turn: Turn, intent: IntentRecord) -> IntentRecord:
    move = MoveIntent(expected=intent.status, status=IntentStatus.REFUNDED)
    return await turn.tools.jobs.move_intent(turn.ref, intent.intent_id, move)


async def _refund(turn: Turn, intent: IntentRecord) -> None:
    try:
        await turn.tools.quota.refund(turn.ref, intent)
    except ReservationMissingError:
        return  # planned, and the run was killed before quota heard of it
