"""An output that turned out to be of no use: it stays paid, nobody is given it again, and its scene makes another."""

from dataclasses import replace
from datetime import datetime

from omnigen_jobs.domain import events
from omnigen_jobs.domain.changes import Change
from omnigen_jobs.domain.intents import get_intent
from omnigen_jobs.domain.records import Claim, ClaimState, Intent, Record
from omnigen_jobs.domain.scenes import begin_take
from omnigen_jobs.domain.stages import check_attempt
from omnigen_shared.contracts.base import IntentId
from omnigen_shared.contracts.job import SpoilOutput


def spoil_output(
    record: Record, attempt: int, intent_id: IntentId, body: SpoilOutput, claim: Claim | None, now: datetime
) -> Change | None:
    """The intent, its claim (the stored one of the fingerprint) and its scene in one step; None when it is known.

    SceneClosedError when the scene has ended.
    """
    job = record.job
    check_attempt(job, attempt)
    intent = get_intent(record, intent_id)
    if intent.spoiled is not None:
        return None
    after, owned = replace(intent, spoiled=body.reason), _spoil_claim(claim, intent)
    if body.scene is None:
        return Change(fence=job, intent=after, claim=owned)
    scene = replace(begin_take(record, body.scene, now), round=job.round)
    return Change(fence=job, scenes=(scene,), intent=after, claim=owned, event=events.scene_changed(job, scene, now))


def _spoil_claim(claim: Claim | None, intent: Intent) -> Claim | None:
    """A cached clip's claim is another job's: it is as useless there."""
    if claim is None or claim.state is not ClaimState.READY or claim.output_key != intent.output_key:
        return None
    return replace(claim, state=ClaimState.SPOILED)
