"""What is known of a model: what it calls its inputs, what it can do, what it costs (micro-dollars), how long it needs.

An entry that contradicts itself cannot be made (ValidationError).
"""

from datetime import date
from typing import Annotated, Final

from pydantic import Field, model_validator

from omnigen_shared.contracts.base import Contract
from omnigen_shared.contracts.media import AspectRatio, Resolution

ModelName = Annotated[str, Field(pattern=r"^[a-z0-9-]+/[a-z0-9.-]+$")]
Price = Annotated[int, Field(gt=0, le=10**8, strict=True)]
_SHORT_SIDES_PX: Final = {"2k": 1440, "4k": 2160}


class Entry(Contract):
    """Any model. `typical_latency_s` is one run's, from the create to the output; after `retires_on` it is gone."""

    name: ModelName
    typical_latency_s: int = Field(ge=1, le=1800)
    retires_on: date | None = None

    def is_gone(self, today: date) -> bool:
        """Whether it cannot be ordered any more."""
        return self.retires_on is not None and self.retires_on <= today


class VideoInputs(Contract):
    """What a model calls its inputs; None for what it cannot be told."""

    prompt: str = "prompt"
    duration: str = "duration"
    resolution: str | None = None
    aspect_ratio: str | None = None
    seed: str | None = None
    negative_prompt: str | None = None
    start_frame: str | None = None
    last_frame: str | None = None
    reference_images: str | None = None

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(name for name in self.model_dump().values() if name is not None)

    @property
    def takes_pictures(self) -> bool:
        """Whether a picture of the subject can be told."""
        return self.start_frame is not None or self.reference_images is not None

    @property
    def options(self) -> dict[str, str | None]:
        """What some models can be told beyond the picture's words and size, by our own names."""
        return self.model_dump(exclude={"prompt", "duration", "resolution", "aspect_ratio"})

    @model_validator(mode="after")
    def _names_differ(self) -> "VideoInputs":
        if len(set(self.names)) < len(self.names):
            raise ValueError("two inputs have one name")
        return self


class Offer(Contract):
    """One resolution that may be ordered: what the model delivers for it, what it is told (None: it has no choice)."""

    delivered: str = Field(pattern=r"^([0-9]{3,4}p|[24]k)$")
    told: str | None = None
    price_microusd_per_s: Price

    @property
    def short_side_px(self) -> int:
        return _SHORT_SIDES_PX.get(self.delivered) or int(self.delivered[:-1])


class VideoModel(Entry):
    """Turns a prompt into a silent clip of one of `durations_s` (whole seconds, ascending)."""

    inputs: VideoInputs
    durations_s: tuple[Annotated[int, Field(ge=2, le=60)], ...] = Field(min_length=1)
    aspects: tuple[AspectRatio, ...] = Field(min_length=1)
    offers: dict[Resolution, Offer] = Field(min_length=1)
    constants: dict[str, bool] = Field(default_factory=dict)
    """Sent with every call: sound that nobody hears is not paid for."""
    needs_start_frame: bool = False

    @model_validator(mode="after")
    def _agrees_with_itself(self) -> "VideoModel":
        problem = next((text for text, is_wrong in self._contradictions().items() if is_wrong), None)
        if problem is not None:
            raise ValueError(f"{self.name}: {problem}")
        return self

    def _contradictions(self) -> dict[str, bool]:
        offers = self.offers.values()
        told = {offer.told for offer in offers}
        has_size, has_shape = self.inputs.resolution is not None, self.inputs.aspect_ratio is not None
        return {
            "durations must ascend": list(self.durations_s) != sorted(set(self.durations_s)),
            "an aspect ratio stands twice": len(set(self.aspects)) < len(self.aspects),
            "without an input for it there is one aspect ratio": not has_shape and len(self.aspects) > 1,
            "without an input for it nothing is told of a resolution": not has_size and told != {None},
            "each resolution has to be told": has_size and None in told,
            "without an input for it there is one resolution": not has_size and len({o.delivered for o in offers}) > 1,
            "delivers less than was ordered": any(
                offer.short_side_px < ordered.short_side_px for ordered, offer in self.offers.items()
            ),
            "needs a start frame that it cannot be given": self.needs_start_frame and self.inputs.start_frame is None,
            "a constant is also an input": not self.constants.keys().isdisjoint(self.inputs.names),
        }


class MusicModel(Entry):
    """Turns a prompt into instrumental music; priced per run. A longer video repeats it."""

    price_microusd: Price
    longest_s: int = Field(ge=1, le=600)
    prompt_max: int = Field(default=300, ge=10)
    lyrics_input: str | None = None
    duration_input: str | None = None
    seed_input: str | None = None


class SpeechModel(Entry):
    """Says a text; priced per 1,000 characters. `speed_input`: 1 is the usual pace."""

    price_microusd_per_1k: Price
    voice_input: str | None = None
    voices: tuple[str, ...] = ()
    speed_input: str | None = None
    seed_input: str | None = None

    def price(self, characters: int) -> int:
        """Micro-dollars, rounded up."""
        return -(-characters * self.price_microusd_per_1k // 1000)

    @model_validator(mode="after")
    def _voices_can_be_told(self) -> "SpeechModel":
        if (self.voice_input is None) is bool(self.voices):
            raise ValueError(f"{self.name}: voices need an input, and the input needs voices")
        return self


class LanguageModel(Entry):
    """Answers in text. Every call is reserved and settled at a fixed ceiling."""

    ceiling_microusd: Price
