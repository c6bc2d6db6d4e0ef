"""The plan of one video: what is shown when, in frames of the finished video."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Annotated, Final, NamedTuple

from pydantic import Field, StrictInt, model_validator

from omnigen_shared.contracts.base import Contract
from omnigen_shared.contracts.media import FPS, TRANSITION_FRAMES, Transition
from omnigen_shared.contracts.seeds import SEEDS
from omnigen_shared.contracts.text import CLEAN_LINE, CLEAN_TEXT

CHARACTERS_PER_S: Final = 14
"""How fast a speech model speaks."""
QUIET_FRAMES: Final = 6
SCENE_PROMPT_MAX: Final = 1000
CAMERA_MAX: Final = 150
NARRATION_MAX: Final = 500
TITLE_MAX: Final = 200
STYLE_MAX: Final = 300
SUBJECT_MAX: Final = 200
COLOURS_MAX: Final = 6
COLOUR_MAX: Final = 40
MUSIC_PROMPT_MAX: Final = 300
"""Characters. Together a scene's own words and those of the whole video fit into what a model is told at once."""


class Category(StrEnum):
    """The kinds of video that OmniGen knows a structure for."""

    AD_CREATIVE = "ad-creative"
    MUSIC_VIDEO = "music-video"
    EXPLAINER = "explainer"


class Continuity(StrEnum):
    """Whether all clips are made at once, or each begins where the one before it ends."""

    PARALLEL = "parallel"
    CHAINED = "chained"


class PlannedBy(StrEnum):
    """Who wrote a storyboard: a language model, our own structure for the category, or the user."""

    MODEL = "model"
    TEMPLATE = "template"
    USER = "user"


class Cut(Contract):
    """The time that one scene has, before it has words."""

    clip_duration_s: StrictInt = Field(ge=1, le=60)
    """Whole seconds that are ordered and paid."""
    kept_frames: StrictInt = Field(ge=TRANSITION_FRAMES * 2 + 1)
    """Frames of the finished video, from the clip's start; what is longer is trimmed at the tail."""
    transition: Transition = Transition.FADE
    """To the next scene. The last scene's is not used."""


def count_frames(cuts: Sequence[Cut]) -> int:
    """Length of the finished video: what two scenes show at once is shown once."""
    return sum(cut.kept_frames for cut in cuts) - sum(cut.transition.frames for cut in cuts[:-1])


class Room(NamedTuple):
    """When a scene may be spoken over: from a frame of the video, for so many, outside of its transitions."""

    start_frame: int
    frames: int

    @property
    def characters(self) -> int:
        """What can be said in it at the usual pace."""
        return max(self.frames * CHARACTERS_PER_S // FPS, 0)


def list_rooms(cuts: Sequence[Cut]) -> tuple[Room, ...]:
    """One for each scene; together they never overlap."""
    rooms, start, before = [], 0, 0
    for place, cut in enumerate(cuts, start=1):
        after = cut.transition.frames if place < len(cuts) else 0
        frames = cut.kept_frames - before - after - 2 * QUIET_FRAMES
        rooms.append(Room(start + before + QUIET_FRAMES, max(frames, 0)))
        start += cut.kept_frames - after
        before = after
    return tuple(rooms)


class Scene(Cut):
    """One clip: what it shows, and how many of its frames are kept."""

    number: StrictInt = Field(ge=1, le=99)
    prompt: Annotated[str, Field(min_length=1, max_length=SCENE_PROMPT_MAX), CLEAN_TEXT]
    seed: StrictInt = Field(ge=SEEDS.start, lt=SEEDS.stop)
    camera: Annotated[str, Field(max_length=CAMERA_MAX), CLEAN_LINE] = ""
    narration: Annotated[str, Field(max_length=NARRATION_MAX), CLEAN_TEXT] = ""


class Storyboard(Contract):
    """Scenes in order, each joined to the next by its transition."""

    title: Annotated[str, Field(min_length=1, max_length=TITLE_MAX), CLEAN_LINE]
    style: Annotated[str, Field(max_length=STYLE_MAX), CLEAN_LINE]
    palette: tuple[Annotated[str, Field(max_length=COLOUR_MAX), CLEAN_LINE], ...] = Field(
        default=(), max_length=COLOURS_MAX
    )
    subject: Annotated[str, Field(max_length=SUBJECT_MAX), CLEAN_LINE] = ""
    """Who or what must look the same in every scene."""
    music_prompt: Annotated[str, Field(max_length=MUSIC_PROMPT_MAX), CLEAN_TEXT]
    planned_by: PlannedBy
    scenes: Annotated[tuple[Scene, ...], Field(min_length=1, max_length=60)]

    @property
    def total_frames(self) -> int:
        return count_frames(self.scenes)

    @model_validator(mode="after")
    def _scenes_are_numbered_in_order(self) -> "Storyboard":
        if [scene.number for scene in self.scenes] != list(range(1, len(self.scenes) + 1)):
            raise ValueError("scenes must be numbered 1, 2, 3, … in order")
        return self
