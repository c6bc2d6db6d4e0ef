"""Real clips through the real FFmpeg: exact frames, one stream, the house's sound."""

from pathlib import Path

import pytest
from tests.fakes.films import CUT, Change
from tests.fakes.footage import (
    colour_of,
    count_samples,
    decode,
    decode_strictly,
    hash_packets,
    make_clip,
    make_sound,
    meter,
    run_ffmpeg,
)
from tests.fakes.media_bench import MediaBench

from omnigen_composer.domain.problems import FramesMismatchError, MusicInvalidError, SegmentMissingError
from omnigen_shared.contracts.composer import SegmentResult
from omnigen_shared.contracts.media import FrameSize, Transition

UNTOLD = "setparams=range=unknown:color_primaries=unknown:color_trc=unknown:colorspace=unknown"
NEAR = 2.5  # brightness of 255 that an encoder may be off
BEAT = "0.5*sin(2*PI*220*t)*lt(mod(t\\,0.5)\\,0.1)+0.02*random(0)"


def ramp(start: int, stop: int) -> list[float]:
    return [16 + 2 * number for number in range(start, stop)]


async def lumas_of(bench: MediaBench, result: SegmentResult) -> list[float]:
    return decode(await bench.get(result.key)).lumas


async def test_a_body_shows_exactly_its_frames(bench: MediaBench, tmp_path: Path) -> None:
    clip = bench.put("1", make_clip(tmp_path / "clip", frames=60))
    body = await bench.make_body(clip, kept=50, head=15, tail=5)
    assert (body.frames, body.duration_s, body.has_audio) == (30, 1.0, False)
    assert await lumas_of(bench, body) == pytest.approx(ramp(15, 45), abs=NEAR)
    assert bench.reports[-1] == pytest.approx(0.9)


async def test_the_last_kept_frame_is_stored_as_an_image(bench: MediaBench, tmp_path: Path) -> None:
    clip = bench.put("1", make_clip(tmp_path / "clip", frames=60))
    body = await bench.make_body(clip, kept=50, tail=15)
    assert body.last_frame_key is not None
    image = await bench.get(body.last_frame_key)
    assert image.read_bytes()[:3] == b"\xff\xd8\xff"
    [luma] = decode(image).lumas
    full_range = (16 + 2 * 49 - 16) * 255 / 219
    assert luma == pytest.approx(full_range, abs=NEAR)


async def test_the_image_has_the_colours_of_the_film(bench: MediaBench, tmp_path: Path) -> None:
    """The next clip of a chain begins with it: what it is off, each scene is off more."""
    green = make_clip(tmp_path / "clip", frames=60, source="color=c=0x18A050", filters="null")
    body = await bench.make_body(bench.put("1", green), kept=50, tail=15)
    film, image = colour_of(await bench.get(body.key)), colour_of(await bench.get(body.last_frame_key or ""))
    assert image == pytest.approx(film, abs=4)


async def test_a_transition_mixes_the_end_of_one_into_the_start_of_the_next(bench: MediaBench, tmp_path: Path) -> None:
    left = bench.put("1", make_clip(tmp_path / "left", frames=60))
    right = bench.put("2", make_clip(tmp_path / "right", frames=60))
    result = await bench.make_transition((left, 50), (right, 60))
    mixed = [
        before + (after - before) * step / 15
        for step, (before, after) in enumerate(zip(ramp(35, 50), ramp(0, 15), strict=True))
    ]
    assert await lumas_of(bench, result) == pytest.approx(mixed, abs=NEAR)
    assert (result.frames, result.last_frame_key) == (15, None)


async def test_a_transition_is_the_same_when_its_left_clip_was_decoded_for_the_body(
    bench: MediaBench, tmp_path: Path
) -> None:
    # Another shape, size and rate than the house's, which are not told any more where the body was made.
    odd = make_clip(tmp_path / "left", frames=60, fps="24", filters="scale=100:90,setsar=8/9")
    left, right = bench.put("1", odd), bench.put("2", make_clip(tmp_path / "right", frames=60))
    alone = (await bench.get((await bench.make_transition((left, 50), (right, 60))).key)).read_bytes()
    await bench.make_body(left, kept=50, tail=15)
    read = bench.store.calls["download"]
    again = await bench.make_transition((left, 50), (right, 60))
    assert bench.store.calls["download"] == read + 1, "the right clip's only"
    assert (await bench.get(again.key)).read_bytes() == alone
    await bench.make_transition((left, 50), (right, 60))
    assert bench.store.calls["download"] == read + 1 + 1 + 2, "what it has left over serves once"


