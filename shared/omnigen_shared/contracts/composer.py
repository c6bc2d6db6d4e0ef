"""What the composer is asked for. A key names its content: user, recipe and a hash of the request."""

import hashlib
from enum import StrEnum
from itertools import pairwise
from typing import Annotated, Final, Literal, Self

import orjson
from pydantic import AfterValidator, Field, StrictBool, StrictInt, model_validator

from omnigen_shared.contracts.base import Answer, Contract, UserId
from omnigen_shared.contracts.media import FPS, TRANSITION_FRAMES, Transition
from omnigen_shared.contracts.text import FIT_LINE

SizePx = Annotated[int, Field(ge=16, le=4096, multiple_of=2, strict=True)]
S3Key = Annotated[str, Field(pattern=r"^u/[A-Za-z0-9_-]+/[A-Za-z0-9_./-]+$", max_length=500)]
LONGEST_TRANSITION: Final = 30 * FPS


def _mixed(style: Transition) -> Transition:
    if style is Transition.CUT:
        raise ValueError("a cut has no frames of its own")
    return style


class VoiceTrack(Contract):
    """A line that is spoken from `start_frame` on, and over before `frames` more have passed."""

    speech_key: S3Key
    start_frame: StrictInt = Field(ge=0)
    frames: StrictInt = Field(ge=1)
    text: Annotated[str, Field(max_length=500), FIT_LINE]

    @property
    def stop_frame(self) -> int:
        return self.start_frame + self.frames


class Corner(StrEnum):
    """Where a logo stands."""

    TOP_LEFT = "top-left"
    TOP_RIGHT = "top-right"
    BOTTOM_LEFT = "bottom-left"
    BOTTOM_RIGHT = "bottom-right"


class Logo(Contract):
    """A picture (PNG, JPEG or WebP) that stands in a corner of the whole video."""

    image_key: S3Key
    corner: Corner = Corner.TOP_RIGHT


class EndCard(Contract):
    """A call to action over the last frames, which are darkened under it."""

    text: Annotated[str, Field(min_length=1, max_length=80), FIT_LINE]
    frames: StrictInt = Field(ge=FPS, le=FPS * 5)


class BodyRequest(Contract):
    """The middle of one clip: frames head_frames … kept_frames - tail_frames of it, normalised and encoded."""

    kind: Literal["body"] = "body"
    clip_key: S3Key
    width: SizePx
    height: SizePx
    kept_frames: StrictInt = Field(ge=1)
    head_frames: StrictInt = Field(ge=0, description="frames that the transition before this clip takes")
    tail_frames: StrictInt = Field(ge=0, description="frames that the transition after this clip takes")
    caption: VoiceTrack | None = Field(default=None, description="burnt in while it is said; counted from the body")
    end_card: EndCard | None = None
    logo: Logo | None = None

    @model_validator(mode="after")
    def _texts_stand_inside(self) -> Self:
        frames = self.kept_frames - self.head_frames - self.tail_frames
        if self.caption is not None and self.caption.stop_frame > frames:
            raise ValueError("the caption is shown inside the body")
        if self.end_card is not None and self.end_card.frames > frames:
            raise ValueError("the end card is shown inside the body")
        return self


class TransitionRequest(Contract):
    """The last `frames` of the left clip's kept frames, giving way to the first `frames` of the right clip."""

    kind: Literal["transition"] = "transition"
    left_clip_key: S3Key
    left_kept_frames: StrictInt = Field(ge=1)
    right_clip_key: S3Key
    right_kept_frames: StrictInt = Field(ge=1)
    width: SizePx
    height: SizePx
    frames: StrictInt = Field(default=TRANSITION_FRAMES, ge=1, le=LONGEST_TRANSITION)
    style: Annotated[Transition, AfterValidator(_mixed)] = Transition.FADE
    logo: Logo | None = None


class SegmentResult(Answer):
    """A prepared piece of the video's own picture or sound, ready to be joined by a copy."""

    key: str
    frames: int
    duration_s: float
    has_audio: bool
    last_frame_key: str | None = None


class ModelRole(StrEnum):
    """What a model did for a video."""

    PLAN = "plan"
    PICTURE = "picture"
    MUSIC = "music"
    SPEECH = "speech"


class UsedModel(Contract):
    """A model that took part, as the video's content credentials name it."""

    role: ModelRole
    name: Annotated[str, Field(max_length=100), FIT_LINE]


