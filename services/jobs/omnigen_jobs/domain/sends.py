"""One send at a time of the same model and input, over all users.

A call whose reply is lost is looked for in the provider's list by model, input and time. Two equal ones in doubt at
once could each be taken for the other; one after the other they cannot, because the second is sent when the first is
out of doubt, and so later than anything that could be the first's.
"""

import hashlib
from dataclasses import replace
from typing import Final

import orjson

from omnigen_jobs.domain.problems import SendInProgressError
from omnigen_jobs.domain.records import Intent, Job, Send

RETRY_S: Final = 2


def digest_of(intent: Intent) -> str:
    """Names a model and an input. 64 hex digits."""
    canonical = orjson.dumps([intent.model, intent.input], option=orjson.OPT_SORT_KEYS)
    return hashlib.sha256(canonical).hexdigest()


def begin(stored: Send | None, job: Job, intent: Intent) -> Send:
    """The send of this intent; SendInProgressError while another one's is not over."""
    mine = Send(digest=digest_of(intent), job_id=job.job_id, intent_id=intent.intent_id)
    if stored is None:
        return mine
    if (stored.job_id, stored.intent_id) != (mine.job_id, mine.intent_id):
        raise SendInProgressError("An equal call is being sent.", remedy="Ask again.", retry_after_s=RETRY_S)
    return replace(mine, version=stored.version)


def end(stored: Send | None, job: Job, intent: Intent) -> Send | None:
    """The send as over; None when it is not this intent's."""
    if stored is None or (stored.job_id, stored.intent_id) != (job.job_id, intent.intent_id):
        return None
    return replace(stored, is_over=True)