async def test_every_frame_of_a_film_is_where_it_should_be(bench: MediaBench, tmp_path: Path) -> None:
    clips = [(bench.put(name, make_clip(tmp_path / name, frames=70)), 60) for name in ("1", "2", "3")]
    video = await bench.render(await bench.make_film(clips))
    lumas = decode(await bench.get(video.key)).lumas
    assert len(lumas) == 60 * 3 - 15 * 2 == video.frames
    for start in (0, 45, 90):
        assert lumas[start + 15 : start + 45] == pytest.approx(ramp(15, 45), abs=NEAR)
    assert lumas[:15] == pytest.approx(ramp(0, 15), abs=NEAR)
    assert lumas[-15:] == pytest.approx(ramp(45, 60), abs=NEAR)


CHANGES = [
    Change(1, Transition.FADE),
    CUT,
    Change(2, Transition.DISSOLVE),
    Change(20, Transition.WIPE),
    Change(9, Transition.SLIDE),
    Change(40, Transition.FADE_BLACK),
]


async def test_any_mix_of_changes_is_one_clean_stream(bench: MediaBench, tmp_path: Path) -> None:
    """Scenes from a single frame of their own to three seconds."""
    clip = bench.put("1", make_clip(tmp_path / "clip", frames=90))
    kept = [2, 30, 3, 23, 33, 50, 90]
    video = await bench.render(await bench.make_film([(clip, frames) for frames in kept], CHANGES))
    path = await bench.get(video.key)
    stream = decode(path)
    assert len(stream.lumas) == video.frames == sum(kept) - sum(change.frames for change in CHANGES)
    assert stream.gaps == {512}
    assert min(stream.decode_gaps) > 0  # a segment shorter than the encoder's delay leaves less room before the next
    decode_strictly(path)


MIXED = [
    {"fps": "24", "size": "128x96", "frames": 60},
    {"fps": "30000/1001", "size": "256x144", "frames": 80, "options": ("-pix_fmt", "yuv444p")},
    {"fps": "25", "size": "96x96", "frames": 60, "options": ("-pix_fmt", "yuv420p10le")},
    {"fps": "16", "size": "72x128", "frames": 40, "filters": "setsar=4/3", "options": ("-color_range", "pc")},
    {"fps": "120", "size": "128x72", "frames": 300},
    {"fps": "30", "size": "128x72", "frames": 70, "options": ("-color_primaries", "bt470bg", "-colorspace", "bt470bg")},
]


async def test_mixed_clips_become_one_clean_stream(bench: MediaBench, tmp_path: Path) -> None:
    clips = [
        (bench.put(str(number), make_clip(tmp_path / str(number), **options)), 61)  # type: ignore[arg-type]
        for number, options in enumerate(MIXED)
    ]
    music = bench.put("music", make_sound(tmp_path / "music", BEAT))
    video = await bench.render(await bench.make_film(clips), music_key=music)
    path = await bench.get(video.key)
    stream = decode(path)
    assert len(stream.lumas) == video.frames == 61 * 6 - 15 * 5
    assert (stream.gaps, stream.decode_gaps) == ({512}, {512})
    assert (stream.pixel_format, stream.profile, stream.rate) == ("yuv420p", "High", 30)
    assert (stream.width, stream.height) == (video.width, video.height) == (128, 72)
    decode_strictly(path)


async def test_a_variable_frame_rate_becomes_constant(bench: MediaBench, tmp_path: Path) -> None:
    options = ("-vf", "select='not(eq(mod(n\\,5)\\,3))'", "-fps_mode", "vfr")
    clip = bench.put("1", make_clip(tmp_path / "clip", frames=60, options=options))
    body = await bench.make_body(clip, kept=60)
    assert (await lumas_of(bench, body))[:50] == pytest.approx(
        [luma - 2 * (number % 5 == 3) for number, luma in enumerate(ramp(0, 50))], abs=NEAR
    )


async def test_a_rotated_clip_stands_upright(bench: MediaBench, tmp_path: Path) -> None:
    flat = make_clip(tmp_path / "flat", size="72x128", filters="drawbox=0:0:iw:ih/2:white:fill")
    rotated = tmp_path / "rotated.mp4"
    run_ffmpeg("-display_rotation", "90", "-i", flat, "-c", "copy", rotated)
    body = await bench.make_body(bench.put("1", rotated), kept=60)
    stream = decode(await bench.get(body.key))
    assert (stream.width, stream.height) == (128, 72)
    assert stream.lumas[5] > 100  # the picture fills the frame; not rotated, most of it would be black bars


