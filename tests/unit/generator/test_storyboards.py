"""From a plan's words to a storyboard, and the plan that needs no model."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from orjson import dumps, loads
from tests.fakes.cutting import cuts_of
from tests.fakes.generator_world import a_request

from omnigen_generator.domain.prompting import PlannedScene, PlannedVideo, Unusable, read_plan, write_brief
from omnigen_generator.domain.storyboards import PROMPT_MAX, build_storyboard, write_prompt
from omnigen_generator.domain.templates import STRUCTURES, TITLE_MAX, write_plan
from omnigen_shared.contracts.media import FPS, Transition
from omnigen_shared.contracts.seeds import derive_seed
from omnigen_shared.contracts.storyboard import Category, PlannedBy, Storyboard
from omnigen_shared.contracts.text import check_text, clean_text

TEXT = st.text(min_size=1, max_size=3000).filter(clean_text)
HOSTILE = "\x00\x1b[2J\ud800\ufffe\u202e\x85"


def a_plan(count: int = 1, **news: object) -> PlannedVideo:
    plain = {"title": "T", "style": "S", "palette": ["red"], "music_prompt": "M", "scenes": [{"prompt": "P"}] * count}
    return PlannedVideo.model_validate({**plain, **news})


def build(plan: PlannedVideo, duration_s: int = 5, **request: object) -> Storyboard:
    asked = a_request(duration_s=duration_s, **request)
    return build_storyboard(asked, cuts_of(asked), plan, PlannedBy.MODEL)


def told(storyboard: Storyboard) -> list[str]:
    return [write_prompt(storyboard, scene) for scene in storyboard.scenes]


def test_subject_style_and_palette_are_carried_into_every_scene() -> None:
    plan = a_plan(3, style="painterly", palette=["teal", "gold"], subject="an old sailor in a red coat.")
    for prompt in told(build(plan, 15)):
        assert "painterly" in prompt
        assert "teal, gold" in prompt
        assert "an old sailor in a red coat. " in prompt


def test_the_customers_style_wins_over_the_planners() -> None:
    storyboard = build(a_plan(style="painterly"), style="pixel art")
    assert storyboard.style == "pixel art"
    assert "painterly" not in told(storyboard)[0]


def test_a_scene_has_its_camera_and_narration() -> None:
    scene = PlannedScene(prompt="A cup.", camera="slow push in", narration="Wake up.")
    storyboard = build(a_plan().model_copy(update={"scenes": (scene,)}))
    assert told(storyboard)[0].startswith("A cup. Camera: slow push in. Style")
    assert storyboard.scenes[0].narration == "Wake up."


@pytest.mark.parametrize(
    ("category", "wished", "chosen"),
    [
        (Category.AD_CREATIVE, "Dissolve ", Transition.DISSOLVE),
        (Category.AD_CREATIVE, "cut", Transition.FADE),
        (Category.AD_CREATIVE, "spin", Transition.FADE),
        (Category.MUSIC_VIDEO, "wipe", Transition.CUT),
        (Category.MUSIC_VIDEO, "cut", Transition.CUT),
    ],
)
def test_a_planner_chooses_among_transitions_of_one_length(category: Category, wished: str, chosen: Transition) -> None:
    storyboard = build(a_plan(3, scenes=[{"prompt": "P", "transition": wished}] * 3), 12, category=category)
    assert storyboard.scenes[0].transition is chosen
    assert storyboard.total_frames == 12 * FPS


@given(TEXT, TEXT, st.lists(TEXT, max_size=12), TEXT)
def test_whatever_a_planner_says_fits_the_contract(title: str, style: str, palette: list[str], prompt: str) -> None:
    scenes = [{"prompt": prompt, "camera": style, "narration": title, "transition": title}] * 3
    plan = a_plan(scenes=scenes, title=title, style=style, palette=palette, subject=style, music_prompt=prompt)
    storyboard = build(plan, 15)
    assert storyboard.total_frames == 450
    assert all(len(text) <= PROMPT_MAX for text in told(storyboard))


def test_a_planners_hostile_words_are_cleaned_wherever_they_go() -> None:
    scene = {"prompt": f"A cup{HOSTILE}\nof tea", "camera": f"pan{HOSTILE}\n", "narration": f"Hi{HOSTILE}"}
    plan = a_plan(1, title=f"Tea\n{HOSTILE}", style=HOSTILE + "calm", palette=[HOSTILE + "red"], scenes=[scene])
    storyboard = build(plan)
    assert (storyboard.title, storyboard.style, storyboard.palette) == ("Tea [2J", "[2Jcalm", ("[2Jred",))
    texts = (storyboard.title, storyboard.music_prompt, storyboard.scenes[0].prompt, storyboard.scenes[0].narration)
    assert all(check_text(text) == text for text in texts)
    assert storyboard.scenes[0].prompt == "A cup[2J\nof tea"
    assert told(storyboard)[0].startswith("A cup[2J\nof tea. Camera: pan[2J. Style")


@pytest.mark.parametrize("field", ["title", "style", "music_prompt"])
def test_a_plan_of_which_nothing_is_left_is_of_no_use(field: str) -> None:
    answer = dumps({**a_plan(1).model_dump(mode="json"), field: " \x00\x01\u202e"}).decode()
    assert isinstance(read_plan(answer, 1), Unusable)


def test_a_plan_with_half_a_character_is_of_no_use() -> None:
    answer = dumps(a_plan(1).model_dump(mode="json")).decode().replace('"T"', '"\\ud800"')
    assert isinstance(read_plan(answer, 1), Unusable)


def test_a_prompt_of_which_nothing_is_left_makes_a_video_all_the_same() -> None:
    request = a_request(prompt="\x00" * 20)
    cuts = cuts_of(request)
    assert build_storyboard(request, cuts, write_plan(request, len(cuts)), PlannedBy.TEMPLATE).title == "Untitled"


def test_seeds_follow_from_the_request_and_differ_between_scenes() -> None:
    seeds = {derive_seed(seed, number) for seed in range(20) for number in range(1, 20)}
    assert len(seeds) == 20 * 19
    assert derive_seed(1, 1) == derive_seed(1, 1)
    assert all(0 <= seed < 2**31 for seed in seeds)


@pytest.mark.parametrize("category", list(Category))
@pytest.mark.parametrize("count", [1, 2, 3, 4, 7, 41])
def test_the_template_writes_any_number_of_scenes_of_each_category(category: Category, count: int) -> None:
    request = a_request(category=category)
    plan = write_plan(request, count)
    assert plan == write_plan(request, count)
    assert len(plan.scenes) == count
    assert all("mountain coffee" in scene.prompt for scene in plan.scenes)
    if count > 1:
        assert plan.scenes[-1].camera == STRUCTURES[category].ending.camera


def test_a_template_takes_braces_in_a_prompt_as_they_are() -> None:
    plan = write_plan(a_request(prompt="a {wish} {0} %s $HOME ad for cups"), 3)
    assert all("{0} %s $HOME" in scene.prompt for scene in plan.scenes)


@given(st.text(min_size=10, max_size=2000).filter(lambda text: text.strip()), st.integers(0, 2**31 - 1))
def test_any_prompt_makes_a_template_storyboard(prompt: str, seed: int) -> None:
    request = a_request(prompt=prompt, seed=seed)
    cuts = cuts_of(request)
    storyboard = build_storyboard(request, cuts, write_plan(request, len(cuts)), PlannedBy.TEMPLATE)
    assert len(storyboard.title) <= TITLE_MAX + 1
    assert storyboard.planned_by is PlannedBy.TEMPLATE


def test_the_brief_has_what_a_planner_needs() -> None:
    request = a_request(prompt='say "hi"', style="noir", duration_s=10)
    brief = loads(dumps(write_brief(request, cuts_of(request), 7)))
    assert brief == {
        "prompt": 'say "hi"',
        "category": "ad-creative",
        "style": "noir",
        "aspect_ratio": "16:9",
        "scene_durations_s": [5, 6],
        "transitions": ["fade", "dissolve", "wipe", "slide", "fade-black"],
        "seed": 7,
    }


@pytest.mark.parametrize("wrap", ["{}", "```json\n{}\n```", "Here you are:\n```\n{}\n``` Enjoy!"])
def test_a_plan_is_found_with_and_without_a_fence(wrap: str) -> None:
    plan = a_plan(2)
    answer = wrap.replace("{}", dumps(plan.model_dump(mode="json")).decode())
    assert read_plan(answer, 2) == plan


@pytest.mark.parametrize(
    ("answer", "problem"),
    [
        ("", "Invalid JSON"),
        ("I am sorry.", "Invalid JSON"),
        ("[]", "Input should be an object"),
        ("{", "Invalid JSON"),
        (dumps(a_plan(1).model_dump(mode="json")).decode(), "scenes: there are 1, there must be 2"),
        (dumps({**a_plan(2).model_dump(mode="json"), "title": ""}).decode(), "title: "),
        (dumps({**a_plan(2).model_dump(mode="json"), "scenes": [{"prompt": ""}] * 2}).decode(), "scenes.0.prompt: "),
        (dumps({**a_plan(2).model_dump(mode="json"), "palette": 7}).decode(), "palette: "),
    ],
)
def test_of_an_answer_that_is_no_plan_it_is_said_why(answer: str, problem: str) -> None:
    found = read_plan(answer, 2)
    assert isinstance(found, Unusable)
    assert found.answer == answer
    assert found.problems[0].startswith(problem)


def test_fields_that_nobody_asked_for_are_let_through() -> None:
    assert read_plan(dumps({**a_plan(1).model_dump(mode="json"), "mood": "calm"}).decode(), 1) == a_plan(1)
