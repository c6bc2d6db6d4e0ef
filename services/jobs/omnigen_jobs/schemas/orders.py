"""The body of POST /api/v1/jobs."""

from decimal import Decimal
from typing import Annotated, Final

from pydantic import Field, StringConstraints

from omnigen_jobs.domain.ordering import SEED_LIMIT, derive_seed
from omnigen_shared.contracts.base import Contract
from omnigen_shared.contracts.catalogue import DEFAULT_VIDEO_MODEL
from omnigen_shared.contracts.job import JobRequest
from omnigen_shared.contracts.media import AspectRatio, Resolution
from omnigen_shared.contracts.storyboard import Category

Prompt = Annotated[str, StringConstraints(strip_whitespace=True, min_length=10, max_length=2000)]
Style = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
HIGHEST_COST_USD: Final = 10_000


class JobOrder(Contract):
    """What a user may ask for. Without a seed the same order gives the same one."""

    prompt: Prompt
    category: Category = Category.AD_CREATIVE
    duration_s: int = Field(default=15, ge=5, le=180)
    aspect_ratio: AspectRatio = AspectRatio.LANDSCAPE
    resolution: Resolution = Resolution.P720
    model: str = Field(default=DEFAULT_VIDEO_MODEL, max_length=100)
    style: Style | None = None
    seed: int | None = Field(default=None, ge=0, lt=SEED_LIMIT)
    music: bool = True
    max_cost_usd: Decimal | None = Field(default=None, gt=0, le=HIGHEST_COST_USD, max_digits=11, decimal_places=6)

    def to_request(self) -> JobRequest:
        """The order completed: its seed is filled in."""
        given = self.model_dump(exclude={"max_cost_usd", "seed"})
        seed = derive_seed(given.values()) if self.seed is None else self.seed
        return JobRequest(**given, seed=seed)
