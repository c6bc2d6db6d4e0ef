"""One storyboard for all orders of a user that a planner is told the same of: the second pays for no clip again.

A planner that is too slow or down is replaced by the template, and answers the next equal order. Without the pin that
order would be made of other words, and so of other clips. A plan of which no clip was ever sent for binds nobody.
"""

import hashlib
from dataclasses import replace
from typing import Final

import orjson

from omnigen_jobs.domain.records import Job, Pin, Record
from omnigen_shared.contracts.calls import CallKind, find_kind
from omnigen_shared.contracts.catalogue import CATALOGUE_VERSION
from omnigen_shared.contracts.job import IntentStatus, JobKind
from omnigen_shared.contracts.storyboard import Storyboard

PLANNED_FROM: Final = {"prompt", "category", "style", "aspect_ratio", "seed"}
"""What of an order its plan is made of, beside the cuts: orders that differ in other things have one plan, too."""
_CERTAINLY_UNPAID: Final = frozenset({IntentStatus.PLANNED, IntentStatus.RESERVED, IntentStatus.REFUNDED})


def is_pinned(job: Job) -> bool:
    """Whether its plan is to be that of equal orders: it is a video that was ordered without one."""
    return job.kind is JobKind.VIDEO and job.storyboard is None and job.recipe_id is None


def digest_of(job: Job) -> str:
    """Names everything that a plan is made of. 64 hex digits."""
    cuts = [cut.model_dump(mode="json") for cut in job.cuts]
    request = job.request.model_copy(update={"aspect_ratio": job.request.planned_for or job.request.aspect_ratio})
    text = [request.model_dump(mode="json", include=PLANNED_FROM), cuts, job.plan_take, CATALOGUE_VERSION]
    return hashlib.sha256(orjson.dumps(text, option=orjson.OPT_SORT_KEYS)).hexdigest()


def choose_plan(pin: Pin | None, holder: Record | None, job: Job, proposed: Storyboard) -> tuple[Storyboard, Pin]:
    """The job's storyboard, and the pin to be written with it. `holder` is the pin's job, None when it is gone.

    A pin that binds is written as it is: whoever replaces it in the same moment, because its job has just ended, and
    who has it, do not both do so on top of what they have read.
    """
    if pin is None:
        fresh = Pin(user_id=job.user_id, digest=digest_of(job), job_id=job.job_id, storyboard=proposed)
        return proposed, fresh
    if holder is None or _binds(holder):
        return pin.storyboard, pin
    return proposed, replace(pin, job_id=job.job_id, storyboard=proposed)


def _binds(holder: Record) -> bool:
    clips = (intent for intent in holder.intents if find_kind(intent.intent_id) is CallKind.SCENE)
    return not holder.job.status.is_terminal or any(clip.status not in _CERTAINLY_UNPAID for clip in clips)
