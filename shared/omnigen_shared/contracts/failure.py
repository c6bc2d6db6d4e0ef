"""Every way in which a job can fail: what happened, and what its user can do. docs/errors.md shows this table."""

from enum import StrEnum
from typing import Self


class FailureCode(StrEnum):
    """The `code` of a JobProblem; `happened` and `remedy` are sentences for people."""

    happened: str
    remedy: str

    def __new__(cls, code: str, happened: str, remedy: str) -> Self:
        member = str.__new__(cls, code)
        member._value_, member.happened, member.remedy = code, happened, remedy
        return member

    BUDGET_EXCEEDED = (
        "budget_exceeded",
        "The next paid call did not fit into the job's budget.",
        "Resume the job with a higher max_cost_usd, or order a shorter video; finished clips are not paid for twice.",
    )
    CLIP_INVALID = (
        "clip_invalid",
        "What the model delivered (and charged) for a scene is of no use, and neither was a second take.",
        "Resume the job: only that scene is made anew; with max_cost_usd, allow for one more clip.",
    )
    CONTENT_MODERATED = (
        "content_moderated",
        "The provider refused the content of a scene; nothing was charged for it.",
        "Order again with the job's storyboard and other words where it says; finished clips are not paid for twice.",
    )
    DEADLINE_EXCEEDED = (
        "deadline_exceeded",
        "A step was not through when the job's time was over.",
        "Resume the job: what is finished by then is not paid for twice.",
    )
    GENERATION_CANCELED = (
        "generation_canceled",
        "The prediction was canceled at the provider, which charges what had begun.",
        "Resume the job: another take is made; the provider's dashboard tells who canceled it.",
    )
    GENERATION_FAILED = (
        "generation_failed",
        "The model failed; nothing was charged for that call.",
        "Resume the job, or order with another seed or prompt if it stays; finished clips are not paid for twice.",
    )
    JOB_DEADLINE_EXCEEDED = (
        "job_deadline_exceeded",
        "Nobody had worked on the job when its time was over.",
        "Resume the job: finished clips are not paid for twice; tell the operator the job's id if it stays.",
    )
    OUTCOME_UNKNOWN = (
        "outcome_unknown",
        "A paid call got no answer and is not in the provider's list; its price stays held.",
        "Resume the job for another take, or order with another seed; the operator settles the lost call.",
    )
    OUTPUT_UNAVAILABLE = (
        "output_unavailable",
        "What the model made could not be fetched from the provider.",
        "Resume the job: another take is made. The lost call was paid: tell the operator the provider_id.",
    )
    PROVIDER_REFUSED = (
        "provider_refused",
        "The provider refused the request for good; nothing was charged for it.",
        "Tell the operator, who looks at the model's limits and the account's credit.",
    )
    PROVIDER_UNREACHABLE = (
        "provider_unreachable",
        "The provider did not answer, or took no more calls, until the job's time was over.",
        "Resume the job later: finished clips are not paid for twice.",
    )
    RECIPE_MISMATCH = (
        "recipe_mismatch",
        "No composer has the encoder that the job began with.",
        "Order again: finished clips are not paid for twice.",
    )
    RENDER_FAILED = (
        "render_failed",
        "The composer could not make the video.",
        "Resume the job: finished clips are not paid for twice; tell the operator the job's id if it stays.",
    )
    STEP_FAILED = (
        "step_failed",
        "A step stopped with an error on our side, also when it was tried again.",
        "Resume the job: finished clips are not paid for twice; tell the operator the job's id if it stays.",
    )
