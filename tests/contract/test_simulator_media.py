"""What is rendered, decoded: lengths, sizes, sameness and difference. The figures of its cost are printed."""

import base64
import io
import resource
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import pytest
from tests.fakes.footage import colour_of, run_ffmpeg
from tests.fakes.simulator import TINY, OpenSimulator, open_simulator

DEFAULT = "bytedance/seedance-1-pro-fast"
MUSIC = "stability-ai/stable-audio-2.5"
SPEECH = "minimax/speech-02-turbo"
RED_PNG = "iVBORw0KGgoAAAANSUhEUgAAAAIAAAACCAIAAAD91JpzAAAAEElEQVR4nGP4z8AARAwQCgAf7gP9i18U1AAAAABJRU5ErkJggg=="


async def fetch(provider: OpenSimulator, model: str, **given: Any) -> bytes:
    ended = await provider.run(model, input=given)
    assert ended["status"] == "succeeded", ended["error"]
    answer = await provider.client.get(ended["output"], headers={"authorization": ""})
    assert answer.status_code == 200
    return answer.content


def decode(content: bytes) -> list[av.VideoFrame]:
    with av.open(io.BytesIO(content), mode="r") as container:
        return list(container.decode(video=0))


def audio_length_s(content: bytes) -> float:
    with av.open(io.BytesIO(content), mode="r") as container:
        return sum(frame.samples / frame.sample_rate for frame in container.decode(audio=0))


def difference(first: av.VideoFrame, second: av.VideoFrame) -> float:
    """The mean distance of two pictures' brightness, 0 to 255."""
    one, two = (bytes(frame.reformat(64, 36, "gray").planes[0]) for frame in (first, second))
    return sum(abs(a - b) for a, b in zip(one, two, strict=True)) / len(one)


@pytest.mark.parametrize(
    ("given", "size"),
    [
        ({"resolution": "480p", "aspect_ratio": "9:16", "duration": 2}, (480, 864)),
        ({"resolution": "480p", "aspect_ratio": "1:1", "duration": 3}, (640, 640)),
        ({"resolution": "720p", "aspect_ratio": "16:9", "duration": 2}, (1280, 720)),
    ],
)
async def test_clips_have_their_size_and_every_frame(
    tmp_path: Path, given: dict[str, Any], size: tuple[int, int]
) -> None:
    async with open_simulator(tmp_path) as provider:
        content = await fetch(provider, DEFAULT, prompt="a lake at dawn", seed=1, **given)
    with av.open(io.BytesIO(content), mode="r") as container:
        (stream,) = container.streams
        assert isinstance(stream, av.VideoStream)
        assert (stream.width, stream.height) == size
        assert (stream.codec_context.name, stream.format.name) == ("h264", "yuv420p")
        assert stream.average_rate == 24
        frames = list(container.decode(stream))
    assert len(frames) == given["duration"] * 24
    assert [Fraction(frame.pts or 0) * (frame.time_base or 0) for frame in frames] == [
        Fraction(n, 24) for n in range(len(frames))
    ]


async def test_something_moves(tmp_path: Path) -> None:
    async with open_simulator(tmp_path) as provider:
        frames = decode(await fetch(provider, TINY, prompt="hills at noon", duration=2))
    assert difference(frames[0], frames[-1]) > 0.5


async def test_equal_input_gives_equal_bytes_also_from_an_empty_folder(tmp_path: Path) -> None:
    given = {"prompt": "a lake at dawn", "seed": 7, "duration": 2}
    contents = []
    for name in ("one", "two"):
        async with open_simulator(tmp_path / name) as provider:
            contents.append([await fetch(provider, TINY, **given) for _ in range(2)])
            contents[-1].append(
                await fetch(provider, TINY, **{**given, "prompt": "a lake at dawn [[sim:webhook_lost]]"})
            )
            contents[-1].append(await fetch(provider, MUSIC, prompt="calm", duration=3))
            contents[-1].append(await fetch(provider, SPEECH, text="Good morning."))
    assert contents[0] == contents[1]
    assert len(set(contents[0][:3])) == 1


async def test_prompt_seed_shape_and_scene_make_different_pictures(tmp_path: Path) -> None:
    base = {"prompt": "a lake at dawn", "seed": 1, "duration": 1}
    async with open_simulator(tmp_path) as provider:
        first = decode(await fetch(provider, TINY, **base))[12]
        others = [
            decode(await fetch(provider, TINY, **{**base, **change}))[12]
            for change in ({"prompt": "a city at night"}, {"seed": 2}, {"aspect_ratio": "9:16"})
        ]
    assert all(difference(first, other) > 3 for other in others)


async def test_the_mark_is_in_the_corner(tmp_path: Path) -> None:
    """Bright dots on a darker plate, whatever the scene: the same place in two very different pictures."""
    async with open_simulator(tmp_path) as provider:
        for prompt in ("hills in mist", "dunes at night"):
            frame = decode(await fetch(provider, TINY, prompt=prompt, duration=1))[12].reformat(format="gray")
            plane = frame.planes[0]
            rows = [bytes(plane)[row * plane.line_size :][: frame.width] for row in range(frame.height)]
            corner = [row[frame.width - 60 : frame.width - 8] for row in rows[frame.height - 16 : frame.height - 6]]
            assert max(map(max, corner)) - min(map(min, corner)) > 90


