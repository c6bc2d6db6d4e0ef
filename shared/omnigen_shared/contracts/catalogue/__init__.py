"""The models that OmniGen can order from, as data: jobs prices by it, the generator calls by it, users read it."""

import hashlib
from collections.abc import Iterable
from typing import Final

import orjson

from omnigen_shared.contracts.catalogue.entries import Entry, LanguageModel, MusicModel, Offer, SpeechModel, VideoModel
from omnigen_shared.contracts.catalogue.sound import MUSIC, SPEECH
from omnigen_shared.contracts.catalogue.video import SEEDANCE_LITE, SEEDANCE_PRO_FAST, TABLE

__all__ = [
    "CATALOGUE_VERSION",
    "DEFAULT_VIDEO_MODEL",
    "MUSIC_MODEL",
    "MUSIC_MODELS",
    "PLANNER_MODEL",
    "SEEDANCE_LITE",
    "SEEDANCE_PRO_FAST",
    "SPEECH_MODEL",
    "SPEECH_MODELS",
    "VIDEO_MODELS",
    "LanguageModel",
    "MusicModel",
    "Offer",
    "SpeechModel",
    "VideoModel",
    "name_version",
]

VIDEO_MODELS: Final = {model.name: model for model in TABLE}
MUSIC_MODELS: Final = {model.name: model for model in MUSIC}
SPEECH_MODELS: Final = {model.name: model for model in SPEECH}
PLANNER_MODEL: Final = LanguageModel(name="openai/gpt-4o-mini", ceiling_microusd=10_000, typical_latency_s=10)
DEFAULT_VIDEO_MODEL: Final = TABLE[0].name
MUSIC_MODEL: Final = MUSIC[0]
SPEECH_MODEL: Final = SPEECH[0]


def name_version(entries: Iterable[Entry]) -> str:
    """Another text for every other content: what was planned or priced by another catalogue is told apart."""
    content = [entry.model_dump(mode="json") for entry in entries]
    return hashlib.sha256(orjson.dumps(content, option=orjson.OPT_SORT_KEYS)).hexdigest()[:12]


CATALOGUE_VERSION: Final = name_version([*TABLE, *MUSIC, *SPEECH, PLANNER_MODEL])
