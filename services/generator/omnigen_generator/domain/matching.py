"""Which prediction in the provider's list is the one whose reply was lost."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

from omnigen_generator.domain.predictions import Prediction
from omnigen_shared.contracts.inputs import is_same_input
from omnigen_shared.contracts.job import IntentRecord

LOOK_BACK: Final = timedelta(seconds=60)
"""How far before the sending, and after the socket's end, the list is searched: two clocks never agree."""


def oldest_of_interest(sent_at: datetime) -> datetime:
    """Entries before this instant cannot be the one."""
    return sent_at - LOOK_BACK


def list_candidates(
    intent: IntentRecord, sent_at: datetime, closed_at: datetime, listed: Iterable[Prediction]
) -> tuple[Prediction, ...]:
    """Predictions of the same model and input, made around the sending; the oldest first. Bound ones are included.

    What was made later is another call's: jobs lets nobody send the same before this one is given up as unknown.
    """
    found = [
        prediction
        for prediction in listed
        if oldest_of_interest(sent_at) <= prediction.created_at <= closed_at + LOOK_BACK
        and prediction.model == intent.model
        and is_same_input(prediction.input, intent.input)
    ]
    return tuple(sorted(found, key=lambda prediction: (prediction.created_at, prediction.id)))


def owner_may_live_until(sent_at: datetime, provider_timeout_s: float) -> datetime:
    """Until then the sender itself may still be waiting for its answer."""
    return sent_at + timedelta(seconds=provider_timeout_s)


def reconcile_until(closed_at: datetime, reconcile_for_s: float) -> datetime:
    """A list that is read after this instant and does not have it will never have it."""
    return closed_at + timedelta(seconds=reconcile_for_s)
