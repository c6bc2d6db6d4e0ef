"""Paid calls: planned once, moved one conditional step at a time, each output owned by one fingerprint."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from omnigen_jobs.domain import claims, events, retaining, sends
from omnigen_jobs.domain.changes import Change
from omnigen_jobs.domain.keys import check_owned
from omnigen_jobs.domain.moves import check_move, is_senders_own
from omnigen_jobs.domain.problems import IntentMovedError, PredictionBoundError
from omnigen_jobs.domain.records import Binding, Claim, ClaimState, Intent, Job, Money, NewEvent, Record, Send
from omnigen_jobs.domain.stages import check_attempt, check_spender
from omnigen_shared.contracts.base import IntentId
from omnigen_shared.contracts.job import IntentStatus, MoveIntent, PlanIntent
from omnigen_shared.errors import InvalidRequestError, NotFoundError

_REPORTED: Final[Mapping[IntentStatus, tuple[str, ...]]] = {
    IntentStatus.CREATED: ("provider_id",),
    IntentStatus.INGESTED: ("output_key",),
    IntentStatus.SETTLED: ("output_key", "actual_microusd"),
}
"""What a step leaves in the record of what it was told; anything else that came with it is not stored."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """What is stored beside the record that a step may have to be written together with."""

    claim: Claim | None = None
    binding: Binding | None = None
    send: Send | None = None


def get_intent(record: Record, intent_id: IntentId) -> Intent:
    """NotFoundError when the job has no such intent."""
    intent = record.find_intent(intent_id)
    if intent is None:
        raise NotFoundError(f"{record.job.job_id} has no intent {intent_id}.")
    return intent


def plan_intent(
    record: Record, attempt: int, intent_id: IntentId, body: PlanIntent, claim: Claim | None
) -> Change | None:
    """A new intent, or None when it is stored already. `claim` is the stored one of the fingerprint.

    ClipInProgressError while another intent makes the same output.
    """
    job = record.job
    check_attempt(job, attempt)
    if record.find_intent(intent_id) is not None:
        return None
    intent = Intent(
        intent_id=intent_id,
        status=IntentStatus.PLANNED,
        model=body.model,
        fingerprint=body.fingerprint,
        price_microusd=body.price_microusd,
        input=body.input,
        round=job.round,
        month=job.month or "",
        reservation_id=job.reservation_id,
    )
    if not body.claims_clip:
        return Change(fence=job, intent=intent)
    if claim is not None and claim.state is ClaimState.READY:
        return Change(fence=job, intent=_from_cache(intent, claim), claim=retaining.join(claim, job.job_id))
    return Change(fence=job, intent=intent, claim=claims.take(claim, job, intent))


def _from_cache(intent: Intent, claim: Claim) -> Intent:
    return replace(
        intent,
        status=IntentStatus.SETTLED,
        price_microusd=0,
        actual_microusd=0,
        cached=True,
        output_key=claim.output_key,
    )


def move_intent(
    record: Record, attempt: int, intent_id: IntentId, move: MoveIntent, held: Held, now: datetime
) -> Change | None:
    """One step, as `hear` has it; None when this very step was made before (its answer got lost).

    IntentMovedError, PredictionBoundError, SendInProgressError, InvalidRequestError.
    """
    check_move(move)
    if not is_senders_own(move):
        check_spender(record.job, attempt)
    intent = get_intent(record, intent_id)
    if _was_made(intent, move):
        return None
    if intent.status is not move.expected or _is_another_senders(intent, move):
        raise _moved(intent)
    step = _step(record.job, intent, move, held, now)
    is_late = is_senders_own(move) and record.job.status.is_terminal
    return replace(step, job=reopen(record.job, now)) if is_late else step


def hear(job: Job, move: MoveIntent) -> MoveIntent:
    """What a step comes to: a sender's report of a refusal, after the job's end, gives the call back.

    Only the sender knows that nothing was accepted. It is believed whatever has become of its attempt, but nobody sends
    again for a job that has ended.
    """
    is_over = is_senders_own(move) and job.status.is_terminal
    return move.model_copy(update={"status": IntentStatus.REFUNDED}) if is_over else move


def reopen(job: Job, now: datetime) -> Job:
    """Somebody closes the money of an ended job once more, for what has become known of a call; others stay."""
    return replace(job, money=Money.RESERVED, lease_until=now) if job.status.is_terminal else job


def _step(job: Job, before: Intent, move: MoveIntent, held: Held, now: datetime) -> Change:
    after = _after(job, before, move, now)
    owned = None if held.claim is None else claims.follow(held.claim, job, after)
    if move.status is IntentStatus.CREATED:
        binding = _bind(job, after, held.binding)
        return Change(fence=job, intent=after, binding=binding, claim=owned, send=sends.end(held.send, job, after))
    send = sends.begin(held.send, job, after) if move.status is IntentStatus.SENDING else None
    if before.status is IntentStatus.SENDING:
        send = sends.end(held.send, job, after)
    paid, event = charge(job, after, now)
    return Change(fence=job, job=paid, intent=after, claim=owned, event=event, send=send)


def _after(job: Job, before: Intent, move: MoveIntent, now: datetime) -> Intent:
    if move.status is IntentStatus.RESERVED:
        return replace(before, status=move.status, owner=None, sent_at=None, closed_at=None)
    if move.status is IntentStatus.SENDING:
        return replace(before, status=move.status, owner=move.owner, sent_at=now)
    if move.output_key is not None:
        check_owned(job.user_id, "output_key", move.output_key)
    if move.actual_microusd is not None and move.actual_microusd > before.price_microusd:
        raise _too_expensive(before)
    return replace(before, status=move.status, **_reported_by(move))


def _reported_by(move: MoveIntent) -> dict[str, Any]:
    told = {name: getattr(move, name) for name in _REPORTED.get(move.status, ())}
    return {name: value for name, value in told.items() if value is not None}


def _bind(job: Job, intent: Intent, stored: Binding | None) -> Binding | None:
    """A new binding, or None when the prediction is this intent's already (it was `unknown` for a while)."""
    binding = Binding(provider_id=str(intent.provider_id), job_id=job.job_id, intent_id=intent.intent_id)
    if stored is None or stored == binding:
        return binding if stored is None else None
    raise PredictionBoundError(f"{binding.provider_id} is bound.", details={"provider_id": binding.provider_id})


