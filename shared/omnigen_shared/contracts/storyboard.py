"""The plan of one video: what is shown when, in frames of the finished video."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field, model_validator

from omnigen_shared.contracts.base import Contract
from omnigen_shared.contracts.media import TRANSITION_FRAMES


class Category(StrEnum):
    """The kinds of video that OmniGen knows a structure for."""

    AD_CREATIVE = "ad-creative"
    MUSIC_VIDEO = "music-video"
    EXPLAINER = "explainer"


class PlannedBy(StrEnum):
    """Who wrote a storyboard."""

    MODEL = "model"
    TEMPLATE = "template"


class Scene(Contract):
    """One clip: what the model is asked for, and how many of its frames are kept."""

    number: int = Field(ge=1, le=99)
    prompt: str = Field(min_length=1, max_length=2000)
    clip_duration_s: int = Field(ge=1, le=60)
    """Whole seconds that are ordered and paid."""
    kept_frames: int = Field(ge=TRANSITION_FRAMES * 2 + 1)
    """Frames of the finished video, from the clip's start; what is longer is trimmed at the tail."""
    seed: int = Field(ge=0, le=2**31 - 1)
    narration: str = ""


class Storyboard(Contract):
    """Scenes in order, joined by crossfades of TRANSITION_FRAMES."""

    title: str = Field(min_length=1, max_length=200)
    style: str = Field(max_length=500)
    palette: tuple[str, ...] = ()
    music_prompt: str = Field(max_length=600)
    planned_by: PlannedBy
    scenes: Annotated[tuple[Scene, ...], Field(min_length=1, max_length=60)]

    @property
    def total_frames(self) -> int:
        """Length of the finished video: crossfades overlap, so each cut takes its frames once."""
        return sum(scene.kept_frames for scene in self.scenes) - TRANSITION_FRAMES * (len(self.scenes) - 1)

    @model_validator(mode="after")
    def _scenes_are_numbered_in_order(self) -> "Storyboard":
        if [scene.number for scene in self.scenes] != list(range(1, len(self.scenes) + 1)):
            raise ValueError("scenes must be numbered 1, 2, 3, … in order")
        return self
