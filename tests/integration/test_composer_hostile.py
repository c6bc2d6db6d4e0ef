"""Files that are no clips, and clips that are not what they say: a clear refusal, and nothing left behind."""

from collections.abc import Callable
from pathlib import Path

import pytest
from tests.fakes.footage import decode, make_clip, make_sound, run_ffmpeg
from tests.fakes.media_bench import MediaBench
from tests.fakes.mp4_boxes import claim_duration, refer_elsewhere

from omnigen_composer.domain.problems import ClipInvalidError, SourceMissingError

FASTSTART = ("-movflags", "+faststart")


def nothing(path: Path) -> None:
    path.write_bytes(b"")


def noise(path: Path) -> None:
    path.write_bytes(bytes(range(256)) * 40)


def sound_only(path: Path) -> None:
    wav = make_sound(path.with_suffix(".wav"), "0.1*sin(880*t)")
    run_ffmpeg("-i", wav, "-c:a", "aac", "-f", "mp4", path)


def picture(path: Path) -> None:
    run_ffmpeg("-f", "lavfi", "-i", "testsrc2=s=128x72", "-frames:v", "1", "-c:v", "png", "-f", "image2", path)


def gif(path: Path) -> None:
    run_ffmpeg("-f", "lavfi", "-i", "testsrc2=s=128x72", "-frames:v", "60", "-f", "gif", path)


def playlist(path: Path) -> None:
    target = make_clip(path.with_suffix(".target"))
    path.write_text(f"#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\nfile://{target}\n#EXT-X-ENDLIST\n")


def concat_list(path: Path) -> None:
    target = make_clip(path.with_suffix(".target"))
    path.write_text(f"ffconcat version 1.0\nfile '{target}'\n")


def cut_off_without_index(path: Path) -> None:
    make_clip(path)
    path.write_bytes(path.read_bytes()[:-2000])


