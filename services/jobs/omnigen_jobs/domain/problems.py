"""The refusals that only jobs can give (or hands on from quota), each with its stable code."""

from omnigen_shared.errors import InvalidRequestError, NotFoundError, ProblemError


class StaleAttemptError(ProblemError):
    """A newer attempt runs the job: the caller ends quietly. `details.attempt` is the present one."""

    status, code, title = 409, "stale_attempt", "Another attempt runs this job"
    advice = "Stop: a newer attempt runs the job."


class JobTerminalError(ProblemError):
    """The job has ended; `details.status` says how."""

    status, code, title = 409, "job_terminal", "The job has ended"
    advice = "Do nothing more about it: the job has ended."


class StageSkippedError(ProblemError):
    """`details`: the present status, and those that may follow it."""

    status, code, title = 409, "stage_skipped", "The job is not that far yet"
    advice = "Go through the stages in their order."


class SceneClosedError(ProblemError):
    """A failed scene does nothing more, and a prepared one cannot fail. `details.state` is the present state."""

    status, code, title = 409, "scene_closed", "The scene is at its end"
    advice = "Do nothing: the scene has reached its end in this attempt."


class IntentMovedError(ProblemError):
    """The intent is not where the caller believes it, or another sender has it. `details.status` is where it is."""

    status, code, title = 409, "intent_moved", "The paid call stands elsewhere"
    advice = "Read the intent: somebody else moved it first."


class PredictionBoundError(ProblemError):
    """The provider's prediction belongs to another intent."""

    status, code, title = 409, "prediction_bound", "The prediction belongs to another paid call"
    advice = "Look for another prediction: this one belongs to another intent."


class ClipInProgressError(ProblemError):
    """Another job or scene of the user makes this very clip; ask again after `Retry-After`."""

    status, code, title = 409, "clip_in_progress", "The same clip is being made"
    advice = "Ask again after Retry-After: another job of the user makes the same clip."


class ClipUnresolvedError(ProblemError):
    """Whether another call of the user makes this was never learnt. `details`: job_id, intent_id."""

    status, code, title = 409, "clip_unresolved", "Nobody knows whether the same clip is being made"
    advice = "Make another take or seed: nobody knows whether the provider makes this one."


class ClipSpoiledError(ProblemError):
    """What was made under this fingerprint cannot be used, and was paid: only another take helps."""

    status, code, title = 409, "clip_spoiled", "What was made cannot be used"
    advice = "Make another take: this one was paid and is of no use."


class JobRunningError(ProblemError):
    """The job has not ended, or its money is not accounted for yet. `details.status` is the job's."""

    status, code, title = 409, "job_running", "The job is still at work"
    advice = "Wait for the job's end, or cancel it first."


class NothingMissingError(ProblemError):
    """A job that is completed has nothing to resume."""

    status, code, title = 409, "nothing_missing", "The video is complete"
    advice = "Do nothing: the video is complete. Regenerate a scene to have another take of it."


class TooManyTakesError(ProblemError):
    """A scene has as many takes as it may have."""

    status, code, title = 409, "too_many_takes", "There are as many takes as there may be"
    advice = "Choose one of the takes that are there, or order the video anew."


class SendInProgressError(ProblemError):
    """A call with the same model and input is being sent, perhaps for somebody else; ask again after `Retry-After`."""

    status, code, title = 409, "send_in_progress", "An equal call is being sent"
    advice = "Ask again after Retry-After: a call with the same model and input is being sent."


class NotReadyError(ProblemError):
    """The video is not finished; `details.status` is the job's."""

    status, code, title = 409, "not_ready", "The video is not ready"
    advice = "Follow the job's events until job.completed."


class NoVideoError(ProblemError):
    """The job has ended without a video. `details`: the job's status, and its problem when it has failed."""

    status, code, title = 409, "no_video", "The job has ended without a video"
    advice = "Do what details.problem.remedy says, or order again."


class IdempotencyMismatchError(ProblemError):
    """The Idempotency-Key was used with another body."""

    status, code, title = 422, "idempotency_mismatch", "The key was used with another body"
    advice = "Use a new Idempotency-Key for another body."


class IdempotencyInProgressError(ProblemError):
    """A request with this Idempotency-Key is at work; ask again after `Retry-After`."""

    status, code, title = 409, "idempotency_in_progress", "The same request is at work"
    advice = "Repeat it with the same key after Retry-After: the first request is at work."


class ModelUnableError(InvalidRequestError):
    """`details`: the field that the model cannot do, with what it can, and the models that can do the whole order."""

    status, code, title = 422, "model_unable", "The model cannot do that"
    advice = "Choose one of details.alternatives, or ask for less."


class TooManyWebhooksError(ProblemError):
    """`details.limit`: how many a user may have."""

    status, code, title = 409, "too_many_webhooks", "There are as many webhooks as there may be"
    advice = "Delete a webhook that is not used any more."


class WebhookDisabledError(ProblemError):
    """Nothing is sent to it. `details`: disabled_at, disabled_for."""

    status, code, title = 409, "webhook_disabled", "The webhook is disabled"
    advice = "Test the webhook, enable it, and then send again."


class TooManyUploadsError(ProblemError):
    """`details.limit`: how many a user may have."""

    status, code, title = 409, "too_many_uploads", "There are as many uploads as there may be"
    advice = "Delete an upload that is not used any more."


class UploadMissingError(ProblemError):
    """Nothing lies in the store for this upload."""

    status, code, title = 409, "upload_missing", "Nothing was sent yet"
    advice = "Send the file by the upload's form first, or order another upload when its time is over."


class UploadInvalidError(ProblemError):
    """What was sent is no picture that can be used. `details.limits`: what can."""

    status, code, title = 422, "upload_invalid", "The file is no picture that can be used"
    advice = "Send a PNG, JPEG or WebP of the declared type that fits into details.limits."


class TooManySharesError(ProblemError):
    """`details.limit`: how many a job may have."""

    status, code, title = 409, "too_many_shares", "There are as many links as there may be"
    advice = "Revoke a link that is not used any more."


class MediaRemovedError(ProblemError):
    """The job's files were kept as long as the plan says. Its record and its receipt stay."""

    status, code, title = 410, "media_removed", "The job's files are gone"
    advice = "Order the video again."


class PreconditionFailedError(ProblemError):
    """`details.etag` and ETag: what the job is now. Nothing was changed."""

    status, code, title = 412, "precondition_failed", "The job is not as If-Match says"
    advice = "Look at the job as it is now, and send its ETag; or leave If-Match away."

    def __init__(self, etag: str) -> None:
        super().__init__("The job has changed since.", details={"etag": etag})
        self.headers["ETag"] = etag


def nothing_there() -> NotFoundError:
    """One text for what is somebody else's, what was removed, and what never was: it tells nobody which."""
    return NotFoundError("There is nothing with this id.")
