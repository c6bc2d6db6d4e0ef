"""A storyboard in its user's hands: what POST storyboards answers, and what POST jobs takes back, edited or not."""

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Final

from pydantic import Field, StrictFloat, StrictInt, StringConstraints, field_validator, model_validator

from omnigen_jobs.domain.cutting import MAX_SCENES, MIN_KEPT_FRAMES
from omnigen_shared.contracts.base import Contract
from omnigen_shared.contracts.media import FPS, Transition
from omnigen_shared.contracts.seeds import SEEDS, derive_seed
from omnigen_shared.contracts.storyboard import (
    CAMERA_MAX,
    COLOUR_MAX,
    COLOURS_MAX,
    MUSIC_PROMPT_MAX,
    NARRATION_MAX,
    SCENE_PROMPT_MAX,
    STYLE_MAX,
    SUBJECT_MAX,
    TITLE_MAX,
    PlannedBy,
    Scene,
    Storyboard,
)
from omnigen_shared.contracts.text import FIT_LINE, FIT_TEXT

SHORTEST_SCENE_S: Final = 1.04
LONGEST_SCENE_S: Final = 60
NEAR_A_FRAME: Final = 0.05
"""How far a length may be from whole frames: three decimals of a second are enough."""

ScenePrompt = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=SCENE_PROMPT_MAX), FIT_TEXT
]
Camera = Annotated[str, StringConstraints(strip_whitespace=True, max_length=CAMERA_MAX), FIT_LINE]
Narration = Annotated[str, StringConstraints(strip_whitespace=True, max_length=NARRATION_MAX), FIT_TEXT]
Title = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=TITLE_MAX), FIT_LINE]
BoardStyle = Annotated[str, StringConstraints(strip_whitespace=True, max_length=STYLE_MAX), FIT_LINE]
Subject = Annotated[str, StringConstraints(strip_whitespace=True, max_length=SUBJECT_MAX), FIT_LINE]
Colour = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=COLOUR_MAX), FIT_LINE]
MusicPrompt = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=MUSIC_PROMPT_MAX), FIT_TEXT
]


class Shown(Contract):
    """What a job shows may be posted as it is: fields that cannot be ordered are passed over."""

    passed_over: ClassVar[frozenset[str]] = frozenset()

    @model_validator(mode="before")
    @classmethod
    def _pass_over(cls, given: Any) -> Any:
        if not isinstance(given, Mapping):
            return given
        return {name: value for name, value in given.items() if name not in cls.passed_over}


class SceneBody(Shown):
    """One scene. `duration_s` is what is shown of it, the transition to the next one included; 30 frames a second."""

    passed_over = frozenset({"number", "clip_duration_s"})

    prompt: ScenePrompt
    duration_s: StrictFloat = Field(ge=SHORTEST_SCENE_S, le=LONGEST_SCENE_S)
    camera: Camera = ""
    transition: Transition = Transition.FADE
    narration: Narration = ""
    seed: StrictInt | None = Field(default=None, ge=SEEDS.start, lt=SEEDS.stop)

    @field_validator("duration_s")
    @classmethod
    def _is_whole_frames(cls, duration_s: float) -> float:
        if abs(duration_s * FPS - round(duration_s * FPS)) > NEAR_A_FRAME:
            raise ValueError(f"must be a whole number of frames: {round(duration_s * FPS)} / {FPS} s is near")
        return duration_s

    @property
    def frames(self) -> int:
        return max(round(self.duration_s * FPS), MIN_KEPT_FRAMES)


class StoryboardBody(Shown):
    """The whole plan. Style, palette and subject are told with every scene."""

    passed_over = frozenset({"planned_by"})

    title: Title
    style: BoardStyle = ""
    palette: tuple[Colour, ...] = Field(default=(), max_length=COLOURS_MAX)
    subject: Subject = ""
    music_prompt: MusicPrompt
    scenes: tuple[SceneBody, ...] = Field(min_length=1, max_length=MAX_SCENES)

    @classmethod
    def of(cls, plan: Storyboard) -> "StoryboardBody":
        """What its user may edit of a storyboard."""
        scenes = [
            SceneBody.model_construct(
                prompt=scene.prompt,
                duration_s=round(scene.kept_frames / FPS, 3),
                camera=scene.camera,
                transition=scene.transition,
                narration=scene.narration,
                seed=scene.seed,
            )
            for scene in plan.scenes
        ]
        return cls.model_construct(
            title=plan.title,
            style=plan.style,
            palette=plan.palette,
            subject=plan.subject,
            music_prompt=plan.music_prompt,
            scenes=tuple(scenes),
        )

    @property
    def frames(self) -> int:
        """Of the finished video."""
        mixed = sum(scene.transition.frames for scene in self.scenes[:-1])
        return sum(scene.frames for scene in self.scenes) - mixed

    def to_storyboard(self, seed: int) -> Storyboard:
        """As a job holds it. Which clips are bought is decided with the model; until then each is as long as shown."""
        last = len(self.scenes)
        return Storyboard(
            title=self.title,
            style=self.style,
            palette=self.palette,
            subject=self.subject,
            music_prompt=self.music_prompt,
            planned_by=PlannedBy.USER,
            scenes=tuple(
                Scene(
                    number=number,
                    prompt=scene.prompt,
                    clip_duration_s=-(-scene.frames // FPS),
                    kept_frames=scene.frames,
                    transition=Transition.CUT if number == last else scene.transition,
                    seed=derive_seed(seed, number) if scene.seed is None else scene.seed,
                    camera=scene.camera,
                    narration=scene.narration,
                )
                for number, scene in enumerate(self.scenes, start=1)
            ),
        )