async def test_a_clip_that_ends_a_little_early_holds_its_last_frame(bench: MediaBench, tmp_path: Path) -> None:
    clip = bench.put("1", make_clip(tmp_path / "clip", frames=55))
    body = await bench.make_body(clip, kept=60)
    assert await lumas_of(bench, body) == pytest.approx([*ramp(0, 55), *[16 + 2 * 54] * 5], abs=NEAR)


@pytest.mark.parametrize(
    ("clip", "wanted", "has_bars"),
    [
        ("108x60", FrameSize(106, 60), False),
        ("60x108", FrameSize(60, 106), False),
        ("106x60", FrameSize(106, 60), False),
        ("156x88", FrameSize(160, 90), False),
        ("80x60", FrameSize(106, 60), True),
        ("60x80", FrameSize(60, 106), True),
    ],
)
async def test_a_shape_that_is_almost_the_wanted_one_leaves_no_black_edge(
    bench: MediaBench, tmp_path: Path, clip: str, wanted: FrameSize, has_bars: bool
) -> None:
    bench.size = wanted
    white = make_clip(tmp_path / "clip", size=clip, source="color=c=white", filters="null", frames=31)
    body = await bench.make_body(bench.put("1", white), kept=31)
    found = decode(await bench.get(body.key))
    assert (found.width, found.height) == (wanted.width, wanted.height)
    assert (found.lumas[0] < 225) is has_bars


async def test_colours_without_tags_are_not_shifted(bench: MediaBench, tmp_path: Path) -> None:
    bench.size = FrameSize(1280, 720)
    made = f"format=rgb24,scale=out_color_matrix=bt709:out_range=tv,format=yuv420p,{UNTOLD}"
    red = make_clip(tmp_path / "red", size="1280x720", source="color=c=red", filters=made, frames=31)
    body = await bench.make_body(bench.put("1", red), kept=31)
    before, after = decode(red).lumas[10], (await lumas_of(bench, body))[10]
    assert after == pytest.approx(before, abs=NEAR)
    assert body.last_frame_key is not None
    [in_jpeg] = decode(await bench.get(body.last_frame_key)).lumas
    assert in_jpeg == pytest.approx(0.299 * 255, abs=NEAR)  # JPEG's own matrix and range: BT.601, full


@pytest.mark.parametrize(
    ("name", "expression"),
    [
        ("quiet", "0.01*sin(2*PI*440*t)"),
        ("loud", "0.99*sin(2*PI*100*t)"),
        ("beats", BEAT),
        ("noise", "0.3*random(0)-0.15"),
    ],
)
async def test_music_gets_the_houses_loudness(bench: MediaBench, tmp_path: Path, name: str, expression: str) -> None:
    film = await bench.make_film([(bench.put("1", make_clip(tmp_path / "clip", frames=60)), 60)] * 3)
    music = bench.put(name, make_sound(tmp_path / name, expression))
    video = await bench.render(film, music_key=music)
    path = await bench.get(video.key)
    integrated, peak = meter(path)
    assert integrated == pytest.approx(-14, abs=0.5)
    assert peak <= -1
    samples, rate, channels = count_samples(path)
    assert (rate, channels) == (48_000, 2)
    assert samples == pytest.approx(video.frames * 1600, abs=1024)


@pytest.mark.parametrize("expression", [None, "0"])
async def test_no_music_and_silent_music_are_silence(bench: MediaBench, tmp_path: Path, expression: str | None) -> None:
    film = await bench.make_film([(bench.put("1", make_clip(tmp_path / "clip", frames=60)), 60)])
    music = None if expression is None else bench.put("music", make_sound(tmp_path / "music", expression))
    path = await bench.get((await bench.render(film, music_key=music)).key)
    assert meter(path)[1] < -60
    assert count_samples(path)[0] == pytest.approx(60 * 1600, abs=1024)


async def test_music_shorter_than_the_video_is_repeated_and_faded(bench: MediaBench, tmp_path: Path) -> None:
    film = await bench.make_film([(bench.put("1", make_clip(tmp_path / "clip", frames=130)), 130)])
    music = bench.put("music", make_sound(tmp_path / "music", "0.3*sin(2*PI*440*t)", duration_s=1.5))
    path = await bench.get((await bench.render(film, music_key=music)).key)

    def level(start_s: float) -> float:
        log = run_ffmpeg("-ss", str(start_s), "-t", "0.2", "-i", path, "-af", "volumedetect", "-f", "null", "-")
        return float(log.split("mean_volume:")[1].split()[0])

    assert level(2.4) == pytest.approx(level(1.0), abs=1.5)
    assert level(0.0) < level(1.0) - 6
    assert level(4.1) < level(1.0) - 6


