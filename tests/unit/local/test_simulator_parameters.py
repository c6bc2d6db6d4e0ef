from typing import Any

import pytest

from omnigen_local.simulator.parameters import (
    DATA_URL_LIMIT,
    Choice,
    File,
    Files,
    Flag,
    InvalidInputError,
    Number,
    Parameter,
    Text,
    Whole,
    check_input,
)

FIELDS: dict[str, Parameter] = {
    "prompt": Text(required=True),
    "duration": Whole(2, 12, default=5),
    "aspect_ratio": Choice(("16:9", "1:1"), "16:9"),
    "seed": Whole(0, 100),
}


def test_defaults_are_filled_in_and_what_is_absent_stays_absent() -> None:
    assert check_input(FIELDS, {"prompt": "a lake"}) == {"prompt": "a lake", "duration": 5, "aspect_ratio": "16:9"}


def test_null_counts_as_left_out() -> None:
    assert check_input(FIELDS, {"prompt": "a lake", "duration": None})["duration"] == 5


def test_all_problems_are_told_at_once() -> None:
    with pytest.raises(InvalidInputError) as caught:
        check_input(FIELDS, {"duration": 13, "aspect_ratio": "4:3", "fps": 24})
    assert caught.value.problems == [
        "fps: is not an input of this model",
        "prompt: is required",
        "duration: must be greater than or equal to 2 and less than or equal to 12",
        'aspect_ratio: must be one of the following: "16:9", "1:1"',
    ]


@pytest.mark.parametrize(
    ("parameter", "good", "bad"),
    [
        (Text(required=True), ["x"], ["", "  ", 3]),
        (Text(), ["", "x"], [1, []]),
        (Whole(2, 12), [2, 12], [1, 13, 5.0, "5", True]),
        (Choice((5, 10), 5), [5, 10], [6, "5", 5.0]),
        (Number(0.5, 2), [0.5, 1, 2.0], [0.4, 2.1, "1", False]),
        (Flag(default=False), [True, False], [0, "true"]),
        (File(), ["https://x.test/a.png", "data:image/png;base64,AA=="], ["a.png", 3, "ftp://x.test/a"]),
        (Files(2), [[], ["https://x.test/a.png"]], ["https://x.test/a.png", ["https://x.test"] * 3, ["a.png"]]),
    ],
)
def test_values(parameter: Parameter, good: list[Any], bad: list[Any]) -> None:
    assert [value for value in good if parameter.find_fault(value)] == []
    assert [value for value in bad if not parameter.find_fault(value)] == []


def test_a_data_url_may_have_256_kb() -> None:
    head = "data:image/png;base64,"
    assert File().find_fault(head + "A" * (DATA_URL_LIMIT - len(head))) is None
    assert File().find_fault(head + "A" * DATA_URL_LIMIT) == "data URLs must be under 256 kB"
