"""The catalogue as its users see it: what each model can do, and its price in USD."""

from datetime import date
from typing import Self

from pydantic import BaseModel

from omnigen_jobs.schemas.orders import LIMITS, Limits
from omnigen_shared.contracts.catalogue import (
    CATALOGUE_VERSION,
    DEFAULT_VIDEO_MODEL,
    MUSIC_MODEL,
    MUSIC_MODELS,
    PLANNER_MODEL,
    SPEECH_MODEL,
    SPEECH_MODELS,
    VIDEO_MODELS,
    MusicModel,
    SpeechModel,
    VideoModel,
)
from omnigen_shared.contracts.media import AspectRatio, Resolution
from omnigen_shared.money import format_usd


class OfferView(BaseModel):
    """A resolution that may be ordered, and what the model makes for it (never less)."""

    resolution: Resolution
    delivered: str
    price_usd_per_s: str


class VideoModelView(BaseModel):
    """`durations_s` are the lengths of its clips; `takes` are the fields of an order that it understands."""

    name: str
    is_default: bool
    durations_s: tuple[int, ...]
    aspect_ratios: tuple[AspectRatio, ...]
    resolutions: list[OfferView]
    takes: list[str]
    needs_start_frame: bool
    typical_latency_s: int
    retires_on: date | None

    @classmethod
    def of(cls, model: VideoModel) -> Self:
        return cls(
            name=model.name,
            is_default=model.name == DEFAULT_VIDEO_MODEL,
            durations_s=model.durations_s,
            aspect_ratios=model.aspects,
            resolutions=[
                OfferView(
                    resolution=resolution,
                    delivered=offer.delivered,
                    price_usd_per_s=format_usd(offer.price_microusd_per_s),
                )
                for resolution, offer in model.offers.items()
            ],
            takes=[name for name, told in model.inputs.options.items() if told is not None],
            needs_start_frame=model.needs_start_frame,
            typical_latency_s=model.typical_latency_s,
            retires_on=model.retires_on,
        )


class MusicModelView(BaseModel):
    """A piece that is shorter than the video is repeated."""

    name: str
    is_default: bool
    price_usd: str
    longest_s: int
    retires_on: date | None

    @classmethod
    def of(cls, model: MusicModel) -> Self:
        return cls(
            name=model.name,
            is_default=model is MUSIC_MODEL,
            price_usd=format_usd(model.price_microusd),
            longest_s=model.longest_s,
            retires_on=model.retires_on,
        )


class SpeechModelView(BaseModel):
    """Without `voices` it has one of its own."""

    name: str
    is_default: bool
    price_usd_per_1k_characters: str
    voices: tuple[str, ...]
    retires_on: date | None

    @classmethod
    def of(cls, model: SpeechModel) -> Self:
        return cls(
            name=model.name,
            is_default=model is SPEECH_MODEL,
            price_usd_per_1k_characters=format_usd(model.price_microusd_per_1k),
            voices=model.voices,
            retires_on=model.retires_on,
        )


class PlannerView(BaseModel):
    """Who writes storyboards. The price is a ceiling: one call is charged so much, whatever its length."""

    name: str
    ceiling_usd: str


class CatalogueView(BaseModel):
    """Everything that may be ordered. `version` changes with the content."""

    version: str
    video: list[VideoModelView]
    music: list[MusicModelView]
    speech: list[SpeechModelView]
    planner: PlannerView
    limits: Limits

    @classmethod
    def present(cls) -> Self:
        return cls(
            version=CATALOGUE_VERSION,
            video=[VideoModelView.of(model) for model in VIDEO_MODELS.values()],
            music=[MusicModelView.of(model) for model in MUSIC_MODELS.values()],
            speech=[SpeechModelView.of(model) for model in SPEECH_MODELS.values()],
            planner=PlannerView(name=PLANNER_MODEL.name, ceiling_usd=format_usd(PLANNER_MODEL.ceiling_microusd)),
            limits=LIMITS,
        )
