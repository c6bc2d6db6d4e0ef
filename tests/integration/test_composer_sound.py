"""Soundtracks through the real FFmpeg: every combination of music, voices and clips is as loud as the house wants."""

from itertools import product
from pathlib import Path

import pytest
from tests.fakes.footage import count_samples, make_clip, make_sound, measure_level, meter, run_ffmpeg
from tests.fakes.media_bench import MediaBench

from omnigen_shared.contracts.composer import ClipSound, SoundtrackRequest, VoiceTrack

FRAMES = 150
BEAT = "0.5*sin(2*PI*220*t)*lt(mod(t\\,0.5)\\,0.1)+0.02*random(0)"
SPEECH = "0.4*sin(2*PI*1500*t)*lt(mod(t\\,0.3)\\,0.2)"
SURF = "0.2*random(0)-0.1"


def put_sound(bench: MediaBench, name: str, expression: str, duration_s: float = 3) -> str:
    return bench.put(name, make_sound(bench.folder / name, expression, duration_s))


def put_clip(bench: MediaBench, name: str, expression: str | None) -> str:
    silent = make_clip(bench.folder / f"silent-{name}")
    if expression is None:
        return bench.put(name, silent)
    wav, clip = make_sound(bench.folder / f"{name}.wav", expression, 2), bench.folder / name
    run_ffmpeg("-i", silent, "-i", wav, "-c:v", "copy", "-c:a", "aac", "-shortest", "-f", "mp4", clip)
    return bench.put(name, clip)


async def sound_of(bench: MediaBench, request: SoundtrackRequest) -> Path:
    return await bench.get((await bench.make_soundtrack(request)).key)


@pytest.mark.parametrize(("has_music", "has_voice", "has_clips"), [*product([True, False], repeat=3)])
async def test_every_combination_has_the_houses_loudness(
    bench: MediaBench, has_music: bool, has_voice: bool, has_clips: bool
) -> None:
    speech = put_sound(bench, "voice", SPEECH, 2)
    clips = (put_clip(bench, "loud", SURF), put_clip(bench, "mute", None))
    request = SoundtrackRequest(
        total_frames=FRAMES,
        music_key=put_sound(bench, "music", BEAT) if has_music else None,
        voices=(VoiceTrack(speech_key=speech, start_frame=45, frames=70, text="Hm."),) if has_voice else (),
        clip_sounds=tuple(
            ClipSound(clip_key=clip, start_frame=45 * number, frames=60) for number, clip in enumerate(clips)
        )
        if has_clips
        else (),
    )
    path = await sound_of(bench, request)
    integrated, peak = meter(path)
    if has_music or has_voice or has_clips:
        assert integrated == pytest.approx(-14, abs=0.5)
        assert -20 < peak <= -1
    else:
        assert peak < -60
    samples, rate, channels = count_samples(path)
    assert (rate, channels) == (48_000, 2)
    assert samples == pytest.approx(FRAMES * 1600, abs=1024)


async def test_clips_are_heard_in_their_scenes_and_give_way_to_each_other(bench: MediaBench) -> None:
    low, high = (put_clip(bench, name, f"0.3*sin(2*PI*{hertz}*t)") for name, hertz in (("low", 300), ("high", 2500)))
    path = await sound_of(
        bench,
        SoundtrackRequest(
            total_frames=105,
            clip_sounds=(
                ClipSound(clip_key=low, start_frame=0, frames=60),
                ClipSound(clip_key=high, start_frame=45, frames=60),
            ),
        ),
    )
    levels = {hertz: [measure_level(path, hertz, at, 0.2) for at in (0.6, 1.65, 2.8)] for hertz in (300, 2500)}
    assert levels[300][0] > levels[300][2] + 30
    assert levels[2500][2] > levels[2500][0] + 30
    assert levels[300][1] == pytest.approx(levels[300][0] - 3, abs=2)  # in the middle of the fade, at equal power
    assert levels[2500][1] == pytest.approx(levels[2500][2] - 3, abs=2)


async def test_clips_give_way_to_a_voice(bench: MediaBench) -> None:
    clip = put_clip(bench, "tone", "0.3*sin(2*PI*300*t)")
    speech = put_sound(bench, "voice", "0.5*sin(2*PI*2500*t)", 1)
    voice = VoiceTrack(speech_key=speech, start_frame=30, frames=30, text="Hm.")
    path = await sound_of(
        bench,
        SoundtrackRequest(
            total_frames=60, voices=(voice,), clip_sounds=(ClipSound(clip_key=clip, start_frame=0, frames=60),)
        ),
    )
    assert measure_level(path, 300, 1.4, 0.3) < measure_level(path, 300, 0.5, 0.3) - 6


@pytest.mark.parametrize(
    "expression", ["0.9*eq(mod(n\\,44100)\\,0)", "0.0005*sin(2*PI*900*t)", "1.8*sin(2*PI*60*t)+0.4*random(0)"]
)
async def test_clicks_whispers_and_clipped_sound_keep_the_peak(bench: MediaBench, expression: str) -> None:
    path = await sound_of(bench, SoundtrackRequest(total_frames=90, music_key=put_sound(bench, "odd", expression)))
    assert meter(path)[1] <= -1


async def test_equal_sounds_are_one_soundtrack(bench: MediaBench) -> None:
    music = put_sound(bench, "music", BEAT)
    film = await bench.make_film([(bench.put("1", make_clip(bench.folder / "clip", frames=60)), 60)])
    for title in ("One", "Other"):
        await bench.render(film, music_key=music, title=title)
    assert sum(key.endswith(".m4a") for key in bench.store.objects) == 1