def cut_off_in_the_middle(path: Path) -> None:
    make_clip(path, options=FASTSTART)
    data = path.read_bytes()
    path.write_bytes(data[: data.index(b"mdat") + (len(data) - data.index(b"mdat")) // 2])


def cut_off_near_the_end(path: Path) -> None:
    make_clip(path, options=FASTSTART)
    path.write_bytes(path.read_bytes()[:-20])


def overwritten_in_the_middle(path: Path) -> None:
    make_clip(path, filters="null", options=FASTSTART)
    data = bytearray(path.read_bytes())
    middle = len(data) // 2
    data[middle : middle + 4000] = bytes(4000)
    path.write_bytes(data)


def audio_with_cover(path: Path) -> None:
    """Sound, and the cover of its album as a stream of one picture."""
    cover, wav = path.with_suffix(".png"), make_sound(path.with_suffix(".wav"), "0.1*sin(880*t)")
    picture(cover)
    inputs = ("-i", wav, "-i", cover, "-map", "0", "-map", "1")
    run_ffmpeg(*inputs, "-c:a", "aac", "-c:v", "copy", "-disposition:v", "attached_pic", "-f", "mp4", path)


def still_avif(path: Path) -> None:
    """A picture in the very container that videos come in."""
    picture = ("-f", "lavfi", "-i", "testsrc2=s=128x72", "-frames:v", "1", "-pix_fmt", "yuv420p")
    run_ffmpeg(*picture, "-c:v", "libsvtav1", "-still-picture", "1", "-f", "avif", path)


def data_elsewhere(path: Path) -> None:
    """Only the index; it says that the pictures are in another file, which is there."""
    target = make_clip(path.with_suffix(".target"))
    path.write_bytes(refer_elsewhere(target.read_bytes(), target))


def eight_k(path: Path) -> None:
    make_clip(path, size="7680x4320", source="color=c=gray", filters="null", frames=1, fps="1")


def too_short(path: Path) -> None:
    make_clip(path, frames=30)


def ten_hours(path: Path) -> None:
    make_clip(path, options=("-vf", "setpts=N*600/TB", "-fps_mode", "passthrough"))


def too_wide(path: Path) -> None:
    make_clip(path, size="2048x64", filters="null", frames=60)


def too_large(path: Path) -> None:
    path.write_bytes(bytes(5_000_001))


HOSTILE: list[tuple[Callable[[Path], None], str]] = [
    (nothing, "0 bytes"),
    (noise, "cannot be read"),
    (sound_only, "no picture"),
    (picture, "cannot be read"),
    (gif, "cannot be read"),
    (playlist, "cannot be read"),
    (concat_list, "cannot be read"),
    (audio_with_cover, "no frames"),
    (still_avif, "needed are 2.00 s"),
    (data_elsewhere, "cannot be read|no frames|ends before"),
    (cut_off_without_index, "cannot be read"),
    (cut_off_in_the_middle, "ends before"),
    (cut_off_near_the_end, "ends before"),
    (overwritten_in_the_middle, "Decoding failed"),
    (too_short, "needed are 2.00 s"),
    (ten_hours, "allowed are 30 s"),
    (too_wide, "more than 2000 px"),
    (eight_k, "7680x4320 is more than 2000 px"),
    (too_large, "5000001 bytes"),
]


@pytest.mark.parametrize(("spoil", "why"), HOSTILE, ids=[spoil.__name__ for spoil, _ in HOSTILE])
async def test_a_hostile_clip_is_refused_with_the_reason(
    bench: MediaBench, tmp_path: Path, spoil: Callable[[Path], None], why: str
) -> None:
    path = tmp_path / "hostile"
    spoil(path)
    key = bench.put("hostile", path)
    with pytest.raises(ClipInvalidError, match=why) as refusal:
        await bench.make_body(key, kept=60)
    assert key in refusal.value.details["clip_key"]
    assert str(tmp_path) not in refusal.value.detail
    assert list(bench.store.objects) == [key]


async def test_a_transition_says_which_of_its_clips_is_bad(bench: MediaBench, tmp_path: Path) -> None:
    good = bench.put("good", make_clip(tmp_path / "good"))
    (tmp_path / "bad").write_bytes(b"nothing of value")
    bad = bench.put("bad", tmp_path / "bad")
    for left, right in ((good, bad), (bad, good)):
        with pytest.raises(ClipInvalidError) as refusal:
            await bench.make_transition((left, 60), (right, 60))
        assert refusal.value.details["clip_key"] == bad


async def test_a_clip_that_is_not_there_is_named(bench: MediaBench) -> None:
    with pytest.raises(SourceMissingError) as missing:
        await bench.make_body("u/ada/sources/none", kept=60)
    assert missing.value.details == {"keys": ["u/ada/sources/none"]}


async def test_a_clip_with_sound_says_so(bench: MediaBench, tmp_path: Path) -> None:
    silent, wav = make_clip(tmp_path / "silent"), make_sound(tmp_path / "wav", "0.1*sin(880*t)")
    run_ffmpeg("-i", silent, "-i", wav, "-c:v", "copy", "-c:a", "aac", "-shortest", "-f", "mp4", tmp_path / "loud")
    assert (await bench.make_body(bench.put("loud", tmp_path / "loud"), kept=60)).has_audio


async def test_what_a_header_claims_is_not_believed(bench: MediaBench, tmp_path: Path) -> None:
    clip = make_clip(tmp_path / "clip")
    clip.write_bytes(claim_duration(clip.read_bytes(), hours=10))
    body = await bench.make_body(bench.put("1", clip), kept=60)
    assert len(decode(await bench.get(body.key)).lumas) == 60


@pytest.mark.parametrize("curve", ["smpte2084", "arib-std-b67"])
async def test_hdr_is_mapped_to_what_every_screen_shows(bench: MediaBench, tmp_path: Path, curve: str) -> None:
    """Left as it is, a white of 203 cd/m2 would be a gray."""
    white = "format=gbrpf32le,setparams=color_primaries=bt709:color_trc=linear:colorspace=gbr"
    to_hdr = f"zscale=tin=linear:t={curve}:pin=bt709:p=bt2020:m=bt2020nc:r=tv:npl=203,format=yuv420p10le"
    clip = make_clip(
        tmp_path / "hdr", source="color=c=white", filters=f"{white},{to_hdr}", frames=31, pixels="yuv420p10le"
    )
    body = await bench.make_body(bench.put("1", clip), kept=31)
    before, after = decode(clip).lumas[10], decode(await bench.get(body.key)).lumas[10]
    assert after > 190, before
