from typing import Any

import orjson
import pytest

from omnigen_local.simulator.faults import find_markers
from omnigen_local.simulator.planning.answers import answer, read_for_faults, split_pieces
from omnigen_local.simulator.planning.phrases import BEATS, NEIGHBOURS, ORDER, PLACES
from omnigen_local.simulator.planning.request import PlanRequest
from omnigen_local.simulator.planning.storyboard import write_storyboard
from omnigen_local.simulator.rendering.dice import Dice
from omnigen_local.simulator.rendering.worlds import WORDS, choose_world

ALL_PIECES = 16_384


def a_request(prompt: str = "a 15 second ad for a mountain coffee brand", **changes: Any) -> PlanRequest:
    return PlanRequest(**{"prompt": prompt, "scene_durations_s": [5, 5, 6], "seed": 1, **changes})


def a_document(prompt: str = "a lake", **changes: Any) -> str:
    return orjson.dumps(
        {"prompt": prompt, "category": "explainer", "style": None, "scene_durations_s": [5, 5], "seed": 1, **changes}
    ).decode()


@pytest.mark.parametrize(
    ("prompt", "subject"),
    [
        ("a 15 second ad for a mountain coffee brand", "mountain coffee brand"),
        ("Create an explainer video about the water cycle. Keep it simple", "water cycle"),
        ("Make me a short music video of neon city nights", "neon city nights"),
        ("How do vaccines work?", "vaccines"),
        ("What is photosynthesis?", "photosynthesis"),
        ("Kaffee!", "Kaffee"),
        ("video", "video"),
        ("山の中のコーヒー", "山の中のコーヒー"),
        ("a lake [[sim:failed@2]]", "lake"),
    ],
)
def test_the_subject_is_what_it_is_about(prompt: str, subject: str) -> None:
    assert a_request(prompt).subject == subject


def test_a_long_subject_is_cut_between_words() -> None:
    subject = a_request("a film about " + "very " * 40 + "old trees").subject
    assert len(subject) <= 80
    assert subject.endswith("very")


@pytest.mark.parametrize("category", BEATS)
@pytest.mark.parametrize("count", [1, 2, 3, 7, 12])
def test_there_is_one_scene_per_duration_with_all_its_parts(category: str, count: int) -> None:
    board = write_storyboard(a_request(category=category, scene_durations_s=[5.0] * count))
    assert set(board) == {"title", "style", "palette", "subject", "music_prompt", "scenes"}
    assert len(board["scenes"]) == count
    parts = {"prompt", "duration_s", "camera", "transition", "narration"}
    assert all(set(scene) == parts for scene in board["scenes"])
    assert all(colour.startswith("#") and len(colour) == 7 for colour in board["palette"])
    assert {scene["transition"] for scene in board["scenes"][:-1]} <= {"fade", "dissolve"}


def test_transitions_are_chosen_among_those_that_are_allowed() -> None:
    board = write_storyboard(a_request(transitions=("cut",)))
    assert [scene["transition"] for scene in board["scenes"]] == ["cut", "cut", "none"]
    assert write_storyboard(a_request(scene_durations_s=[5], transitions=()))["scenes"][0]["transition"] == "none"


def test_every_scene_speaks_of_the_subject() -> None:
    board = write_storyboard(a_request())
    assert all("mountain coffee brand" in scene["prompt"] for scene in board["scenes"])
    assert "ountain coffee brand" in board["title"]


def test_scenes_differ_from_each_other() -> None:
    board = write_storyboard(a_request(scene_durations_s=[5] * 6))
    assert len({scene["prompt"] for scene in board["scenes"]}) == 6


def test_equal_requests_get_equal_storyboards_and_others_do_not() -> None:
    assert write_storyboard(a_request()) == write_storyboard(a_request())
    boards = [write_storyboard(a_request(seed=seed)) for seed in range(6)]
    assert len({orjson.dumps(board) for board in boards}) == 6
    assert write_storyboard(a_request("a tea brand")) != write_storyboard(a_request("a cocoa brand"))


def test_a_wished_style_is_kept() -> None:
    assert write_storyboard(a_request(style="ink on paper"))["style"] == "ink on paper"


