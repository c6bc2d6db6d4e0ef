"""What FFmpeg is told: graphs for pictures and sounds."""

import re
from pathlib import Path

import pytest

from omnigen_local.simulator.rendering.dice import Dice
from omnigen_local.simulator.rendering.moods import MOODS
from omnigen_local.simulator.rendering.music import music_filters, write_tune
from omnigen_local.simulator.rendering.raster import Pixels
from omnigen_local.simulator.rendering.scenery import compose_scene
from omnigen_local.simulator.rendering.sky import Sun, sky_expression, small_size
from omnigen_local.simulator.rendering.speech import Utterance, speech_filters
from omnigen_local.simulator.rendering.stage import Frame, Motion, Stage
from omnigen_local.simulator.rendering.video import Shot, plan_clip

SUN = Sun(0.5, 0.3, 0.005)


def a_stage(folder: Path, width: int = 320, height: int = 180) -> Stage:
    return Stage(folder, Frame(width, height, 48))


def a_shot(**changes: object) -> Shot:
    plain = {"prompt": "a lake", "seed": "1", "width": 320, "height": 180, "duration_s": 2}
    return Shot(**{**plain, **changes})  # type: ignore[arg-type]  # a test's free choice


def test_a_frame_measures_by_its_shorter_side() -> None:
    assert Frame(720, 1280, 1).scale == 1
    assert Frame(1920, 1080, 1).px(0.1) == 108
    assert Frame(256, 144, 1).px(0.001) == 2


@pytest.mark.parametrize("size", [(1280, 720), (720, 1280), (960, 960), (2176, 928)])
def test_the_sky_s_grid_has_the_picture_s_shape_and_few_points(size: tuple[int, int]) -> None:
    across, down = small_size(*size)
    assert across * down < 2600
    assert across / down == pytest.approx(size[0] / size[1], rel=0.1)
    assert (across % 2, down % 2) == (0, 0)


def test_an_aurora_is_in_the_sky_only_where_it_shall_be() -> None:
    plain = sky_expression(MOODS["blue"], SUN, 1.8, Dice("s"), aurora=False)
    lit = sky_expression(MOODS["aurora"], SUN, 1.8, Dice("s"), aurora=True)
    assert "st(3," not in plain
    assert lit.count("st(3,") == 3
    assert [part.split("=")[0] for part in re.findall(r"(?:^|:)(?:lum|cb|cr)=", plain)] == ["lum", ":cb", ":cr"]


def test_layers_are_laid_one_over_the_other(tmp_path: Path) -> None:
    stage = a_stage(tmp_path)
    stage.set_sky("lum='1':cb='2':cr='3'", (32, 18))
    stage.add(Pixels(b"\0" * 32, 4, 2, transposed=True), (8, 4), Motion("n", "3"), alpha=0.5)
    stage.add(Pixels(b"\0" * 32, 4, 2), (8, 4), Motion("0", "0"))
    assert stage.picture == "[base2]"
    turned, plain = stage.filters[1], stage.filters[3]
    assert turned.startswith("[0:v]transpose=cclock_flip,scale=8:4")
    assert "aa=0.500" in turned
    assert "transpose" not in plain
    assert stage.filters[2] == "[base0][layer1]overlay=x='n':y='3':eval=frame:format=yuv420[base1]"
    assert stage.inputs[:6] == ["-f", "rawvideo", "-pixel_format", "rgba", "-video_size", "2x4"]
    assert (tmp_path / "layer0.rgba").read_bytes() == b"\0" * 32


def test_scenes_repeat_and_differ_by_prompt_seed_and_shape(tmp_path: Path) -> None:
    def compose(name: str, prompt: str, seed: str, width: int = 320, height: int = 180) -> str:
        folder = tmp_path / name
        folder.mkdir()
        stage = a_stage(folder, width, height)
        compose_scene(stage, prompt, seed)
        return ";".join(stage.filters)

    first = compose("a", "a lake", "1")
    assert first == compose("b", "a lake", "1")
    others = {
        compose("c", "a sea", "1"),
        compose("d", "a lake", "2"),
        compose("e", "a lake", "1", 180, 320),
        first,
    }
    assert len(others) == 4


@pytest.mark.parametrize(("words", "x"), [("pan left", "floor("), ("pan right", "-floor(")])
def test_the_camera_goes_where_the_prompt_says(tmp_path: Path, words: str, x: str) -> None:
    stage = a_stage(tmp_path)
    compose_scene(stage, f"hills, slow {words}", "1")
    pans = [match[1] for part in stage.filters if (match := re.search(r"overlay=x='(-?floor\()", part))]
    assert set(pans) == {x}
    assert len(pans) == 4


def test_a_night_has_stars_and_no_birds(tmp_path: Path) -> None:
    stage = a_stage(tmp_path)
    compose_scene(stage, "hills under the moon", "1")
    sizes = [stage.inputs[place + 1] for place, word in enumerate(stage.inputs) if word == "-video_size"]
    assert "320x98" in sizes
    assert "64x28" not in sizes


def test_a_clip_has_exactly_its_frames_and_no_traces_of_its_making(tmp_path: Path) -> None:
    arguments = plan_clip(a_shot(duration_s=5), tmp_path, tmp_path / "out.mp4")
    assert arguments[arguments.index("-frames:v") + 1] == "120"
    assert "+bitexact" in arguments
    assert arguments[arguments.index("-threads") + 1] == "1"
    assert "[sound]" not in arguments


def test_sound_and_pictures_are_added_when_asked_for(tmp_path: Path) -> None:
    shot = a_shot(first_picture=tmp_path / "first", last_picture=tmp_path / "last", has_sound=True)
    arguments = plan_clip(shot, tmp_path, tmp_path / "out.mp4")
    assert "[sound]" in arguments
    assert {str(tmp_path / "first"), str(tmp_path / "last")} <= set(arguments)
    graph = arguments[arguments.index("-filter_complex") + 1]
    assert "fade=t=out" in graph
    assert "fade=t=in" in graph


def test_a_tune_follows_prompt_and_seed() -> None:
    assert write_tune("calm piano", "1") == write_tune("calm piano", "1")
    assert len({write_tune("calm piano", str(seed)) for seed in range(8)}) > 4
    assert write_tune("slow and calm", "1").beat_s > write_tune("fast and driving", "1").beat_s
    assert len(write_tune("x", "1").chords) == 4


def test_music_has_its_length_and_fades_out_at_its_end() -> None:
    graph = music_filters(write_tune("x", "1"), 60)
    assert "atrim=duration=60.000" in graph
    assert "afade=t=out:st=57.500:d=2.500" in graph
    assert graph.endswith("[sound]")


def test_speech_is_as_long_as_its_text_takes() -> None:
    assert Utterance("x" * 140, "a").length_s == 10
    assert Utterance("x" * 140, "a", speed=2).length_s == 5
    assert Utterance("", "a").length_s == 0.4


def test_speech_pauses_at_its_marks_and_has_its_own_voice() -> None:
    graph = speech_filters(Utterance("One, two. Three", "a"))
    assert graph.count("between(t,") == 2
    assert speech_filters(Utterance("One", "a")) != speech_filters(Utterance("One", "b"))
    assert "volume=0:enable='0'" in speech_filters(Utterance("One", "a"))
