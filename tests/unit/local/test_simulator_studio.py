"""Which file a request gets: what makes two requests one, and what keeps them apart."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import pytest

from omnigen_local.simulator.gallery import Gallery
from omnigen_local.simulator.pictures import PictureLoader
from omnigen_local.simulator.rendering.ffmpeg import Ffmpeg
from omnigen_local.simulator.studio import NOT_MEDIA, Studio
from omnigen_local.simulator.table import MODELS, TINY

RED, BLUE = "data:,red", "data:,blue"


@dataclass
class Typewriter:
    """Stands for FFmpeg: writes the arguments that decide what is drawn into the file, and counts."""

    runs: list[list[str]] = field(default_factory=list)

    async def run(self, plan: Callable[[], Sequence[str]]) -> None:
        arguments = list(plan())
        self.runs.append(arguments)
        Path(arguments[-1]).write_text(" ".join(arguments[:-1]))  # noqa: ASYNC240 - a small local file


@pytest.fixture
def ffmpeg() -> Typewriter:
    return Typewriter()


@pytest.fixture
def gallery(tmp_path: Path) -> Gallery:
    return Gallery(tmp_path)


@pytest.fixture
def studio(ffmpeg: Typewriter, gallery: Gallery, tmp_path: Path) -> Studio:
    return Studio(cast("Ffmpeg", ffmpeg), gallery, PictureLoader(tmp_path / "pictures"))


async def film(studio: Studio, faults: dict[str, float] | None = None, **given: Any) -> str:
    values = TINY.check({"prompt": "a lake", **given})
    return (await studio.produce(TINY, values, faults or {})).file


async def test_equal_requests_share_a_file(studio: Studio, ffmpeg: Typewriter) -> None:
    first = await film(studio, seed=1)
    assert await film(studio, seed=1) == first
    assert await film(studio, seed=1, prompt="a lake [[sim:slow]]") == first
    assert len(ffmpeg.runs) == 1


async def test_every_input_makes_a_file_of_its_own(studio: Studio) -> None:
    files = [
        await film(studio),
        await film(studio, seed=1),
        await film(studio, prompt="a sea"),
        await film(studio, duration=3),
        await film(studio, aspect_ratio="1:1"),
        await film(studio, image=RED),
        await film(studio, image=BLUE),
        await film(studio, {"wrong_length": 0.5}),
    ]
    assert len(set(files)) == len(files)


async def test_a_picture_counts_by_its_content(studio: Studio, ffmpeg: Typewriter) -> None:
    assert await film(studio, image=RED) == await film(studio, image="data:text/plain,red")
    assert len(ffmpeg.runs) == 1


async def test_the_scene_stays_when_only_length_or_size_change(studio: Studio, ffmpeg: Typewriter) -> None:
    """A longer take of the same shot: the sky's expression is the same."""
    model = MODELS["bytedance/seedance-1-pro-fast"]
    for given in ({"resolution": "720p", "duration": 2}, {"resolution": "1080p", "duration": 4}):
        await studio.produce(model, model.check({"prompt": "a lake", "seed": 1, **given}), {})
    skies = {run[run.index("-filter_complex") + 1].split("geq=")[1].split("st(1,")[0] for run in ffmpeg.runs}
    assert len(ffmpeg.runs) == 2
    assert len(skies) == 1


async def test_truncated_and_broken_files_stand_beside_the_whole_one(studio: Studio, gallery: Gallery) -> None:
    whole, cut, none = await film(studio), await film(studio, {"truncated": 0.5}), await film(studio, {"no_video": 0})
    content = gallery.path(whole).read_bytes()
    assert gallery.path(cut).read_bytes() == content[: len(content) // 2]
    assert gallery.path(none).read_bytes() == NOT_MEDIA
    assert len({whole, cut, none}) == 3


async def test_a_clip_is_an_mp4_and_sounds_are_mp3(studio: Studio) -> None:
    music, speech = MODELS["minimax/music-1.5"], MODELS["inworld/tts-1.5-max"]
    outputs = [
        await studio.produce(TINY, TINY.check({"prompt": "a lake"}), {}),
        await studio.produce(music, music.check({"prompt": "calm"}), {}),
        await studio.produce(speech, speech.check({"text": "Hello."}), {}),
    ]
    assert [output.name for output in outputs] == ["output.mp4", "output.mp3", "output.mp3"]


@pytest.mark.parametrize(
    ("name", "given", "length"),
    [
        ("minimax/music-1.5", {"lyrics": "la la"}, "atrim=duration=60.000"),
        ("google/lyria-3", {}, "atrim=duration=30.000"),
        ("stability-ai/stable-audio-2.5", {"duration": 12}, "atrim=duration=12.000"),
    ],
)
async def test_music_has_the_model_s_length(
    studio: Studio, ffmpeg: Typewriter, name: str, given: dict[str, Any], length: str
) -> None:
    await studio.produce(MODELS[name], MODELS[name].check({"prompt": "calm", **given}), {})
    assert length in ffmpeg.runs[0][1]


async def test_voice_speed_and_pitch_change_what_is_said(studio: Studio, ffmpeg: Typewriter) -> None:
    model = MODELS["minimax/speech-02-turbo"]
    for given in ({}, {"voice_id": "Deep_Man"}, {"speed": 2}, {"pitch": 5}):
        await studio.produce(model, model.check({"text": "Good morning to you all.", **given}), {})
    graphs = [run[1] for run in ffmpeg.runs]
    assert len(set(graphs)) == 4
    assert ":d=1.714," in graphs[0]
    assert ":d=0.857," in graphs[2]


async def test_text_needs_no_ffmpeg(studio: Studio, ffmpeg: Typewriter) -> None:
    model = MODELS["openai/gpt-4o-mini"]
    output = await studio.produce(model, model.check({"prompt": "Tell me about rivers"}), {})
    assert "rivers" in "".join(output.pieces)
    assert ffmpeg.runs == []
