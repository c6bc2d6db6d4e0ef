"""sending → created or unknown, without ever sending again: the provider's list is searched for our call."""

from typing import Final

from omnigen_generator.domain.errors import ProviderUnreachableError
from omnigen_generator.domain.matching import (
    list_candidates,
    oldest_of_interest,
    owner_may_live_until,
    reconcile_until,
)
from omnigen_generator.domain.outcomes import Outcome, Waiting
from omnigen_generator.domain.pacing import backoff_wait_s
from omnigen_generator.domain.predictions import Prediction
from omnigen_generator.service.sending import bind, unreachable
from omnigen_generator.service.turn import Turn
from omnigen_shared.contracts.job import IntentRecord, IntentStatus, MoveIntent

OWNER_WAIT_S: Final = 2


async def reconcile(turn: Turn, intent: IntentRecord) -> IntentRecord | Outcome:
    """The intent as `created` or `unknown`, or Waiting while its prediction may still turn up."""
    now, sent_at = turn.now, intent.sent_at
    if sent_at is None:
        raise ValueError(f"{intent.intent_id} is sending since no time")
    limits = turn.window.limits
    owner_until = owner_may_live_until(sent_at, limits.provider_timeout_s)
    if intent.closed_at is None and now < owner_until:
        return Waiting(OWNER_WAIT_S, unreachable("the call is still open"))
    try:
        bound = await find_and_bind(turn, intent)
    except ProviderUnreachableError as error:
        return Waiting(backoff_wait_s(turn.elapsed_s), unreachable(str(error)))
    if bound is not None:
        return bound
    if now <= reconcile_until(intent.closed_at or owner_until, limits.reconcile_for_s):
        return Waiting(backoff_wait_s(turn.elapsed_s), unreachable("the reply to a call was lost"))
    return await turn.tools.jobs.move_intent(
        turn.ref, intent.intent_id, MoveIntent(expected=IntentStatus.SENDING, status=IntentStatus.UNKNOWN)
    )


async def find_and_bind(turn: Turn, intent: IntentRecord) -> IntentRecord | None:
    """The intent as `created`, when the provider's list has its prediction. ProviderUnreachableError."""
    if intent.sent_at is None:
        raise ValueError(f"{intent.intent_id} was sent at no time")
    closed_at = intent.closed_at or owner_may_live_until(intent.sent_at, turn.window.limits.provider_timeout_s)
    listed = await turn.tools.provider.list_since(oldest_of_interest(intent.sent_at))
    for candidate in await _keep_unbound(turn, list_candidates(intent, intent.sent_at, closed_at, listed)):
        bound = await bind(turn, intent, candidate.id)
        if bound is not None:
            return bound
    return None


async def _keep_unbound(turn: Turn, candidates: tuple[Prediction, ...]) -> list[Prediction]:
    if not candidates:
        return []
    unbound = await turn.tools.jobs.list_unbound(turn.ref, tuple(candidate.id for candidate in candidates))
    return [candidate for candidate in candidates if candidate.id in unbound]
