"""The provider's webhooks: hints that a prediction exists or has ended. Nothing in one is believed but its id.

The address says, in our own code, which call it is about; the signature says that the provider sent it; model and input
must be the call's. Then the prediction is bound, if it is not. State and output are read back from the provider.
"""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final

from omnigen_jobs.domain import claims, sends
from omnigen_jobs.domain.changes import Change, change_job
from omnigen_jobs.domain.ending import OPEN
from omnigen_jobs.domain.intents import Held
from omnigen_jobs.domain.records import Binding, Intent, Job
from omnigen_shared.contracts.calls import CallKind, find_kind
from omnigen_shared.contracts.inputs import is_same_input
from omnigen_shared.contracts.job import IntentStatus

TOLERANCE: Final = timedelta(minutes=5)
_VERSION_MARK: Final = ":"
_WAITED_FOR: Final = frozenset({CallKind.PLAN, CallKind.SCENE})


@dataclass(frozen=True, slots=True)
class Delivery:
    """One webhook as it came: three headers and the body's bytes."""

    message_id: str
    timestamp: str
    signatures: str
    body: bytes

    def is_signed(self, secret: str, now: datetime) -> bool:
        """Whether the provider has signed it, and lately. `secret` begins with whsec_."""
        if not self.timestamp.isdigit() or abs(now.timestamp() - int(self.timestamp)) > TOLERANCE.total_seconds():
            return False
        try:
            key = base64.b64decode(secret.removeprefix("whsec_"), validate=True)
        except binascii.Error:
            return False
        signed = f"{self.message_id}.{self.timestamp}.".encode() + self.body
        expected = "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
        return any(hmac.compare_digest(given.encode(), expected.encode()) for given in self.signatures.split(" "))


@dataclass(frozen=True, slots=True)
class Hint:
    """What a webhook's body says of a prediction."""

    provider_id: str
    model: str
    input: Mapping[str, Any]
    has_ended: bool = False

    def is_about(self, intent: Intent) -> bool:
        return self.model.partition(_VERSION_MARK)[0] == intent.model and is_same_input(self.input, intent.input)


def is_waited_for(job: Job, intent: Intent, hint: Hint) -> bool:
    """Whether the job's execution waits for this call alone, and would look only later without being told.

    Sounds hold nothing up while clips are made, and a long film has many of them.
    """
    is_at_work = not job.status.is_terminal and job.attempt > 0
    is_open = intent.status is IntentStatus.CREATED and intent.provider_id == hint.provider_id
    return hint.has_ended and is_at_work and is_open and find_kind(intent.intent_id) in _WAITED_FOR


def take_hint(job: Job, intent: Intent, hint: Hint, held: Held, now: datetime) -> Change | None:
    """The call as created, when its reply is missing; an ended job is looked at again at once. None: nothing new.

    The job is written too, so no attempt has to be known: the provider's word holds whoever works on the job.
    """
    looked_after = replace(job, lease_until=now) if job.status.is_terminal else job
    if intent.status in {IntentStatus.SENDING, IntentStatus.UNKNOWN} and held.binding is None:
        after = replace(intent, status=IntentStatus.CREATED, provider_id=hint.provider_id)
        return Change(
            fence=job,
            job=looked_after,
            intent=after,
            binding=Binding(provider_id=hint.provider_id, job_id=job.job_id, intent_id=intent.intent_id),
            claim=None if held.claim is None else claims.follow(held.claim, job, after),
            send=sends.end(held.send, job, after),
        )
    is_due = job.lease_until is not None and job.lease_until > now
    if job.status.is_terminal and intent.status in OPEN and is_due and job.next_round is None:
        return change_job(looked_after)
    return None