def test_an_ad_begins_with_a_hook_and_ends_with_a_call_to_action() -> None:
    narrations = [scene["narration"] for scene in write_storyboard(a_request(scene_durations_s=[9] * 4))["scenes"]]
    assert narrations[0] in BEATS["ad-creative"]["hook"][1]
    assert narrations[-1] == "Find your mountain coffee brand, and begin today."


def test_narration_fits_its_scene_and_music_videos_have_none() -> None:
    for duration_s in (1, 2, 3, 5):
        board = write_storyboard(a_request(category="explainer", scene_durations_s=[duration_s] * 5))
        assert all(len(scene["narration"]) <= max(0, duration_s - 1) * 14 for scene in board["scenes"])
    quiet = write_storyboard(a_request(category="music-video"))
    assert {scene["narration"] for scene in quiet["scenes"]} == {""}


def test_the_story_stays_near_the_place_that_the_user_names() -> None:
    scenes = write_storyboard(a_request("a sea resort", scene_durations_s=[5] * 6))["scenes"]
    worlds = {choose_world(scene["prompt"], Dice(0)) for scene in scenes}
    assert "sea" in worlds
    assert worlds <= {"sea", *NEIGHBOURS["sea"]}


def test_every_place_is_understood_by_the_renderer() -> None:
    assert set(PLACES) == set(WORDS) == set(NEIGHBOURS)
    assert {choose_world(place, Dice(0)) == world for world, places in PLACES.items() for place in places} == {True}


def test_every_beat_of_an_order_is_written() -> None:
    for category, (first, middle, last) in ORDER.items():
        assert {first, *middle, last} == set(BEATS[category])


def test_markers_go_to_the_scene_that_they_name() -> None:
    board = write_storyboard(a_request("a lake [[sim:failed@2, slow=9@music, webhook_lost, expires@voice, down@plan]]"))
    marked = [[marker.name for marker in find_markers(scene["prompt"])] for scene in board["scenes"]]
    assert marked == [["webhook_lost"], ["failed", "webhook_lost"], ["webhook_lost"]]
    assert [marker.name for marker in find_markers(board["music_prompt"])] == ["slow"]
    assert {marker.name for scene in board["scenes"] for marker in find_markers(scene["narration"])} == {"expires"}
    assert "[[sim" not in board["title"]


def test_only_the_plan_s_own_markers_count_for_the_call() -> None:
    document = a_document("a lake [[sim:failed@2, stuck, slow=9*1@plan]]")
    assert [(marker.name, marker.times) for marker in find_markers(read_for_faults(document))] == [("slow", 1)]
    assert read_for_faults("plain [[sim:failed]]") == "plain [[sim:failed]]"


def test_the_answer_is_the_storyboard_in_pieces() -> None:
    pieces = answer(a_document(), "", ALL_PIECES, {})
    assert len(pieces) > 50
    board = orjson.loads("".join(pieces))
    assert len(board["scenes"]) == 2


def test_an_answer_stops_at_the_limit() -> None:
    pieces = answer(a_document(), "", 20, {})
    assert len(pieces) == 20
    with pytest.raises(orjson.JSONDecodeError):
        orjson.loads("".join(pieces))


@pytest.mark.parametrize("prompt", ["Tell me about rivers", '{"prompt": "no durations"}', "", "[[sim:slow]]", "[1, 2]"])
def test_any_other_prompt_gets_prose(prompt: str) -> None:
    text = "".join(answer(prompt, "", ALL_PIECES, {}))
    assert text.startswith("About ")
    assert text == "".join(answer(prompt, "", ALL_PIECES, {}))


def test_nonsense_is_prose_in_spite_of_the_request() -> None:
    assert "".join(answer(a_document(), "", ALL_PIECES, {"nonsense": 0})).startswith("About ")


@pytest.mark.parametrize(
    "text", ['{\n  "a": "ünïcode — “x” 日本語 🎬",\n  "b": []\n}', "  spaces   and\ttabs\n", "a" * 50]
)
def test_pieces_lose_nothing(text: str) -> None:
    assert "".join(split_pieces(text)) == text
