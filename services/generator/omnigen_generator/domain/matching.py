"""Which prediction in the provider's list is the one whose reply was lost."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import urlsplit, urlunsplit

from omnigen_generator.domain.predictions import Prediction
from omnigen_shared.contracts.job import IntentRecord

LOOK_BACK: Final = timedelta(seconds=60)
"""How far before the sending the list is read: two clocks never agree."""
RECONCILE_FOR: Final = timedelta(seconds=120)
"""How long after the socket closed a prediction may still turn up in the list."""


def oldest_of_interest(sent_at: datetime) -> datetime:
    """Entries before this instant cannot be the one."""
    return sent_at - LOOK_BACK


def list_candidates(intent: IntentRecord, sent_at: datetime, listed: Iterable[Prediction]) -> tuple[Prediction, ...]:
    """Predictions of the same model and input, made around the sending; the oldest first. Bound ones are included."""
    ours = _without_queries(intent.input)
    found = [
        prediction
        for prediction in listed
        if prediction.created_at >= oldest_of_interest(sent_at)
        and prediction.model == intent.model
        and _covers(_without_queries(prediction.input), ours)
    ]
    return tuple(sorted(found, key=lambda prediction: (prediction.created_at, prediction.id)))


def owner_may_live_until(sent_at: datetime, provider_timeout_s: float) -> datetime:
    """Until then the sender itself may still be waiting for its answer."""
    return sent_at + timedelta(seconds=provider_timeout_s)


def reconcile_until(closed_at: datetime) -> datetime:
    """A list that is read after this instant and does not have it will never have it."""
    return closed_at + RECONCILE_FOR


def _covers(theirs: Any, ours: Any) -> bool:
    """Equal, except that the provider may show defaults that we did not send."""
    if isinstance(theirs, Mapping) and isinstance(ours, Mapping):
        return all(name in theirs and _covers(theirs[name], value) for name, value in ours.items())
    return bool(theirs == ours)


def _without_queries(value: Any) -> Any:
    """The same with the query strings of addresses cut off: a signature in one changes at each signing."""
    if isinstance(value, Mapping):
        return {name: _without_queries(entry) for name, entry in value.items()}
    if isinstance(value, list | tuple):
        return [_without_queries(entry) for entry in value]
    if isinstance(value, str) and value.startswith(("http://", "https://")):
        return urlunsplit(urlsplit(value)._replace(query="", fragment=""))
    return value
