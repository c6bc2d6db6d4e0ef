"""Buys one paid call exactly once, from any point where an earlier run of this code may have been killed.

planned → reserved → sending → created → ingested → settled. Each arrow is one conditional write; what an arrow does
outside is either repeatable (asking, storing under a fixed key, a booking by id) or is done by the winner of
`reserved → sending` alone (the create).
"""

from collections.abc import Awaitable, Callable
from typing import Final

from omnigen_generator.domain.calls import PaidCall, find_current
from omnigen_generator.domain.errors import (
    BudgetExceededError,
    ClipInProgressError,
    ClipUnresolvedError,
    IntentMovedError,
    SendInProgressError,
)
from omnigen_generator.domain.outcomes import Bought, NotBought, Outcome, Reason, Waiting
from omnigen_generator.service.collecting import collect
from omnigen_generator.service.reconciling import reconcile
from omnigen_generator.service.sending import send
from omnigen_generator.service.turn import Turn
from omnigen_shared.contracts.failure import FailureCode
from omnigen_shared.contracts.job import IntentRecord, IntentStatus, MoveIntent

RACE_WAIT_S: Final = 1
SINGLE_FLIGHT_WAIT_S: Final = 2

Arrow = Callable[[Turn, IntentRecord], Awaitable[IntentRecord | Outcome]]


async def buy(turn: Turn, call: PaidCall) -> Outcome:
    """Advance the call as far as it goes without waiting. Never raises for what the provider or quota refuse."""
    try:
        intent = find_current(turn.snapshot, call.intent_id)
        if intent is None:
            intent_id = call.intent_id_in(turn.snapshot.round)
            intent = await turn.tools.jobs.plan_intent(turn.ref, intent_id, call.to_intent())
        return await _advance(turn, intent)
    except ClipInProgressError:
        return Waiting(SINGLE_FLIGHT_WAIT_S, _not_in_time("another scene or job of yours was making the same clip"))
    except ClipUnresolvedError as error:
        return NotBought(_unresolved(error))
    except SendInProgressError:
        return Waiting(SINGLE_FLIGHT_WAIT_S, _not_in_time("a call just like it was being sent"))
    except IntentMovedError:
        return Waiting(RACE_WAIT_S, _not_in_time("another run of this step was at it"))
    except BudgetExceededError as error:
        return NotBought(
            Reason(
                FailureCode.BUDGET_EXCEEDED,
                f"{call.intent_id} was not ordered: {error.detail}",
            )
        )


async def settle(turn: Turn, intent: IntentRecord) -> IntentRecord:
    """Ingested → settled, at the price that was held: the provider names no other."""
    await turn.tools.quota.settle(turn.ref, intent, intent.price_microusd)
    return await turn.tools.jobs.move_intent(
        turn.ref,
        intent.intent_id,
        MoveIntent(expected=intent.status, status=IntentStatus.SETTLED, actual_microusd=intent.price_microusd),
    )


async def _advance(turn: Turn, intent: IntentRecord) -> Outcome:
    while True:
        result = await _ARROWS[intent.status](turn, intent)
        if not isinstance(result, IntentRecord):
            return result
        intent = result


async def _reserve(turn: Turn, intent: IntentRecord) -> IntentRecord:
    """Another run of this attempt may have given the call up meanwhile, before there was a hold to give back."""
    await turn.tools.quota.spend(turn.ref, intent)
    move = MoveIntent(expected=IntentStatus.PLANNED, status=IntentStatus.RESERVED)
    try:
        return await turn.tools.jobs.move_intent(turn.ref, intent.intent_id, move)
    except IntentMovedError as error:
        if error.details.get("status") == IntentStatus.REFUNDED:
            await turn.tools.quota.refund(turn.ref, intent)
        raise


async def _end_settled(_turn: Turn, intent: IntentRecord) -> Outcome:
    if intent.output_key is not None:
        return Bought(intent.output_key)
    return NotBought(
        Reason(
            FailureCode.OUTPUT_UNAVAILABLE,
            f"{intent.intent_id} was charged without leaving an output.",
            intent.provider_id,
        ),
        is_charged=True,
    )


async def _end_refunded(_turn: Turn, intent: IntentRecord) -> Outcome:
    return NotBought(
        Reason(
            FailureCode.GENERATION_FAILED,
            f"{intent.intent_id} brought nothing and was given back.",
            intent.provider_id,
        )
    )


async def _end_unknown(_turn: Turn, intent: IntentRecord) -> Outcome:
    return NotBought(
        Reason(
            FailureCode.OUTCOME_UNKNOWN,
            f"The provider never answered {intent.intent_id} ({intent.model}), and its list does not show the call.",
            intent.provider_id,
        )
    )


def _unresolved(error: ClipUnresolvedError) -> Reason:
    return Reason(
        FailureCode.OUTCOME_UNKNOWN,
        f"The same clip was ordered for {error.details.get('job_id')}, and nobody knows whether it is made.",
        "Order with another seed, or resume that job: it makes another take.",
    )


def _not_in_time(why: str) -> Reason:
    return Reason(
        FailureCode.DEADLINE_EXCEEDED,
        f"The job's time was over while {why}.",
    )


_ARROWS: Final[dict[IntentStatus, Arrow]] = {
    IntentStatus.PLANNED: _reserve,
    IntentStatus.RESERVED: send,
    IntentStatus.SENDING: reconcile,
    IntentStatus.CREATED: collect,
    IntentStatus.INGESTED: settle,
    IntentStatus.SETTLED: _end_settled,
    IntentStatus.REFUNDED: _end_refunded,
    IntentStatus.UNKNOWN: _end_unknown,
}