def charge(job: Job, intent: Intent, now: datetime) -> tuple[Job | None, NewEvent | None]:
    """The job with this settled intent's cost added, and what its watchers are told; nothing for other steps."""
    if intent.status is not IntentStatus.SETTLED:
        return None, None
    paid = replace(job, spent_microusd=job.spent_microusd + (intent.actual_microusd or 0), updated_at=now)
    # The last event of an ended job has been told.
    return paid, None if job.status.is_terminal else events.cost_changed(paid, now)


def _was_made(intent: Intent, move: MoveIntent) -> bool:
    """Whether the stored intent is what this step would have left."""
    if intent.status is not move.status:
        return False
    if move.status is IntentStatus.SENDING:
        return intent.owner == move.owner
    return all(getattr(intent, name) == value for name, value in _reported_by(move).items())


def _is_another_senders(intent: Intent, move: MoveIntent) -> bool:
    if intent.status is not IntentStatus.SENDING:
        return False
    return intent.owner != move.owner and (is_senders_own(move) or move.owner is not None)


def close_socket(record: Record, attempt: int, intent_id: IntentId, owner: str, now: datetime) -> Change | None:
    """The sender's socket closed without an answer; the first report counts."""
    check_spender(record.job, attempt)
    intent = get_intent(record, intent_id)
    if intent.status is not IntentStatus.SENDING or intent.owner != owner:
        raise _moved(intent)
    return None if intent.closed_at is not None else Change(fence=record.job, intent=replace(intent, closed_at=now))


def _moved(intent: Intent) -> IntentMovedError:
    return IntentMovedError(
        f"{intent.intent_id} is {intent.status.value}.",
        details={"status": intent.status.value, "owner": intent.owner},
    )


def _too_expensive(intent: Intent) -> InvalidRequestError:
    limits = {"le": intent.price_microusd}
    fields = [{"field": "actual_microusd", "message": "is more than was held", "limits": limits}]
    return InvalidRequestError("Not valid: actual_microusd.", details={"fields": fields})
