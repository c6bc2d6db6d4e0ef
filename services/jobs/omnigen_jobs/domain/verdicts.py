"""What an operator finds out about a call whose fate nobody knew: from the provider's bill, say."""

from dataclasses import replace
from datetime import datetime

from omnigen_jobs.domain import claims
from omnigen_jobs.domain.changes import Change
from omnigen_jobs.domain.intents import charge, reopen
from omnigen_jobs.domain.problems import IntentMovedError
from omnigen_jobs.domain.records import Claim, Intent, Record
from omnigen_shared.contracts.job import IntentStatus
from omnigen_shared.errors import InvalidRequestError
from omnigen_shared.money import format_usd


def judge_unknown(
    record: Record, intent: Intent, actual_microusd: int | None, claim: Claim | None, now: datetime
) -> Change | None:
    """The call cost so much, or (None) nothing. None when this very verdict was given before.

    Quota is told afterwards; of an ended job also by whoever closes its money, once more from now on.

    IntentMovedError unless it is unknown, InvalidRequestError for more than was held.
    """
    status = IntentStatus.REFUNDED if actual_microusd is None else IntentStatus.SETTLED
    if (intent.status, intent.actual_microusd) == (status, actual_microusd):
        return None
    if intent.status is not IntentStatus.UNKNOWN:
        raise IntentMovedError(f"{intent.intent_id} is {intent.status.value}.", details={"status": intent.status.value})
    if actual_microusd is not None and actual_microusd > intent.price_microusd:
        raise InvalidRequestError(f"No more than {format_usd(intent.price_microusd)} is held.")
    after = replace(intent, status=status, actual_microusd=actual_microusd)
    paid, event = charge(record.job, after, now)
    owned = None if claim is None else claims.follow(claim, record.job, after)
    job = reopen(paid or record.job, now)
    return Change(fence=record.job, job=job, intent=after, claim=owned, event=event)
