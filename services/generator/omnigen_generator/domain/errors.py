"""What another unit or the provider refused, as classes. Step Functions sees their names: workflow/README.md."""

from omnigen_shared.errors import RemoteProblemError


class StaleAttemptError(RemoteProblemError):
    """A newer attempt has the job: this execution ends quietly."""


class JobTerminalError(RemoteProblemError):
    """The job has ended: so does this execution."""


class IntentMovedError(RemoteProblemError):
    """Somebody else moved the intent first; its record tells where it is."""


class PredictionBoundError(RemoteProblemError):
    """The prediction belongs to another intent."""


class ClipInProgressError(RemoteProblemError):
    """Another scene or job of the same user is making this very clip."""


class SendInProgressError(RemoteProblemError):
    """A call with the same model and input is being sent, perhaps for somebody else."""


class ClipUnresolvedError(RemoteProblemError):
    """Nobody knows whether another call of the user makes this: waiting may not help."""


class ClipSpoiledError(RemoteProblemError):
    """What this call would make was made, paid, and found to be of no use: only another take helps."""


class BudgetExceededError(RemoteProblemError):
    """The paid call does not fit into what is left of the job's reservation."""


class ReservationMissingError(RemoteProblemError):
    """Quota holds nothing under this intent (any more)."""


class ClipInvalidError(RemoteProblemError):
    """The composer cannot use a clip."""


class MusicInvalidError(RemoteProblemError):
    """The composer cannot use the music."""


class VoiceInvalidError(RemoteProblemError):
    """The composer cannot use a spoken line; `details.key` says which."""


class SegmentMissingError(RemoteProblemError):
    """A render names a segment that is not there."""


class RecipeMismatchError(RemoteProblemError):
    """No composer has the recipe that the job is pinned to."""


class CompositionError(RemoteProblemError):
    """The composer refused for good."""


class ProviderError(Exception):
    """The provider did not do what it was asked."""


class ProviderUnreachableError(ProviderError):
    """Nothing was sent, or nothing that costs: asking again is safe."""


class ProviderSilentError(ProviderError):
    """A create was sent and not answered: whether it was accepted is not known."""


class ProviderRefusedError(ProviderError):
    """A definite no (4xx): nothing was made and nothing is charged."""

    def __init__(self, status: int, detail: str) -> None:
        super().__init__(f"HTTP {status}: {detail}")
        self.status = status
        self.detail = detail


class ProviderThrottledError(ProviderRefusedError):
    """Too many calls; `retry_after_s` is the provider's own hint, if it gave one."""

    def __init__(self, detail: str, retry_after_s: int | None) -> None:
        super().__init__(429, detail)
        self.retry_after_s = retry_after_s


class PredictionMissingError(ProviderError):
    """The provider knows no prediction of this id (any more)."""


class OutputGoneError(ProviderError):
    """The output's address answers for good that there is nothing (any more), or nothing usable."""
