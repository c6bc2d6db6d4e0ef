"""What a user asks for: a video, or its storyboard."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Annotated, Final, Self

from pydantic import BaseModel, Field, StringConstraints, model_validator

from omnigen_jobs.domain.abilities import Wish
from omnigen_jobs.domain.cutting import MAX_SCENES
from omnigen_jobs.domain.ordering import SEED_LIMIT, derive_seed
from omnigen_jobs.schemas.storyboards import StoryboardBody
from omnigen_shared.contracts.base import Contract
from omnigen_shared.contracts.catalogue import DEFAULT_VIDEO_MODEL
from omnigen_shared.contracts.job import JobRequest
from omnigen_shared.contracts.media import FPS, AspectRatio, Resolution
from omnigen_shared.contracts.storyboard import Category

SHORTEST_PROMPT: Final = 10
LONGEST_PROMPT: Final = 2000
SHORTEST_VIDEO_S: Final = 5
LONGEST_VIDEO_S: Final = 180
Prompt = Annotated[str, StringConstraints(strip_whitespace=True, min_length=SHORTEST_PROMPT, max_length=LONGEST_PROMPT)]
Style = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
NegativePrompt = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)]
HIGHEST_COST_USD: Final = 10_000


class Limits(BaseModel):
    """What every order has to keep, whatever the plan allows."""

    prompt_characters: tuple[int, int]
    duration_s: tuple[int, int]
    scenes: tuple[int, int]
    max_cost_usd: int


LIMITS: Final = Limits(
    prompt_characters=(SHORTEST_PROMPT, LONGEST_PROMPT),
    duration_s=(SHORTEST_VIDEO_S, LONGEST_VIDEO_S),
    scenes=(1, MAX_SCENES),
    max_cost_usd=HIGHEST_COST_USD,
)


class VideoOrder(Contract):
    """What a user may ask for. Without a seed the same order gives the same one."""

    prompt: Prompt
    category: Category = Category.AD_CREATIVE
    duration_s: int = Field(default=15, ge=SHORTEST_VIDEO_S, le=LONGEST_VIDEO_S)
    aspect_ratio: AspectRatio = AspectRatio.LANDSCAPE
    resolution: Resolution = Resolution.P720
    model: str = Field(default=DEFAULT_VIDEO_MODEL, max_length=100)
    style: Style | None = None
    negative_prompt: NegativePrompt | None = None
    seed: int | None = Field(default=None, ge=0, lt=SEED_LIMIT)
    music: bool = True

    def to_wish(self, today: date) -> Wish:
        """The order completed: its seed is filled in."""
        given = self.model_dump(mode="json", include=set(VideoOrder.model_fields) - {"seed"}, exclude_none=True)
        seed = derive_seed(given.items()) if self.seed is None else self.seed
        return Wish(request=JobRequest(**given, seed=seed), is_seeded=self.seed is not None, today=today)


class StoryboardOrder(VideoOrder):
    """The body of POST /api/v1/storyboards. `fresh` asks the planner anew, whatever it has planned before."""

    fresh: bool = False


class JobOrder(VideoOrder):
    """The body of POST /api/v1/jobs. With a `storyboard` nothing is planned; its scenes make the video's length."""

    storyboard: StoryboardBody | None = None
    max_cost_usd: Decimal | None = Field(default=None, gt=0, le=HIGHEST_COST_USD, max_digits=11, decimal_places=6)

    @model_validator(mode="after")
    def _has_one_length(self) -> Self:
        """A length that was not given is the storyboard's."""
        if self.storyboard is None:
            return self
        frames = self.storyboard.frames
        allowed = self.duration_s * FPS if "duration_s" in self.model_fields_set else frames - frames % FPS
        if frames != allowed or not SHORTEST_VIDEO_S * FPS <= frames <= LONGEST_VIDEO_S * FPS:
            raise ValueError(
                f"the storyboard's scenes make {frames / FPS:.3f} s without what they share in transitions; it must be "
                f"duration_s, or any whole seconds from {SHORTEST_VIDEO_S} to {LONGEST_VIDEO_S} without a duration_s"
            )
        return self

    def to_wish(self, today: date) -> Wish:
        """The order completed, with the storyboard as a job holds it."""
        if self.storyboard is None:
            return super().to_wish(today)
        sized = self.model_copy(update={"duration_s": self.storyboard.frames // FPS})
        wish = VideoOrder.to_wish(sized, today)
        return replace(wish, storyboard=self.storyboard.to_storyboard(wish.request.seed))
