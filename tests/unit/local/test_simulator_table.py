"""The table against what is known of the provider: names, prices, durations, sizes."""

from typing import Any

import pytest

from omnigen_local.simulator.models import Kind, Model, Unit
from omnigen_local.simulator.parameters import Choice, InvalidInputError, Whole
from omnigen_local.simulator.table import MODELS, TINY

PRICES: dict[str, list[tuple[dict[str, Any], int]]] = {
    "bytedance/seedance-1-lite": [
        ({"resolution": "480p", "duration": 2}, 36_000),
        ({"resolution": "720p", "duration": 5}, 180_000),
        ({"resolution": "1080p", "duration": 12}, 864_000),
    ],
    "bytedance/seedance-1-pro-fast": [
        ({"resolution": "480p", "duration": 5}, 75_000),
        ({"resolution": "720p", "duration": 6}, 150_000),
        ({"resolution": "1080p", "duration": 5}, 300_000),
    ],
    "bytedance/seedance-1.5-pro": [({"duration": 5}, 130_000), ({"duration": 5, "generate_audio": True}, 260_000)],
    "minimax/hailuo-2.3": [({"duration": 6}, 279_600), ({"duration": 10, "resolution": "1080p"}, 816_000)],
    "minimax/hailuo-2.3-fast": [({"duration": 6}, 189_600), ({"duration": 10, "resolution": "1080p"}, 550_000)],
    "kwaivgi/kling-v2.5-turbo-pro": [({"duration": 10}, 700_000)],
    "google/veo-3.1-fast": [({"duration": 8}, 1_200_000), ({"duration": 4, "generate_audio": False}, 400_000)],
    "wan-video/wan-2.7-t2v": [({"duration": 15}, 1_500_000)],
    "pixverse/pixverse-v5.6": [({"duration": 5}, 350_000), ({"duration": 8, "quality": "1080p"}, 1_200_000)],
    "lightricks/ltx-2.3-fast": [({"duration": 6}, 240_000), ({"duration": 20, "resolution": "4k"}, 3_200_000)],
    "minimax/music-1.5": [({}, 30_000)],
    "google/lyria-3": [({}, 40_000)],
    "stability-ai/stable-audio-2.5": [({"duration": 30}, 200_000)],
    "minimax/speech-02-turbo": [({"text": "x" * 1000}, 60_000), ({"text": "hi"}, 120)],
    "resemble-ai/chatterbox-turbo": [({"text": "x" * 1000}, 25_000)],
    "inworld/tts-1.5-max": [({"text": "x" * 1000}, 10_000)],
    "openai/gpt-4o-mini": [({}, 10_000)],
}
VIDEO = [model for model in (*MODELS.values(), TINY) if model.kind is Kind.VIDEO]


def an_input(model: Model, **given: Any) -> dict[str, Any]:
    needed = {
        name: "https://files.test/a.png" if name.endswith("image") else "a lake"
        for name, parameter in model.parameters.items()
        if parameter.required
    }
    return model.check({**needed, **given})


def test_the_models_are_the_known_ones() -> None:
    assert set(MODELS) == set(PRICES)


@pytest.mark.parametrize("name", PRICES)
def test_prices(name: str) -> None:
    model = MODELS[name]
    for given, microusd in PRICES[name]:
        assert model.charge(an_input(model, **given)).amount_microusd == microusd


@pytest.mark.parametrize("model", VIDEO, ids=lambda model: model.name)
def test_every_choice_has_a_price_and_an_even_size(model: Model) -> None:
    choices = {name: parameter for name, parameter in model.parameters.items() if isinstance(parameter, Choice)}
    base = an_input(model)
    for name, parameter in choices.items():
        for value in parameter.values:
            values = {**base, name: value}
            assert model.charge(values).amount_microusd > 0
            width, height = model.size(values)
            assert (width % 2, height % 2) == (0, 0)


@pytest.mark.parametrize("model", VIDEO, ids=lambda model: model.name)
def test_the_aspect_ratio_is_nearly_kept(model: Model) -> None:
    aspects = model.parameters.get("aspect_ratio")
    for aspect in aspects.values if isinstance(aspects, Choice) else ("16:9",):
        given = {"aspect_ratio": aspect} if aspects else {}
        width, height = model.size(an_input(model, **given))
        across, down = (int(part) for part in aspect.split(":"))
        assert width / height == pytest.approx(across / down, rel=0.03)


@pytest.mark.parametrize("model", VIDEO, ids=lambda model: model.name)
def test_picture_fields_are_inputs(model: Model) -> None:
    fields = {model.first_picture_field, model.last_picture_field} - {""}
    assert fields <= set(model.parameters)


def test_the_default_model_has_the_promised_pixels() -> None:
    model = MODELS["bytedance/seedance-1-pro-fast"]
    sizes = {
        aspect: model.size(an_input(model, resolution="720p", aspect_ratio=aspect))
        for aspect in ("16:9", "9:16", "1:1")
    }
    assert sizes == {"16:9": (1280, 720), "9:16": (720, 1280), "1:1": (960, 960)}


@pytest.mark.parametrize(
    ("name", "given"),
    [
        ("bytedance/seedance-1-pro-fast", {"duration": 1}),
        ("bytedance/seedance-1-pro-fast", {"duration": 13}),
        ("bytedance/seedance-1-pro-fast", {"first_frame_image": "https://files.test/a.png"}),
        ("bytedance/seedance-1-lite", {"resolution": "4k"}),
        ("minimax/hailuo-2.3", {"duration": 5}),
        ("minimax/hailuo-2.3", {"seed": 1}),
        ("kwaivgi/kling-v2.5-turbo-pro", {"aspect_ratio": "4:3"}),
        ("google/veo-3.1-fast", {"duration": 5}),
        ("google/veo-3.1-fast", {"aspect_ratio": "1:1"}),
        ("lightricks/ltx-2.3-fast", {"duration": 7}),
        ("stability-ai/stable-audio-2.5", {"duration": 191}),
        ("openai/gpt-4o-mini", {"temperature": 3}),
    ],
)
def test_what_a_model_cannot_do_is_refused(name: str, given: dict[str, Any]) -> None:
    with pytest.raises(InvalidInputError):
        an_input(MODELS[name], **given)


def test_an_image_only_model_wants_its_image() -> None:
    with pytest.raises(InvalidInputError, match="first_frame_image: is required"):
        MODELS["minimax/hailuo-2.3-fast"].check({"prompt": "a lake"})


def test_units() -> None:
    by_kind = {kind: {model.unit for model in MODELS.values() if model.kind is kind} for kind in Kind}
    assert by_kind == {
        Kind.VIDEO: {Unit.SECOND},
        Kind.MUSIC: {Unit.RUN},
        Kind.SPEECH: {Unit.CHARACTER},
        Kind.LANGUAGE: {Unit.RUN},
    }


def test_seeds_are_whole_numbers_where_there_are_any() -> None:
    seeds = [model.parameters["seed"] for model in MODELS.values() if "seed" in model.parameters]
    assert seeds
    assert all(isinstance(seed, Whole) and seed.default is None for seed in seeds)