class ClipSound(Contract):
    """A clip's own sound, from the clip's start on, under the frames in which its scene is shown.

    Where two scenes are shown at once both are heard, the one fading out and the other in.
    """

    clip_key: S3Key
    start_frame: StrictInt = Field(ge=0)
    frames: StrictInt = Field(ge=1)

    @property
    def stop_frame(self) -> int:
        return self.start_frame + self.frames


class Sounds(Contract):
    """What is heard; nothing at all is silence. Music and clips give way to the voices."""

    total_frames: StrictInt = Field(ge=1)
    music_key: S3Key | None = None
    voices: Annotated[tuple[VoiceTrack, ...], Field(max_length=60)] = ()
    clip_sounds: Annotated[tuple[ClipSound, ...], Field(max_length=60)] = ()

    @model_validator(mode="after")
    def _voices_speak_in_turn(self) -> Self:
        free_from = 0
        for voice in self.voices:
            if voice.start_frame < free_from or voice.stop_frame > self.total_frames:
                raise ValueError("voices speak one after the other, inside the video")
            free_from = voice.stop_frame
        return self

    @model_validator(mode="after")
    def _clips_sound_in_order(self) -> Self:
        for before, after in pairwise(self.clip_sounds):
            if after.start_frame <= before.start_frame or after.stop_frame <= before.stop_frame:
                raise ValueError("clips begin and end in their order")
        if self.clip_sounds and self.clip_sounds[-1].stop_frame > self.total_frames:
            raise ValueError("clips sound inside the video")
        return self


class SoundtrackRequest(Sounds):
    """Everything that is heard, mixed and encoded; it needs no picture and may be made before there is one."""

    kind: Literal["soundtrack"] = "soundtrack"


PictureRequest = BodyRequest | TransitionRequest
SegmentRequest = Annotated[PictureRequest | SoundtrackRequest, Field(discriminator="kind")]


class RenderRequest(Sounds):
    """Segments in their order, and the sound under them.

    `has_captions` puts the voices' texts into the video, timed by how long each really takes.
    """

    segment_keys: Annotated[tuple[S3Key, ...], Field(min_length=1, max_length=200)]
    has_captions: StrictBool = False
    title: Annotated[str, Field(max_length=200), FIT_LINE] = ""
    models: Annotated[tuple[UsedModel, ...], Field(max_length=20)] = ()
    """Told in the content credentials that the video is signed with."""

    @property
    def soundtrack(self) -> SoundtrackRequest:
        """The sound alone. Equal sounds under different pictures are one soundtrack."""
        return SoundtrackRequest(**{name: getattr(self, name) for name in Sounds.model_fields})


class RenderResult(Answer):
    """The finished MP4 and its poster."""

    key: str
    poster_key: str
    captions_key: str | None = None
    """The captions as WebVTT, when they were asked for."""
    frames: int
    duration_s: float
    size_bytes: int
    width: int
    height: int


class Pending(Answer):
    """Body of a 202: how far the work is, 0 … 1."""

    progress: float = Field(ge=0, le=1)


class Recipe(Answer):
    """Answer of GET /v1/recipe: hash of encoder flags, FFmpeg build and architecture."""

    recipe_id: str


def digest(request: Contract) -> str:
    """32 hex digits that name a request by its content."""
    canonical = orjson.dumps(request.model_dump(mode="json"), option=orjson.OPT_SORT_KEYS)
    return hashlib.sha256(canonical).hexdigest()[:32]


def segment_key(user_id: UserId, recipe_id: str, request: PictureRequest | SoundtrackRequest) -> str:
    """S3 key of the segment that this request makes under this recipe."""
    kind = "m4a" if isinstance(request, SoundtrackRequest) else "mp4"
    return f"u/{user_id}/segments/{recipe_id}/{digest(request)}.{kind}"


def last_frame_key(body_key: str) -> str:
    """S3 key of the last kept frame of a body's clip, as JPEG: beside the body."""
    return body_key.removesuffix(".mp4") + ".jpg"


def render_key(user_id: UserId, recipe_id: str, request: RenderRequest) -> str:
    """S3 key of the video that this request makes under this recipe; its poster stands beside it as .jpg."""
    return f"u/{user_id}/renders/{recipe_id}/{digest(request)}.mp4"
