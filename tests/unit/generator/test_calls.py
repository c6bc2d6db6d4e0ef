"""What is bought, at which price, under which name."""

import pytest
from orjson import loads
from tests.fakes.cutting import cuts_of
from tests.fakes.generator_world import a_request

from omnigen_generator.domain.calls import (
    PaidCall,
    clip_call,
    fingerprint,
    music_call,
    output_key,
    plan_call,
    repair_call,
)
from omnigen_generator.domain.prompting import Unusable
from omnigen_generator.domain.storyboards import build_storyboard, write_prompt
from omnigen_generator.domain.templates import write_plan
from omnigen_shared.contracts.base import UserId
from omnigen_shared.contracts.calls import CallKind, find_kind
from omnigen_shared.contracts.catalogue import MUSIC_MODELS, SEEDANCE_LITE, VIDEO_MODELS
from omnigen_shared.contracts.job import IntentRecord, IntentStatus
from omnigen_shared.contracts.media import AspectRatio, Resolution
from omnigen_shared.contracts.storyboard import MUSIC_PROMPT_MAX, PlannedBy, Storyboard


def a_storyboard() -> Storyboard:
    request = a_request()
    return build_storyboard(request, cuts_of(request), write_plan(request, 3), PlannedBy.TEMPLATE)


def as_intent(call: PaidCall) -> IntentRecord:
    return IntentRecord(intent_id=call.intent_id, status=IntentStatus.PLANNED, **call.to_intent().model_dump())


def test_a_clip_asks_for_exactly_what_was_ordered() -> None:
    storyboard = a_storyboard()
    scene = storyboard.scenes[1]
    request = a_request(aspect_ratio=AspectRatio.PORTRAIT, resolution=Resolution.P1080, model=SEEDANCE_LITE.name)
    call = clip_call(request, storyboard, scene)
    assert (call.intent_id, call.model) == ("scene-02.1", SEEDANCE_LITE.name)
    assert call.price_microusd == 5 * 72_000
    assert call.input == {
        "prompt": write_prompt(storyboard, scene),
        "duration": 5,
        "resolution": "1080p",
        "aspect_ratio": "9:16",
        "seed": scene.seed,
    }


@pytest.mark.parametrize("name", VIDEO_MODELS)
def test_each_model_is_told_in_its_own_words(name: str) -> None:
    """Nothing but what it takes, and everything that it takes of this order."""
    model, storyboard = VIDEO_MODELS[name], a_storyboard()
    request = a_request(model=name, resolution=Resolution.P720, negative_prompt="rain")
    call = clip_call(request, storyboard, storyboard.scenes[0])
    taken = model.inputs.model_dump(exclude={"start_frame", "last_frame", "reference_images"})
    assert call.input.keys() == {told for told in taken.values() if told is not None} | model.constants.keys()
    if model.inputs.negative_prompt is not None:
        assert call.input[model.inputs.negative_prompt] == "rain"
    assert call.price_microusd == 5 * model.offers[Resolution.P720].price_microusd_per_s


def test_a_repair_is_another_call_with_what_was_wrong() -> None:
    request, unusable = a_request(), Unusable("nonsense", ("title: missing",))
    call = repair_call(request, cuts_of(request), unusable)
    assert (call.intent_id, call.price_microusd) == ("plan-repair.1", 10_000)
    assert loads(call.input["prompt"])["problems"] == ["title: missing"]
    assert loads(call.input["prompt"])["your_answer"] == "nonsense"
    assert find_kind(call.intent_id) is CallKind.PLAN


def test_the_planner_is_reserved_at_its_ceiling() -> None:
    call = plan_call(a_request(), cuts_of(a_request()))
    assert (call.intent_id, call.price_microusd) == ("plan.1", 10_000)
    assert set(call.input) == {"prompt", "system_prompt", "temperature", "max_completion_tokens"}


def test_music_fits_the_models_limits() -> None:
    call = music_call(a_request(), a_storyboard().model_copy(update={"music_prompt": "m" * MUSIC_PROMPT_MAX}))
    assert (call.intent_id, call.price_microusd) == ("music.1", 30_000)
    assert len(call.input["prompt"]) <= min(model.prompt_max for model in MUSIC_MODELS.values())
    assert 10 <= len(call.input["lyrics"]) <= 600


def test_a_fingerprint_is_made_of_model_input_and_take() -> None:
    base = fingerprint("a/b", {"x": 1, "y": 2}, 1)
    assert base == fingerprint("a/b", {"y": 2, "x": 1}, 1)
    others = {
        fingerprint("a/c", {"x": 1, "y": 2}, 1),
        fingerprint("a/b", {"x": 1}, 1),
        fingerprint("a/b", {"x": 1, "y": 2}, 2),
    }
    assert len({base, *others}) == 4
    assert len(base) == 64


def test_kinds_are_read_from_ids() -> None:
    storyboard = a_storyboard()
    calls = [
        plan_call(a_request(), cuts_of(a_request())),
        clip_call(a_request(), storyboard, storyboard.scenes[0]),
        music_call(a_request(), storyboard),
    ]
    assert [find_kind(call.intent_id) for call in calls] == [CallKind.PLAN, CallKind.SCENE, CallKind.MUSIC]


@pytest.mark.parametrize(
    ("address", "ending"),
    [
        ("https://x/out.wav?sig=a.b", "wav"),
        ("https://x/out.MP3", "mp3"),
        ("https://x/out.exe", "mp3"),
        ("https://x/out", "mp3"),
        ("https://x/../../etc/passwd.flac", "flac"),
    ],
)
def test_music_is_kept_under_its_fingerprint_with_a_known_ending(address: str, ending: str) -> None:
    intent = as_intent(music_call(a_request(), a_storyboard()))
    assert output_key(UserId("ada"), intent, address) == f"u/ada/music/{intent.fingerprint}.{ending}"


def test_clips_and_plans_have_keys_that_do_not_depend_on_the_address() -> None:
    clip = as_intent(clip_call(a_request(), a_storyboard(), a_storyboard().scenes[0]))
    plan = as_intent(plan_call(a_request(), cuts_of(a_request())))
    assert output_key(UserId("ada"), clip, "https://x/a.webm") == f"u/ada/clips/{clip.fingerprint}.mp4"
    assert output_key(UserId("ada"), plan, "{") == f"u/ada/plans/{plan.fingerprint}.txt"
