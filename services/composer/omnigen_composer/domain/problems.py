"""The composer's own errors, and the form in which one is kept until the next caller asks."""

from collections.abc import Mapping
from typing import Any, Final, Self

from pydantic import BaseModel, ConfigDict

from omnigen_shared.errors import DependencyUnavailableError, ProblemError


class KeyNotAllowedError(ProblemError):
    status, code, title = 403, "key_not_allowed", "That key belongs to somebody else"
    advice = "Name only S3 keys of the user who is named in the call."


class RecipeMismatchError(ProblemError):
    status, code, title = 409, "recipe_mismatch", "This composer encodes by another recipe"
    advice = "Prepare the segments again under the recipe in details."


class KeyMismatchError(ProblemError):
    status, code, title = 422, "key_mismatch", "The key does not name this request"
    advice = "Compute the key from user, recipe and request."


class ClipInvalidError(ProblemError):
    status, code, title = 422, "clip_invalid", "The clip cannot be used"
    advice = "Get another clip."


class MusicInvalidError(ProblemError):
    status, code, title = 422, "music_invalid", "The music cannot be used"
    advice = "Get another piece of music."


class VoiceInvalidError(ProblemError):
    """`details.key` is the line that cannot be used."""

    status, code, title = 422, "voice_invalid", "A spoken line cannot be used"
    advice = "Leave out the spoken line in details.key."


class LogoInvalidError(ProblemError):
    """`details`: key, and why."""

    status, code, title = 422, "logo_invalid", "The logo cannot be used"
    advice = "Use a PNG, JPEG or WebP that fits into details.limits, or no logo."


class StillInvalidError(ProblemError):
    """`details.limits`: what is taken. `detail` says what is wrong with this one."""

    status, code, title = 422, "still_invalid", "The file is no picture that can be used"
    advice = "Send a PNG, JPEG or WebP of the declared type that fits into details.limits."


class FramesMismatchError(ProblemError):
    status, code, title = 422, "frames_mismatch", "The segments do not add up to the ordered length"
    advice = "Order segments that add up to total_frames."


class SourceMissingError(ProblemError):
    status, code, title = 424, "source_missing", "A clip or piece of music is not in the store"
    advice = "Ingest the clip or music named in details first."


class SegmentMissingError(ProblemError):
    status, code, title = 424, "segment_missing", "A segment has to be prepared first"
    advice = "Prepare the segments named in details first."


class CompositionFailedError(ProblemError):
    status, code, title = 500, "composition_failed", "FFmpeg did not finish this work"
    advice = "Try again; if it stays, look into the composer's log."


class ComposerBusyError(ProblemError):
    status, code, title = 503, "composer_busy", "The composer has all the work it can take"
    advice = "Ask again after Retry-After."


_KEPT: Final[Mapping[str, type[ProblemError]]] = {
    kind.code: kind
    for kind in (
        ClipInvalidError,
        MusicInvalidError,
        VoiceInvalidError,
        LogoInvalidError,
        StillInvalidError,
        FramesMismatchError,
        SourceMissingError,
        SegmentMissingError,
        CompositionFailedError,
        ComposerBusyError,
        DependencyUnavailableError,
    )
}


def to_sentence(why: str) -> str:
    """A reason as the detail of a problem, whose title says already what it is the reason of."""
    return f"{why[:1].upper()}{why[1:]}."


class ProblemRecord(BaseModel):
    """A problem as data, so that another task of this service can answer it."""

    model_config = ConfigDict(frozen=True)

    code: str
    detail: str
    remedy: str = ""
    details: dict[str, Any] = {}
    retry_after_s: int | None = None

    @classmethod
    def from_error(cls, error: ProblemError) -> Self:
        return cls(
            code=error.code,
            detail=error.detail,
            remedy=error.remedy,
            details=error.details,
            retry_after_s=error.retry_after_s,
        )

    def to_error(self) -> ProblemError:
        """A fresh exception of the same class; ProblemError itself for a code of a newer version."""
        kind = _KEPT.get(self.code, ProblemError)
        return kind(self.detail, remedy=self.remedy, details=self.details, retry_after_s=self.retry_after_s)
