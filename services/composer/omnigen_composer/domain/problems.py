"""The composer's own errors, and the form in which one is kept until the next caller asks."""

from collections.abc import Mapping
from typing import Any, Final, Self

from pydantic import BaseModel, ConfigDict

from omnigen_shared.errors import DependencyUnavailableError, ProblemError


class KeyNotAllowedError(ProblemError):
    status, code, title = 403, "key_not_allowed", "That key belongs to somebody else"


class RecipeMismatchError(ProblemError):
    status, code, title = 409, "recipe_mismatch", "This composer encodes by another recipe"


class KeyMismatchError(ProblemError):
    status, code, title = 422, "key_mismatch", "The key does not name this request"


class ClipInvalidError(ProblemError):
    status, code, title = 422, "clip_invalid", "The clip cannot be used"


class MusicInvalidError(ProblemError):
    status, code, title = 422, "music_invalid", "The music cannot be used"


class FramesMismatchError(ProblemError):
    status, code, title = 422, "frames_mismatch", "The segments do not add up to the ordered length"


class SourceMissingError(ProblemError):
    status, code, title = 424, "source_missing", "A clip or piece of music is not in the store"


class SegmentMissingError(ProblemError):
    status, code, title = 424, "segment_missing", "A segment has to be prepared first"


class CompositionFailedError(ProblemError):
    status, code, title = 500, "composition_failed", "FFmpeg did not finish this work"


class ComposerBusyError(ProblemError):
    status, code, title = 503, "composer_busy", "The composer has all the work it can take"


_KEPT: Final[Mapping[str, type[ProblemError]]] = {
    kind.code: kind
    for kind in (
        ClipInvalidError,
        MusicInvalidError,
        FramesMismatchError,
        SourceMissingError,
        SegmentMissingError,
        CompositionFailedError,
        DependencyUnavailableError,
    )
}


class ProblemRecord(BaseModel):
    """A problem as data, so that another task of this service can answer it."""

    model_config = ConfigDict(frozen=True)

    code: str
    detail: str
    remedy: str = ""
    details: dict[str, Any] = {}

    @classmethod
    def from_error(cls, error: ProblemError) -> Self:
        return cls(code=error.code, detail=error.detail, remedy=error.remedy, details=error.details)

    def to_error(self) -> ProblemError:
        """A fresh exception of the same class; ProblemError itself for a code of a newer version."""
        kind = _KEPT.get(self.code, ProblemError)
        return kind(self.detail, remedy=self.remedy, details=self.details)
