"""Spoken lines: bought beside the clips, put into their scenes, left out when they cannot be had."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.fakes.cutting import cuts_of
from tests.fakes.generator_provider import Fault
from tests.fakes.generator_world import PLANNER, World, a_request

from omnigen_generator.domain.calls import voice_call
from omnigen_generator.domain.errors import VoiceInvalidError
from omnigen_generator.domain.storyboards import build_storyboard, fit_narration
from omnigen_generator.domain.templates import write_plan
from omnigen_generator.service.narration import LINES_AT_ONCE
from omnigen_shared.contracts.catalogue import SPEECH_MODELS
from omnigen_shared.contracts.composer import RenderRequest, Sounds, SoundtrackRequest
from omnigen_shared.contracts.job import IntentStatus, JobStatus
from omnigen_shared.contracts.storyboard import Category, PlannedBy, Room, list_rooms

SPEECH = "minimax/speech-02-turbo"


def rendered(world: World) -> RenderRequest:
    [request] = world.composer.renders.values()
    return request


def told(**order: Any) -> World:
    world = World()
    world.order(narration=True, **order)
    return world


def test_every_line_is_spoken_in_its_scene() -> None:
    world = told(captions=True)
    assert world.run().status is JobStatus.COMPLETED
    storyboard = world.snapshot.storyboard
    assert storyboard is not None
    voices = rendered(world).voices
    assert [(voice.start_frame, voice.frames) for voice in voices] == list(list_rooms(storyboard.scenes))
    assert [voice.text for voice in voices] == ["Hm."] * 3
    assert all(voice.speech_key.startswith("u/ada/voices/") for voice in voices)
    assert rendered(world).has_captions


def test_equal_lines_are_paid_once() -> None:
    """All scenes say the same: one call, which the others are given."""
    world = told()
    world.run()
    assert world.provider.creates.count(SPEECH) == 1


def test_without_narration_nothing_is_said() -> None:
    world = World()
    world.order()
    world.run()
    assert rendered(world).voices == ()
    assert SPEECH not in world.provider.creates


@pytest.mark.parametrize("fault", [Fault.FAILED, Fault.REFUSED, Fault.OUTPUT_GONE])
def test_a_line_that_cannot_be_had_is_left_out(fault: Fault) -> None:
    world = told()
    world.provider.script(SPEECH, *[fault] * 3)
    assert world.run().status is JobStatus.COMPLETED
    assert rendered(world).voices == ()


def test_more_lines_than_are_begun_at_once_cannot_be_had_and_hold_up_nobody() -> None:
    world = told(duration_s=60, category=Category.MUSIC_VIDEO)
    world.provider.script(SPEECH, *[Fault.REFUSED] * 200)
    assert world.run().status is JobStatus.COMPLETED
    assert len(world.snapshot.scenes) > LINES_AT_ONCE
    assert rendered(world).voices == ()


def test_the_soundtrack_is_begun_with_the_line_that_came_last() -> None:
    world = told()
    world.provider.latencies[SPEECH] = 40
    assert world.run().status is JobStatus.COMPLETED
    sounds = [request for request in world.composer.requested if isinstance(request, SoundtrackRequest)]
    assert {len(sound.voices) for sound in sounds} == {3}


def test_speech_that_takes_too_long_is_not_waited_for() -> None:
    world = told(time_s=300)
    world.provider.latencies[SPEECH] = 10_000
    assert world.run().status is JobStatus.COMPLETED
    assert rendered(world).voices == ()


def test_voices_that_the_composer_cannot_use_are_left_out_and_given_to_nobody() -> None:
    world = told()
    world.composer.are_voices_bad = True
    assert world.run().status is JobStatus.COMPLETED
    assert rendered(world).voices == ()
    assert world.intent("voice-01.1").spoiled is not None
    again = world.beside("job_2")
    again.composer.are_voices_bad = False
    again.order(narration=True)
    assert again.run().status is JobStatus.COMPLETED
    assert world.provider.creates.count(SPEECH) == 1


@pytest.mark.parametrize("is_burnt", [False, True])
def test_a_line_that_the_composer_cannot_use_leaves_the_others_heard(*, is_burnt: bool) -> None:
    world = told(captions=True, burn_captions=is_burnt)
    world.provider.script(PLANNER, Fault.FAILED)  # the template's lines differ
    world.composer.bad_lines = {"Look closer."}
    assert world.run().status is JobStatus.COMPLETED
    assert [voice.text for voice in rendered(world).voices] == ["Made with care.", "Try it today."]
    spoiled = [intent.intent_id for intent in world.snapshot.intents if intent.spoiled is not None]
    assert spoiled == ["voice-01.1"]
    assert world.provider.creates.count(SPEECH) == 3


def test_speech_that_nobody_has_ordered_is_not_asked_about_for_ever() -> None:
    """The composer names a file that is no line of the job's: the video goes without voices."""
    world = told()

    def refuse(request: Sounds) -> None:
        if isinstance(request, RenderRequest) and request.voices:
            raise VoiceInvalidError(422, "voice_invalid", "no voice", details={"key": "u/ada/voices/other.mp3"})

    world.composer.refuse_sounds = refuse
    assert world.run().status is JobStatus.COMPLETED
    assert rendered(world).voices == ()
    assert all(intent.spoiled is None for intent in world.snapshot.intents)


@pytest.mark.parametrize("name", SPEECH_MODELS)
def test_a_model_is_told_in_its_own_words(name: str) -> None:
    request = a_request(speech_model=name, narration=True)
    plan = build_storyboard(request, cuts_of(request), write_plan(request, 3), PlannedBy.TEMPLATE)
    call, model = voice_call(request, plan.scenes[0]), SPEECH_MODELS[name]
    assert call.intent_id == "voice-01.1"
    assert call.input["text"] == plan.scenes[0].narration
    assert call.input.keys() == {"text", model.voice_input, model.seed_input} - {None}
    assert call.price_microusd == -(-len(plan.scenes[0].narration) * model.price_microusd_per_1k // 1000)


def test_a_line_that_is_too_long_keeps_its_whole_sentences() -> None:
    room = Room(0, 90)
    assert fit_narration("Wake up.  Smell it. And then drink it all day long.", room) == "Wake up. Smell it."
    assert (
        fit_narration("and then drink it all day long, my friend of old", room)
        == "and then drink it all day long, my friend"
    )
    assert fit_narration("short", room) == "short"


@given(st.text(max_size=600), st.integers(0, 600))
def test_no_planned_line_is_longer_than_its_scene(text: str, frames: int) -> None:
    room = Room(0, frames)
    assert len(fit_narration(text, room)) <= room.characters


def test_lines_are_settled() -> None:
    world = told()
    world.run()
    intents = [intent for intent in world.snapshot.intents if intent.intent_id.startswith("voice")]
    assert {intent.status for intent in intents} == {IntentStatus.SETTLED}
