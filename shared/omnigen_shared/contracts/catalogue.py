"""The models that OmniGen can order from, as data: what each takes, costs (micro-dollars) and how long it needs."""

from typing import Final

from pydantic import Field

from omnigen_shared.contracts.base import Answer, Microusd
from omnigen_shared.contracts.media import AspectRatio, Resolution

CATALOGUE_VERSION: Final = "2026-11-01"


class VideoModel(Answer):
    """A model that turns a prompt into a silent clip of whole seconds."""

    name: str
    min_duration_s: int = Field(ge=1)
    max_duration_s: int = Field(ge=1)
    aspects: frozenset[AspectRatio]
    price_microusd_per_s: dict[Resolution, Microusd]
    typical_latency_s: int = Field(ge=1)


class MusicModel(Answer):
    """A model that turns a prompt into a piece of music; priced per run."""

    name: str
    price_microusd: Microusd
    typical_latency_s: int = Field(ge=1)


class LanguageModel(Answer):
    """A model that answers in text; every call is reserved at a fixed ceiling."""

    name: str
    ceiling_microusd: Microusd
    typical_latency_s: int = Field(ge=1)


ALL_ASPECTS: Final = frozenset(AspectRatio)

SEEDANCE_PRO_FAST: Final = VideoModel(
    name="bytedance/seedance-1-pro-fast",
    min_duration_s=2,
    max_duration_s=12,
    aspects=ALL_ASPECTS,
    price_microusd_per_s={Resolution.P480: 15_000, Resolution.P720: 25_000, Resolution.P1080: 60_000},
    typical_latency_s=30,
)
SEEDANCE_LITE: Final = VideoModel(
    name="bytedance/seedance-1-lite",
    min_duration_s=2,
    max_duration_s=12,
    aspects=ALL_ASPECTS,
    price_microusd_per_s={Resolution.P480: 18_000, Resolution.P720: 36_000, Resolution.P1080: 72_000},
    typical_latency_s=45,
)
VIDEO_MODELS: Final = {model.name: model for model in (SEEDANCE_PRO_FAST, SEEDANCE_LITE)}
DEFAULT_VIDEO_MODEL: Final = SEEDANCE_PRO_FAST.name
MUSIC_MODEL: Final = MusicModel(name="minimax/music-1.5", price_microusd=30_000, typical_latency_s=30)
PLANNER_MODEL: Final = LanguageModel(name="openai/gpt-4o-mini", ceiling_microusd=10_000, typical_latency_s=10)
