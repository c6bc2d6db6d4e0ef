"""What a user asks for: a video, or its storyboard."""

import re
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Final, Self

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    JsonValue,
    StrictBool,
    StrictInt,
    StringConstraints,
    WithJsonSchema,
    model_validator,
)
from pydantic_core import PydanticCustomError

from omnigen_jobs.domain.abilities import Wish
from omnigen_jobs.domain.cutting import MAX_SCENES
from omnigen_jobs.domain.ordering import HIGHEST_COST_USD, describe_cost
from omnigen_jobs.domain.uploads import Pictures, UploadId
from omnigen_jobs.schemas.storyboards import ScenePrompt, StoryboardBody
from omnigen_shared.contracts.base import Contract
from omnigen_shared.contracts.catalogue import (
    DEFAULT_VIDEO_MODEL,
    MUSIC_MODEL,
    MUSIC_MODELS,
    SPEECH_MODEL,
    SPEECH_MODELS,
    VIDEO_MODELS,
)
from omnigen_shared.contracts.composer import Corner, EndCard
from omnigen_shared.contracts.job import JobRequest
from omnigen_shared.contracts.media import FPS, AspectRatio, Resolution
from omnigen_shared.contracts.seeds import SEEDS, derive_seed
from omnigen_shared.contracts.storyboard import Category, Continuity
from omnigen_shared.contracts.text import FIT_LINE, FIT_TEXT

SHORTEST_PROMPT: Final = 10
LONGEST_PROMPT: Final = 2000
SHORTEST_VIDEO_S: Final = 5
LONGEST_VIDEO_S: Final = 180
_AMOUNT: Final = re.compile(r"\d{1,5}(\.\d{1,6})?", re.ASCII)


def _check_amount(given: Any) -> Any:
    """Text like 0.44, or a JSON number; neither 1e3 nor true."""
    if isinstance(given, str) and _AMOUNT.fullmatch(given):
        return given
    if isinstance(given, int | float | Decimal) and not isinstance(given, bool):
        return given
    raise PydanticCustomError("amount", 'Input should be an amount in USD such as "0.44"')


Prompt = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=SHORTEST_PROMPT, max_length=LONGEST_PROMPT), FIT_TEXT
]
Style = Annotated[str, StringConstraints(min_length=1, max_length=200), FIT_LINE]
NegativePrompt = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500), FIT_TEXT]
Model = Annotated[str, Field(max_length=100, json_schema_extra={"enum": sorted(VIDEO_MODELS)})]
MusicModel = Annotated[str, Field(max_length=100, json_schema_extra={"enum": sorted(MUSIC_MODELS)})]
SpeechModel = Annotated[str, Field(max_length=100, json_schema_extra={"enum": sorted(SPEECH_MODELS)})]
Voice = Annotated[str, StringConstraints(min_length=1, max_length=100), FIT_LINE]
Usd = Annotated[
    Decimal,
    Field(gt=0, le=HIGHEST_COST_USD, max_digits=11, decimal_places=6),
    BeforeValidator(_check_amount),
    WithJsonSchema(
        {
            "type": ["string", "number"],
            "pattern": f"^{_AMOUNT.pattern}$",
            "exclusiveMinimum": 0,
            "maximum": HIGHEST_COST_USD,
            "x-limits": describe_cost(gt="0.00"),
        }
    ),
]


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


EXAMPLE: Final[dict[str, JsonValue]] = {
    "prompt": "a 15 second ad for a mountain coffee brand",
    "category": "ad-creative",
    "duration_s": 15,
    "aspect_ratio": "16:9",
    "resolution": "720p",
    "style": "warm film look",
    "seed": 7,
}


class EndCardOrder(Contract):
    """A call to action over the last seconds, which are darkened under it."""

    text: Annotated[str, StringConstraints(min_length=1, max_length=80), FIT_LINE]
    duration_s: StrictInt = Field(default=3, ge=1, le=5)

    def to_card(self) -> EndCard:
        return EndCard(text=self.text, frames=self.duration_s * FPS)


UPLOAD_ID: Final = r"^upl_[0-9a-f]{32}$"
Upload = Annotated[str, Field(pattern=UPLOAD_ID)]


