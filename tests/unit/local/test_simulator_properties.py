"""Rules that hold for anything that may come in."""

import string
from typing import Any

import orjson
from hypothesis import given
from hypothesis import strategies as st

from omnigen_local.simulator.creating import BadRequestError, read_duration, read_request, read_wait
from omnigen_local.simulator.faults import FAULTS, Marker, find_markers, strip_markers
from omnigen_local.simulator.parameters import InvalidInputError
from omnigen_local.simulator.planning.answers import answer, split_pieces
from omnigen_local.simulator.planning.request import PlanRequest, shorten
from omnigen_local.simulator.rendering.raster import draw_silhouette
from omnigen_local.simulator.table import MODELS

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-1000, 1000) | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=12), inner, max_size=3),
    max_leaves=8,
)
FIELDS = sorted({name for model in MODELS.values() for name in model.parameters})
WORDS = st.text(string.ascii_letters + " .,?!\n", max_size=60)


@given(st.sampled_from(sorted(MODELS)), st.dictionaries(st.sampled_from(FIELDS), JSON, max_size=6))
def test_any_input_is_either_priced_or_refused(name: str, given_input: dict[str, Any]) -> None:
    model = MODELS[name]
    try:
        values = model.check(given_input)
    except InvalidInputError:
        return
    assert model.charge(values).amount_microusd > 0


@given(JSON, st.text(max_size=12), st.text(max_size=12))
def test_any_request_is_either_read_or_refused(body: Any, prefer: str, cancel_after: str) -> None:
    try:
        request = read_request(body, {"prefer": prefer, "cancel-after": cancel_after}, ())
    except BadRequestError:
        return
    assert 0 <= request.wait_s <= 60


@given(st.integers(0, 50), st.integers(0, 59), st.integers(0, 59))
def test_a_duration_is_the_sum_of_its_parts(hours: int, minutes: int, seconds: int) -> None:
    assert read_duration(f"{hours}h{minutes}m{seconds}s") == hours * 3600 + minutes * 60 + seconds


@given(st.integers(1, 60))
def test_a_wait_is_what_it_says(seconds: int) -> None:
    assert read_wait(f"wait={seconds}") == seconds


@given(
    st.sampled_from(sorted(FAULTS)),
    st.integers(0, 10_000).map(lambda number: number / 10),
    st.none() | st.integers(0, 9),
    st.text("abc xyz", min_size=1).map(str.strip),
)
def test_a_marker_is_found_and_stripped_wherever_it_stands(
    name: str, value: float, times: int | None, text: str
) -> None:
    mark = Marker(name, value, times).retargeted()
    for marked in (f"{text} {mark}", f"{mark}{text}", f"{text}{mark}"):
        assert find_markers(marked) == [Marker(name, value, times)]
        assert strip_markers(marked) == text


@given(st.text(max_size=300))
def test_pieces_lose_nothing(text: str) -> None:
    assert "".join(split_pieces(text)) == text


@given(st.text(max_size=120), st.integers(1, 60))
def test_shortening_keeps_the_limit_and_the_beginning(text: str, longest: int) -> None:
    short = shorten(text, longest)
    assert len(short) <= longest
    assert text.startswith(short)


@given(
    WORDS,
    st.sampled_from(["ad-creative", "music-video", "explainer", "something new"]),
    st.lists(st.integers(1, 12), min_size=1, max_size=20),
    st.integers(0, 2**31),
    st.none() | st.text(max_size=30),
)
def test_any_request_for_a_plan_gets_one(
    prompt: str, category: str, durations: list[int], seed: int, style: str | None
) -> None:
    document = {
        "prompt": prompt,
        "category": category,
        "style": style,
        "scene_durations_s": durations,
        "seed": seed,
        "aspect_ratio": "16:9",
    }
    board = orjson.loads("".join(answer(orjson.dumps(document).decode(), "", 100_000, {})))
    assert len(board["scenes"]) == len(durations)
    assert all(0 < len(scene["prompt"]) < 400 for scene in board["scenes"])
    assert 0 < len(board["title"]) <= 200
    assert 0 < len(board["music_prompt"]) <= 300


@given(WORDS)
def test_there_is_always_a_subject(prompt: str) -> None:
    subject = PlanRequest(prompt=prompt, scene_durations_s=[5]).subject
    assert subject
    assert len(subject) <= 80


@given(st.lists(st.floats(-1, 2), min_size=1, max_size=20), st.integers(2, 30))
def test_a_silhouette_never_leaves_its_layer(heights: list[float], height: int) -> None:
    pixels = draw_silhouette(heights, height, b"\xff\xff\xff\xff" * height)
    assert len(pixels.data) == 4 * len(heights) * height
