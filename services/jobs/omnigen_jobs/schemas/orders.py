"""The body of POST /api/v1/jobs."""

from decimal import Decimal
from typing import Annotated, Final

from pydantic import BaseModel, Field, StringConstraints

from omnigen_jobs.domain.cutting import MAX_SCENES
from omnigen_jobs.domain.ordering import SEED_LIMIT, derive_seed
from omnigen_shared.contracts.base import Contract
from omnigen_shared.contracts.catalogue import DEFAULT_VIDEO_MODEL
from omnigen_shared.contracts.job import JobRequest
from omnigen_shared.contracts.media import AspectRatio, Resolution
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


class JobOrder(Contract):
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
    max_cost_usd: Decimal | None = Field(default=None, gt=0, le=HIGHEST_COST_USD, max_digits=11, decimal_places=6)

    @property
    def is_seeded(self) -> bool:
        return self.seed is not None

    def to_request(self) -> JobRequest:
        """The order completed: its seed is filled in."""
        given = self.model_dump(mode="json", exclude={"max_cost_usd", "seed"}, exclude_none=True)
        seed = derive_seed(given.items()) if self.seed is None else self.seed
        return JobRequest(**given, seed=seed)