class LogoOrder(Contract):
    """A picture of the user's own that stands in a corner of the whole video."""

    upload_id: Upload
    corner: Corner = Corner.TOP_RIGHT


NOT_IN_SEED: Final = frozenset({"captions", "burn_captions", "end_card", "reference_image", "logo"})
"""What is put over the clips makes no other clips; pictures name what they show, whatever their upload is called."""


class VideoOrder(Contract):
    """What a user may ask for. Without a seed the same order gives the same one."""

    prompt: Prompt
    category: Category = Category.AD_CREATIVE
    duration_s: StrictInt = Field(default=15, ge=SHORTEST_VIDEO_S, le=LONGEST_VIDEO_S)
    aspect_ratio: AspectRatio = AspectRatio.LANDSCAPE
    resolution: Resolution = Resolution.P720
    model: Model = DEFAULT_VIDEO_MODEL
    style: Style | None = None
    negative_prompt: NegativePrompt | None = None
    seed: StrictInt | None = Field(default=None, ge=SEEDS.start, lt=SEEDS.stop)
    continuity: Continuity = Continuity.PARALLEL
    music: StrictBool = True
    music_model: MusicModel = MUSIC_MODEL.name
    narration: StrictBool = False
    speech_model: SpeechModel = SPEECH_MODEL.name
    voice: Voice | None = None
    captions: StrictBool | None = None
    burn_captions: StrictBool = False
    end_card: EndCardOrder | None = None
    reference_image: Upload | None = None
    logo: LogoOrder | None = None

    @model_validator(mode="after")
    def _has_something_to_read(self) -> Self:
        if self.captions and not self.narration:
            raise ValueError("captions are timed by the narration: they need narration: true")
        if self.burn_captions and not self._has_captions:
            raise ValueError("burn_captions draws the captions into the pictures: it needs narration and captions")
        return self

    @property
    def _has_captions(self) -> bool:
        """What is said can be read, unless that is not wanted."""
        return self.narration if self.captions is None else self.captions

    @property
    def pictures(self) -> Pictures:
        """Those that it names by their uploads."""
        reference = None if self.reference_image is None else UploadId(self.reference_image)
        if self.logo is None:
            return Pictures(reference)
        return Pictures(reference, UploadId(self.logo.upload_id), self.logo.corner)

    def to_wish(self, today: date) -> Wish:
        """The order completed: its seed is filled in. Its pictures have to be looked up."""
        given = self.model_dump(
            mode="json", include=set(VideoOrder.model_fields) - {"seed", *NOT_IN_SEED}, exclude_none=True
        )
        seed = derive_seed(*given.items()) if self.seed is None else self.seed
        request = JobRequest(
            **given,
            captions=self._has_captions,
            burn_captions=self.burn_captions,
            end_card=None if self.end_card is None else self.end_card.to_card(),
            seed=seed,
        )
        return Wish(request=request, is_seeded=self.seed is not None, today=today)


class StoryboardOrder(VideoOrder):
    """The body of POST /api/v1/storyboards. `fresh` asks the planner anew, whatever it has planned before."""

    model_config = ConfigDict(json_schema_extra={"examples": [EXAMPLE]})

    fresh: StrictBool = False


class JobOrder(VideoOrder):
    """The body of POST /api/v1/jobs. With a `storyboard` nothing is planned; its scenes make the video's length."""

    model_config = ConfigDict(json_schema_extra={"examples": [{**EXAMPLE, "max_cost_usd": "0.50"}]})

    storyboard: StoryboardBody | None = None
    max_cost_usd: Usd | None = None

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


class RoundOrder(Contract):
    """The body, which may be left out, of POST …/resume: at most this much is spent on it."""

    max_cost_usd: Usd | None = None


class RetakeOrder(RoundOrder):
    """The body, which may be left out, of POST …/regenerate. `cascade`: in a chained video all later scenes follow.

    `prompt`: what the scene shows from now on; without it, what it was to show before.
    """

    prompt: ScenePrompt | None = None
    cascade: StrictBool = False


class ChoiceOrder(RoundOrder):
    """The body of POST …/choose: the take that the video shows. `cascade` as of POST …/regenerate."""

    take: StrictInt = Field(ge=1, le=99)
    cascade: StrictBool = False
