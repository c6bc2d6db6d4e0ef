import errno
import os
from pathlib import Path

import pytest

from omnigen_local.demo.order import DEFAULTS, BadValueError, Order, parse_order
from omnigen_shared.contracts.media import AspectRatio, Resolution
from omnigen_shared.contracts.spending import PlanName
from omnigen_shared.contracts.text import ALLOWED


def parse(out: Path, **typed: str) -> Order:
    return parse_order({"out": str(out), **typed})


def test_what_is_not_typed_has_a_default(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    order = parse_order({})
    assert order.prompt == "a 15 second ad for a mountain coffee brand"
    assert (order.duration_s, order.size, order.seed, order.out) == (15, (1280, 720), 1, Path("omnigen-demo.mp4"))


def test_values_become_an_order_and_its_body(tmp_path: Path) -> None:
    order = parse(tmp_path / "a.mp4", duration="60", aspect="9:16", resolution="1080p", seed="7")
    assert order.size == (1080, 1920)
    assert order.to_body() == {
        "prompt": DEFAULTS["prompt"],
        "category": "ad-creative",
        "duration_s": 60,
        "aspect_ratio": AspectRatio.PORTRAIT,
        "resolution": Resolution.P1080,
        "seed": 7,
    }


@pytest.mark.parametrize(("resolution", "plan"), [("480p", "free"), ("720p", "free"), ("1080p", "pro")])
def test_only_1080p_needs_the_pro_plan(tmp_path: Path, resolution: str, plan: str) -> None:
    assert parse(tmp_path / "a.mp4", resolution=resolution).plan is PlanName(plan)


@pytest.mark.parametrize("prompt", ['it\'s "5 $" for; all & more', "ten chars!", "x" * 2000, "ünïcödé ☕ coffee"])
def test_a_prompt_is_taken_as_it_is_typed(tmp_path: Path, prompt: str) -> None:
    assert parse(tmp_path / "a.mp4", prompt=prompt).prompt == prompt


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("prompt", "short", "PROMPT has 5 characters: it must have 10 to 2000 characters"),
        (
            "prompt",
            "an ad for \udcff tea",
            f"PROMPT: Text should not have U+DCFF (character 11): allowed are {ALLOWED}",
        ),
        ("prompt", "x" * 2001, "PROMPT has 2001 characters: it must have 10 to 2000 characters"),
        ("duration", "4", "DURATION=4: must be a whole number of seconds from 5 to 60"),
        ("duration", "61", "DURATION=61: must be a whole number of seconds from 5 to 60"),
        ("duration", "15.5", "DURATION=15.5: must be a whole number of seconds from 5 to 60"),
        ("duration", "fifteen", "DURATION=fifteen: must be a whole number of seconds from 5 to 60"),
        ("duration", "१५", "DURATION=१५: must be a whole number of seconds from 5 to 60"),
        ("aspect", "2:1", "ASPECT=2:1: must be one of 16:9, 9:16, 1:1, 4:3, 3:4"),
        ("resolution", "720", "RESOLUTION=720: must be one of 480p, 720p, 1080p"),
        ("resolution", "4 k\n", r"RESOLUTION='4 k\n': must be one of 480p, 720p, 1080p"),
        ("seed", "-1", "SEED=-1: must be a whole number from 0 to 2147483647"),
        ("seed", "2147483648", "SEED=2147483648: must be a whole number from 0 to 2147483647"),
    ],
)
def test_a_bad_value_is_one_line_with_what_is_allowed(tmp_path: Path, name: str, text: str, told: str) -> None:
    with pytest.raises(BadValueError) as caught:
        parse(tmp_path / "a.mp4", **{name: text})
    assert str(caught.value) == told


def refusal_of(out: Path) -> str:
    with pytest.raises(BadValueError) as caught:
        parse(out)
    told, _, allowed = str(caught.value).rpartition("; ")
    assert allowed == "must be a file in a folder that exists and can be written"
    return told.removeprefix(f"OUT={out}: ")


def test_the_file_must_lie_in_a_folder_that_exists(tmp_path: Path) -> None:
    assert refusal_of(tmp_path / "no" / "a.mp4") == "No such file or directory"
    assert refusal_of(tmp_path / ("x" * 300)) == "File name too long"
    assert refusal_of(tmp_path) == refusal_of(Path("/")) == "is a folder"


@pytest.mark.parametrize("device", ["/dev/null", "/dev/full"])
def test_a_device_is_never_replaced(tmp_path: Path, device: str) -> None:
    link = tmp_path / "link.mp4"
    link.symlink_to("/dev/null")
    for path in (Path(device), link):
        assert refusal_of(path) == "is a device or the like, not a file"


def test_a_pipe_is_no_file_either(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.mp4")
    assert refusal_of(tmp_path / "pipe.mp4") == "is a device or the like, not a file"


def test_that_nothing_can_be_written_is_noticed_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_args: object, **_options: object) -> None:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    monkeypatch.setattr(Path, "touch", refuse)
    assert refusal_of(tmp_path / "a.mp4") == "Permission denied"


def test_looking_whether_it_can_be_written_leaves_nothing_and_changes_nothing(tmp_path: Path) -> None:
    old = tmp_path / "a.mp4"
    old.write_bytes(b"old")
    link = tmp_path / "link.mp4"
    link.symlink_to(old)
    parse(old)
    parse(link)
    parse(tmp_path / "new.mp4")
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["a.mp4", "link.mp4"]
    assert old.read_bytes() == b"old"


def test_a_relative_file_lies_in_the_present_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert parse(Path("video.mp4")).out == Path("video.mp4")