async def test_a_first_picture_is_where_the_clip_begins(tmp_path: Path) -> None:
    red = f"data:image/png;base64,{RED_PNG}"
    async with open_simulator(tmp_path) as provider:
        frames = decode(await fetch(provider, TINY, prompt="hills at noon", duration=2, image=red))
        plain = decode(await fetch(provider, TINY, prompt="hills at noon", duration=2))
    first = frames[0].reformat(format="rgb24").to_rgb()
    pixel = bytes(first.planes[0])[first.planes[0].line_size * 40 + 3 * 40 :][:3]
    assert pixel[0] > 200
    assert max(pixel[1:]) < 60
    assert len(frames) == len(plain) == 48
    assert difference(frames[0], plain[0]) > 20


async def test_a_first_picture_keeps_its_colours(tmp_path: Path) -> None:
    picture, clip = tmp_path / "green.jpg", tmp_path / "clip.mp4"
    run_ffmpeg("-f", "lavfi", "-i", "color=c=0x18A050:s=256x144,format=rgb24", "-frames:v", "1", "-q:v", "2", picture)
    green = f"data:image/jpeg;base64,{base64.b64encode(picture.read_bytes()).decode()}"
    async with open_simulator(tmp_path / "state") as provider:
        clip.write_bytes(await fetch(provider, TINY, prompt="hills at noon", duration=1, image=green))
    assert colour_of(clip) == pytest.approx(colour_of(picture), abs=5)
    assert colour_of(clip) == pytest.approx([0x18, 0xA0, 0x50], abs=8)


async def test_a_picture_that_cannot_be_had_fails_the_prediction(tmp_path: Path) -> None:
    async with open_simulator(tmp_path) as provider:
        nobody = await provider.run(TINY, input={"prompt": "x", "image": "http://127.0.0.1:9/a.png"})
        no_picture = await provider.run(TINY, input={"prompt": "x", "image": "data:,nothing"})
        assert (await provider.bill())["rows"] == []
    assert (nobody["status"], no_picture["status"]) == ("failed", "failed")
    assert nobody["error"].startswith("Failed to download input file")


async def test_a_clip_with_sound_has_it_for_its_whole_length(tmp_path: Path) -> None:
    given = {"prompt": "a lake", "duration": 2, "generate_audio": True, "seed": 1}
    async with open_simulator(tmp_path) as provider:
        content = await fetch(provider, "bytedance/seedance-1.5-pro", **given)
    assert len(decode(content)) == 48
    assert audio_length_s(content) == pytest.approx(2, abs=0.05)


@pytest.mark.parametrize(
    ("model", "given", "length_s"),
    [
        (MUSIC, {"prompt": "calm piano", "duration": 5}, 5),
        ("google/lyria-3", {"prompt": "fast synth"}, 30),
        (SPEECH, {"text": "This sentence is read to you by nobody at all."}, 46 / 14),
    ],
)
async def test_sounds_have_their_length(tmp_path: Path, model: str, given: dict[str, Any], length_s: float) -> None:
    async with open_simulator(tmp_path) as provider:
        content = await fetch(provider, model, **given)
    assert audio_length_s(content) == pytest.approx(length_s, abs=0.15)


async def test_damaged_files(tmp_path: Path) -> None:
    given = {"duration": 2, "seed": 1}
    async with open_simulator(tmp_path) as provider:
        whole = await fetch(provider, TINY, prompt="a lake", **given)
        cut = await fetch(provider, TINY, prompt="a lake [[sim:truncated=0.6]]", **given)
        short = await fetch(provider, TINY, prompt="a lake [[sim:wrong_length]]", **given)
        nothing = await fetch(provider, TINY, prompt="a lake [[sim:no_video]]", **given)
        assert [row["amount_microusd"] for row in (await provider.bill())["rows"]] == [2_000] * 4
    assert cut == whole[: int(len(whole) * 0.6)]
    assert len(decode(short)) == 24
    with pytest.raises(av.FFmpegError):
        decode(nothing)


async def test_a_damage_for_one_attempt_is_gone_in_the_next(tmp_path: Path) -> None:
    async with open_simulator(tmp_path) as provider:
        prompt = "a lake [[sim:no_video*1]]"
        first = await fetch(provider, TINY, prompt=prompt, duration=1)
        second = await fetch(provider, TINY, prompt=prompt, duration=1)
    assert not first.startswith(b"\0\0\0")
    assert len(decode(second)) == 24


@pytest.mark.parametrize("resolution", ["720p", "1080p"])
async def test_cost_is_printed(tmp_path: Path, resolution: str, capsys: pytest.CaptureFixture[str]) -> None:
    async with open_simulator(tmp_path) as provider:
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        await fetch(provider, DEFAULT, prompt="alpine slopes at dawn", resolution=resolution, duration=6, seed=1)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
    spent_s = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    with capsys.disabled():
        print(f"\n[simulator] 6 s clip at {resolution}: {spent_s:.2f} CPU-s of FFmpeg")  # noqa: T201 - a figure to read
    assert spent_s > 0
