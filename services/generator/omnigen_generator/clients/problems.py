"""Another unit's refusal as our error, by its code."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Final

from omnigen_generator.domain import errors
from omnigen_shared.errors import DependencyUnavailableError, RemoteProblemError

JOBS_ERRORS: Final[Mapping[str, type[RemoteProblemError]]] = {
    "stale_attempt": errors.StaleAttemptError,
    "job_terminal": errors.JobTerminalError,
    "intent_moved": errors.IntentMovedError,
    "prediction_bound": errors.PredictionBoundError,
    "clip_in_progress": errors.ClipInProgressError,
    "send_in_progress": errors.SendInProgressError,
    "clip_unresolved": errors.ClipUnresolvedError,
    "clip_spoiled": errors.ClipSpoiledError,
}
COMPOSER_ERRORS: Final[Mapping[str, type[RemoteProblemError]]] = {
    "clip_invalid": errors.ClipInvalidError,
    "music_invalid": errors.MusicInvalidError,
    "voice_invalid": errors.VoiceInvalidError,
    "segment_missing": errors.SegmentMissingError,
    "recipe_mismatch": errors.RecipeMismatchError,
}
PASSING: Final = frozenset({429, 502, 503, 504})


@contextmanager
def translated(
    by_code: Mapping[str, type[RemoteProblemError]], other: type[RemoteProblemError] = RemoteProblemError
) -> Iterator[None]:
    """Raise the class of the remote code; `other` for an unknown code, DependencyUnavailableError for what passes."""
    try:
        yield
    except RemoteProblemError as error:
        if error.remote_code not in by_code and error.remote_status in PASSING:
            raise DependencyUnavailableError(error.detail, retry_after_s=error.retry_after_s) from error
        raise _as(by_code.get(error.remote_code, other), error) from error


def _as(kind: type[RemoteProblemError], error: RemoteProblemError) -> RemoteProblemError:
    return kind(
        error.remote_status,
        error.remote_code,
        error.detail,
        remedy=error.remedy,
        details=error.details,
        retry_after_s=error.retry_after_s,
    )