@pytest.mark.parametrize("content", [b"", b"RIFF is not enough", b"#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n"])
async def test_music_that_is_none_is_refused(bench: MediaBench, tmp_path: Path, content: bytes) -> None:
    film = await bench.make_film([(bench.put("1", make_clip(tmp_path / "clip", frames=60)), 60)])
    (tmp_path / "music").write_bytes(content)
    with pytest.raises(MusicInvalidError):
        await bench.render(film, music_key=bench.put("music", tmp_path / "music"))


async def test_the_poster_is_not_the_black_beginning(bench: MediaBench, tmp_path: Path) -> None:
    black = make_clip(tmp_path / "black", source="color=c=black", filters="null")
    colours = make_clip(tmp_path / "colours", filters="null")
    film = await bench.make_film([(bench.put("1", black), 60), (bench.put("2", colours), 60)])
    video = await bench.render(film)
    poster = decode(await bench.get(video.poster_key))
    assert (poster.width, poster.height) == (128, 72)
    assert poster.lumas[0] > 60


async def test_the_same_inputs_give_the_same_frames_and_sound(bench: MediaBench, tmp_path: Path) -> None:
    """Segments byte for byte; of a finished video every packet, since its signature carries its own time."""
    clips = [(bench.put(name, make_clip(tmp_path / name, filters="null")), 60) for name in ("1", "2")]
    music = bench.put("music", make_sound(tmp_path / "music", BEAT))
    video = await bench.render(await bench.make_film(clips), music_key=music, title="Once")
    first, packets = dict(bench.store.objects), hash_packets(await bench.get(video.key))
    await bench.render(await bench.make_film(clips), music_key=music, title="Once")
    assert hash_packets(await bench.get(video.key)) == packets
    assert {key: bench.store.objects[key] for key in first if key != video.key} == {
        key: stored for key, stored in first.items() if key != video.key
    }


@pytest.mark.parametrize(
    "title",
    [
        'Caffè "$HOME"; `id` = 100%',
        "-y /etc/passwd; [0:v]drawtext=text='x'\\, \\n file:a,b",
        "مرحبا\u200f \u200e नि\u200d 👩\u200d🚀 🏴\U000e0067\U000e007f \ue000 \ufeff",
    ],
)
async def test_the_title_is_written_as_it_is(bench: MediaBench, tmp_path: Path, title: str) -> None:
    film = await bench.make_film([(bench.put("1", make_clip(tmp_path / "clip")), 60)])
    path = await bench.get((await bench.render(film, title=title)).key)
    assert title in run_ffmpeg("-i", path, "-f", "null", "-")
    assert path.read_bytes().index(b"moov") < path.read_bytes().index(b"mdat")


async def test_a_render_names_the_segments_that_are_missing(bench: MediaBench, tmp_path: Path) -> None:
    film = await bench.make_film([(bench.put("1", make_clip(tmp_path / "clip")), 60)] * 2)
    del bench.store.objects[film[1].key]
    with pytest.raises(SegmentMissingError) as missing:
        await bench.render(film)
    assert missing.value.details == {"keys": [film[1].key]}


async def test_a_segment_with_other_parameter_sets_is_refused(bench: MediaBench, tmp_path: Path) -> None:
    film = await bench.make_film([(bench.put("1", make_clip(tmp_path / "clip")), 60)] * 2)
    foreign = make_clip(tmp_path / "foreign", frames=15)
    _, metadata = bench.store.objects[film[1].key]
    bench.store.objects[film[1].key] = (foreign.read_bytes(), metadata)
    with pytest.raises(SegmentMissingError, match="differently") as refusal:
        await bench.render(film)
    assert refusal.value.details == {"keys": [film[1].key]}


async def test_a_damaged_segment_is_named(bench: MediaBench, tmp_path: Path) -> None:
    film = await bench.make_film([(bench.put("1", make_clip(tmp_path / "clip")), 60)])
    _, metadata = bench.store.objects[film[0].key]
    bench.store.objects[film[0].key] = (b"nothing", metadata)
    with pytest.raises(SegmentMissingError, match="damaged"):
        await bench.render(film)


async def test_a_total_that_does_not_add_up_is_refused(bench: MediaBench, tmp_path: Path) -> None:
    film = await bench.make_film([(bench.put("1", make_clip(tmp_path / "clip")), 60)])
    with pytest.raises(FramesMismatchError):
        await bench.render(film, frames=61)
