"""Voices over music through the real FFmpeg: in their places, never past the cut, the music beneath them."""

from pathlib import Path

import av
import pytest
from tests.fakes.footage import count_samples, decode_strictly, make_clip, make_sound, measure_level, meter
from tests.fakes.media_bench import MediaBench

from omnigen_composer.domain.problems import VoiceInvalidError
from omnigen_shared.contracts.composer import SegmentResult, VoiceTrack

MUSIC = "0.3*sin(2*PI*220*t)"
VOICE = "0.5*sin(2*PI*1500*t)"


async def film(bench: MediaBench, folder: Path) -> list[SegmentResult]:
    """Eight seconds."""
    return await bench.make_film([(bench.put("1", make_clip(folder / "clip", frames=240)), 240)])


def say(bench: MediaBench, folder: Path, start: int, room: int, duration_s: float, text: str = "Hm.") -> VoiceTrack:
    name = f"voice{start}"
    key = bench.put(name, make_sound(folder / name, VOICE, duration_s=duration_s))
    return VoiceTrack(speech_key=key, start_frame=start, frames=room, text=text)


async def test_a_voice_is_in_its_place_and_over_before_the_cut(bench: MediaBench, tmp_path: Path) -> None:
    """Said from second 2, four seconds long, with room for two: half again as fast, and still cut off."""
    voice = say(bench, tmp_path, 60, 60, 4)
    path = await bench.get((await bench.render(await film(bench, tmp_path), voices=(voice,))).key)
    before, during, after = (measure_level(path, 1500, at) for at in (1.5, 2.5, 4.05))
    assert during > before + 30
    assert during > after + 30
    assert meter(path)[0] == pytest.approx(-14, abs=0.5)
    assert count_samples(path)[0] == pytest.approx(240 * 1600, abs=1024)


async def test_music_gives_way_to_the_voice_and_comes_back(bench: MediaBench, tmp_path: Path) -> None:
    music = bench.put("music", make_sound(tmp_path / "music", MUSIC, duration_s=8))
    voice = say(bench, tmp_path, 90, 60, 2)
    path = await bench.get((await bench.render(await film(bench, tmp_path), music_key=music, voices=(voice,))).key)
    before, during, after = (measure_level(path, 220, at) for at in (2, 4, 6))
    assert during < before - 4
    assert after == pytest.approx(before, abs=1.5)
    assert meter(path)[0] == pytest.approx(-14, abs=0.5)
    assert meter(path)[1] <= -1
    decode_strictly(path)


async def test_captions_lie_in_the_video_and_beside_it(bench: MediaBench, tmp_path: Path) -> None:
    voices = (say(bench, tmp_path, 30, 60, 1.5, "Wake up."), say(bench, tmp_path, 120, 100, 2, "Drink it."))
    video = await bench.render(await film(bench, tmp_path), voices=voices, has_captions=True)
    assert video.captions_key is not None
    text = (await bench.get(video.captions_key)).read_text()
    assert "00:00:01.000 --> 00:00:02.500\nWake up." in text
    assert "00:00:04.000 --> 00:00:06.000\nDrink it." in text
    with av.open(str(await bench.get(video.key))) as container:
        assert [stream.codec_context.name for stream in container.streams.subtitles] == ["mov_text"]


@pytest.mark.parametrize("has_voice", [True, False])
async def test_without_captions_or_words_there_are_none(bench: MediaBench, tmp_path: Path, has_voice: bool) -> None:
    voices = (say(bench, tmp_path, 30, 60, 1.5),) if has_voice else ()
    video = await bench.render(await film(bench, tmp_path), voices=voices, has_captions=not has_voice)
    assert video.captions_key is None
    with av.open(str(await bench.get(video.key))) as container:
        assert not container.streams.subtitles


async def test_a_voice_that_is_none_is_named(bench: MediaBench, tmp_path: Path) -> None:
    (tmp_path / "bad").write_bytes(b"RIFF is not enough")
    voice = VoiceTrack(speech_key=bench.put("bad", tmp_path / "bad"), start_frame=0, frames=30, text="Hm.")
    with pytest.raises(VoiceInvalidError) as refused:
        await bench.render(await film(bench, tmp_path), voices=(voice,))
    assert refused.value.details == {"key": voice.speech_key}
