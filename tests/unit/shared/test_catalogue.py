"""The catalogue is data; what contradicts itself is no entry."""

from typing import Any

import pytest
from pydantic import ValidationError

from omnigen_shared.contracts.catalogue import (
    CATALOGUE_VERSION,
    DEFAULT_VIDEO_MODEL,
    MUSIC_MODELS,
    PLANNER_MODEL,
    SEEDANCE_PRO_FAST,
    SPEECH_MODELS,
    VIDEO_MODELS,
    SpeechModel,
    VideoModel,
    name_version,
)
from omnigen_shared.contracts.catalogue.sound import MUSIC, SPEECH
from omnigen_shared.contracts.catalogue.video import TABLE
from omnigen_shared.contracts.media import Resolution

WHOLE: dict[str, Any] = SEEDANCE_PRO_FAST.model_dump()
INPUTS = WHOLE["inputs"]
HD = {"delivered": "720p", "told": "720p", "price_microusd_per_s": 25_000}


def test_names_are_unique_in_each_table() -> None:
    names = [entry.name for entry in (*TABLE, *MUSIC, *SPEECH, PLANNER_MODEL)]
    assert len(names) == len(set(names)) == len({**VIDEO_MODELS, **MUSIC_MODELS, **SPEECH_MODELS}) + 1


def test_the_default_needs_nothing_but_words() -> None:
    default = VIDEO_MODELS[DEFAULT_VIDEO_MODEL]
    assert not default.needs_start_frame
    assert set(default.offers) == set(Resolution)


def test_a_sound_entry_is_taken() -> None:
    assert VideoModel.model_validate(WHOLE) == SEEDANCE_PRO_FAST


@pytest.mark.parametrize(
    "lie",
    [
        {"name": "seedance"},
        {"durations_s": (5, 2)},
        {"durations_s": (2, 2)},
        {"durations_s": ()},
        {"durations_s": (1,)},
        {"aspects": ()},
        {"aspects": ("16:9", "16:9")},
        {"inputs": {**INPUTS, "aspect_ratio": None}},
        {"inputs": {**INPUTS, "resolution": None}},
        {"inputs": {**INPUTS, "seed": "prompt"}},
        {"inputs": {**INPUTS, "start_frame": None}, "needs_start_frame": True},
        {"inputs": {**INPUTS, "colour": "colour"}},
        {"offers": {}},
        {"offers": {"720p": {**HD, "told": None}}},
        {"offers": {"720p": {**HD, "delivered": "480p"}}},
        {"offers": {"720p": {**HD, "delivered": "large"}}},
        {"offers": {"720p": {**HD, "price_microusd_per_s": 0}}},
        {
            "inputs": {**INPUTS, "resolution": None},
            "offers": {"720p": {**HD, "told": None}, "1080p": {**HD, "told": None, "delivered": "1080p"}},
        },
        {"constants": {"seed": "7"}},
        {"typical_latency_s": 0},
        {"retires_on": "soon"},
    ],
)
def test_an_entry_that_contradicts_itself_cannot_be_made(lie: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        VideoModel.model_validate({**WHOLE, **lie})


@pytest.mark.parametrize("lie", [{"voices": ()}, {"voice_input": None}, {"price_microusd_per_1k": -1}])
def test_voices_and_their_input_belong_together(lie: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        SpeechModel.model_validate({**SPEECH[0].model_dump(), **lie})


def test_another_content_is_another_version() -> None:
    dearer = SEEDANCE_PRO_FAST.model_copy(update={"typical_latency_s": 31})
    assert name_version([dearer]) != name_version([SEEDANCE_PRO_FAST])
    assert name_version([*TABLE, *MUSIC, *SPEECH, PLANNER_MODEL]) == CATALOGUE_VERSION
