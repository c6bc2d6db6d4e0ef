"""Which S3 keys a caller may name, and what stands beside an artefact."""

from collections.abc import Iterable
from typing import Final

from omnigen_composer.domain.problems import (
    KeyMismatchError,
    KeyNotAllowedError,
    RecipeMismatchError,
    SegmentMissingError,
)
from omnigen_shared.contracts.base import UserId
from omnigen_shared.contracts.composer import (
    BodyRequest,
    Logo,
    RenderRequest,
    Sounds,
    SoundtrackRequest,
    TransitionRequest,
    render_key,
    segment_key,
)
from omnigen_shared.contracts.exports import ExportRequest, PreviewRequest, export_key
from omnigen_shared.contracts.stills import StillRequest, still_key

Form = ExportRequest | PreviewRequest
WorkRequest = BodyRequest | TransitionRequest | SoundtrackRequest | RenderRequest | Form | StillRequest

_USER_PARTS: Final = 2
_RECIPE_PART: Final = 3
_ARTEFACT_PARTS: Final = 5
_UNSAFE_PARTS: Final = frozenset({"", ".", ".."})


def check_owned(subject: UserId, keys: Iterable[str]) -> None:
    """KeyNotAllowedError unless every key lies under u/<subject>/, also when it is read as a path."""
    for key in keys:
        parts = key.split("/")
        inside = parts[:_USER_PARTS] == ["u", subject] and len(parts) > _USER_PARTS
        if not inside or not _UNSAFE_PARTS.isdisjoint(parts):
            raise KeyNotAllowedError(f"{subject} has no key {key!r}.", details={"key": key})


def get_named_keys(request: WorkRequest) -> tuple[str, ...]:
    """Every S3 key that a request reads."""
    if isinstance(request, BodyRequest):
        voice = () if request.caption is None else (request.caption.speech_key,)
        return request.clip_key, *_list_logo(request.logo), *voice
    if isinstance(request, TransitionRequest):
        return request.left_clip_key, request.right_clip_key, *_list_logo(request.logo)
    if isinstance(request, ExportRequest):
        return (request.video_key,)
    if isinstance(request, PreviewRequest):
        return tuple(scene.clip_key for scene in request.scenes)
    if isinstance(request, StillRequest):
        return (request.source_key,)
    segments = request.segment_keys if isinstance(request, RenderRequest) else ()
    return *segments, *_list_sounds(request)


def _list_logo(logo: Logo | None) -> tuple[str, ...]:
    return () if logo is None else (logo.image_key,)


def _list_sounds(request: Sounds) -> tuple[str, ...]:
    music = () if request.music_key is None else (request.music_key,)
    clips = (clip.clip_key for clip in request.clip_sounds)
    return *music, *(voice.speech_key for voice in request.voices), *clips


def check_key(subject: UserId, recipe_id: str, key: str, request: WorkRequest) -> None:
    """The key must be the one that this user, this recipe and this request make.

    KeyNotAllowedError for a key of somebody else anywhere in it, RecipeMismatchError for the key of another recipe,
    KeyMismatchError for any other difference, SegmentMissingError for a render of another recipe's segments.
    """
    check_owned(subject, (key, *get_named_keys(request)))
    _check_recipe(recipe_id, key)
    expected = _expected_key(subject, recipe_id, request)
    if key != expected:
        raise KeyMismatchError("The key is not made of this body.", details={"key": key, "expected": expected})
    if isinstance(request, RenderRequest):
        _check_segments(subject, recipe_id, request.segment_keys)


def export_folder(key: str) -> str | None:
    """Where the user's exports lie, for the key of one; None for every other key."""
    folder, _, _ = key.rpartition("/")
    return folder if folder.endswith("/exports") else None


def poster_key(render: str) -> str:
    """Where a video's poster lies as JPEG."""
    return render.removesuffix(".mp4") + ".jpg"


def captions_key(render: str) -> str:
    """Where a video's captions lie as WebVTT."""
    return render.removesuffix(".mp4") + ".vtt"


def lease_key(artefact: str) -> str:
    """Where it is written down who makes an artefact."""
    return artefact + ".lease"


def _expected_key(subject: UserId, recipe_id: str, request: WorkRequest) -> str:
    if isinstance(request, Form):
        return export_key(subject, request)
    if isinstance(request, StillRequest):
        return still_key(subject, request)
    if isinstance(request, RenderRequest):
        return render_key(subject, recipe_id, request)
    return segment_key(subject, recipe_id, request)


def _check_recipe(recipe_id: str, key: str) -> None:
    parts = key.split("/")
    if len(parts) == _ARTEFACT_PARTS and parts[_RECIPE_PART] != recipe_id:
        raise RecipeMismatchError(
            f"The key's recipe is {parts[_RECIPE_PART]}, this composer's is {recipe_id}.",
            details={"recipe_id": recipe_id},
        )


def _check_segments(subject: UserId, recipe_id: str, segment_keys: Iterable[str]) -> None:
    foreign = [key for key in segment_keys if not key.startswith(f"u/{subject}/segments/{recipe_id}/")]
    if foreign:
        raise SegmentMissingError(
            "Some keys are not segments of this recipe.",
            details={"keys": foreign},
        )
