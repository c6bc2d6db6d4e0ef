"""Who makes the output of a fingerprint: one intent at a time within a user, and nobody once it is made."""

from dataclasses import replace
from typing import Final

from omnigen_jobs.domain.problems import ClipInProgressError, ClipSpoiledError, ClipUnresolvedError
from omnigen_jobs.domain.records import Claim, ClaimState, Intent, Job
from omnigen_shared.contracts.job import IntentStatus

RETRY_S: Final = 5
MOVING_CLAIMS: Final = frozenset(
    {IntentStatus.INGESTED, IntentStatus.SETTLED, IntentStatus.REFUNDED, IntentStatus.UNKNOWN}
)
"""Steps of an intent that its claim follows."""


def take(claim: Claim | None, job: Job, intent: Intent) -> Claim:
    """The fingerprint for this intent.

    ClipInProgressError while another has it, ClipUnresolvedError when nobody knows whether that one was accepted,
    ClipSpoiledError when it is used up.

    A job that has ended gives its claims back when its money is closed, all but those that were sent and are not yet
    accounted for: to make the same clip beside such a one could pay for it twice.
    """
    if claim is not None and claim.state is ClaimState.SPOILED:
        raise ClipSpoiledError(
            f"What {claim.job_id} made cannot be used.",
            details={"job_id": claim.job_id, "intent_id": claim.intent_id},
        )
    if claim is not None and claim.state is ClaimState.UNRESOLVED:
        raise ClipUnresolvedError(
            f"Nobody knows whether the provider makes this for {claim.job_id}, whose price stays held.",
            remedy="Ask for another seed, or wait until that call is accounted for.",
            details={"job_id": claim.job_id, "intent_id": claim.intent_id},
        )
    if claim is not None and claim.state is not ClaimState.RELEASED:
        raise ClipInProgressError(
            f"{claim.job_id} makes the same output.",
            details={"job_id": claim.job_id, "intent_id": claim.intent_id},
            retry_after_s=RETRY_S,
        )
    return Claim(
        user_id=job.user_id,
        fingerprint=intent.fingerprint,
        job_id=job.job_id,
        intent_id=intent.intent_id,
        state=ClaimState.HELD,
        version=0 if claim is None else claim.version,
    )


def follow(claim: Claim, job: Job, intent: Intent) -> Claim | None:
    """What becomes of the claim when its intent has moved; None when it stays, or is another intent's."""
    is_open = claim.state in {ClaimState.HELD, ClaimState.UNRESOLVED}
    if (claim.job_id, claim.intent_id) != (job.job_id, intent.intent_id) or not is_open:
        return None
    if intent.status in {IntentStatus.UNKNOWN, IntentStatus.CREATED}:
        state = ClaimState.UNRESOLVED if intent.status is IntentStatus.UNKNOWN else ClaimState.HELD
        return None if claim.state is state else replace(claim, state=state)
    if intent.status in {IntentStatus.INGESTED, IntentStatus.SETTLED} and intent.output_key is not None:
        return replace(claim, state=ClaimState.READY, output_key=intent.output_key, users=(job.job_id,))
    if intent.status in {IntentStatus.REFUNDED, IntentStatus.SETTLED}:
        return replace(claim, state=ClaimState.RELEASED)
    return None
