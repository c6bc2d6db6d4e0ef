"""Letters and a logo in the pictures: where they are, when, and what cannot be used."""

import struct
import zlib
from pathlib import Path

import av
import pytest
from tests.fakes.footage import decode_strictly, make_clip, make_sound, run_ffmpeg
from tests.fakes.media_bench import ADA, MediaBench

from omnigen_composer.domain.problems import LogoInvalidError, SourceMissingError
from omnigen_shared.contracts.composer import (
    Corner,
    EndCard,
    Logo,
    SegmentResult,
    TransitionRequest,
    VoiceTrack,
    segment_key,
)
from omnigen_shared.contracts.media import FrameSize, Transition

FRAMES = 60
GRAY = "color=c=gray"
ODD = 'It\'s {\\b1}5:5, "100%" \\N C:\\x [a]; 東京 مرحبا ☕'
TONE = "0.5*sin(2*PI*220*t)"


def rows_of(path: Path) -> list[list[float]]:
    """Of every frame, how much the brightness varies in each row."""
    frames = []
    with av.open(str(path)) as container:
        for frame in container.decode(video=0):
            plane = frame.reformat(format="gray").planes[0]
            raw = bytes(plane)
            lines = [raw[y * plane.line_size : y * plane.line_size + plane.width] for y in range(plane.height)]
            frames.append([float(max(line) - min(line)) for line in lines])
    return frames


def drawn_rows(rows: list[float]) -> list[int]:
    return [number for number, spread in enumerate(rows) if spread > 60]


def a_line(bench: MediaBench, tmp_path: Path, text: str, start: int = 10) -> VoiceTrack:
    voice = bench.put("voice", make_sound(tmp_path / "voice", TONE, duration_s=1))
    return VoiceTrack(speech_key=voice, start_frame=start, frames=40, text=text)


@pytest.mark.parametrize("size", [FrameSize(160, 90), FrameSize(90, 160)])
async def test_a_caption_is_shown_while_it_is_said_inside_the_safe_area(
    bench: MediaBench, tmp_path: Path, size: FrameSize
) -> None:
    bench.size = size
    clip = bench.put("1", make_clip(tmp_path / "clip", frames=FRAMES, source=GRAY, filters="null"))
    body = await bench.make_body(clip, kept=FRAMES, caption=a_line(bench, tmp_path, "Hi there"))
    path = await bench.get(body.key)
    decode_strictly(path)
    shown = [drawn_rows(rows) for rows in rows_of(path)]
    assert len(shown) == FRAMES
    assert [bool(rows) for rows in shown] == [10 <= number < 40 for number in range(FRAMES)]
    lowest = max(max(rows) for rows in shown if rows)
    assert size.height * 0.5 < lowest < size.height * (0.8 if size.height > size.width else 0.95)


async def test_odd_letters_change_nothing_but_the_picture(bench: MediaBench, tmp_path: Path) -> None:
    clip = bench.put("1", make_clip(tmp_path / "clip", frames=FRAMES, source=GRAY, filters="null"))
    plain = await bench.make_body(clip, kept=FRAMES)
    body = await bench.make_body(
        clip, kept=FRAMES, caption=a_line(bench, tmp_path, ODD), end_card=EndCard(text=ODD, frames=30)
    )
    film = await bench.render([plain, body])
    decode_strictly(await bench.get(film.key))
    assert film.frames == 2 * FRAMES


async def test_a_card_stands_over_the_last_frames(bench: MediaBench, tmp_path: Path) -> None:
    clip = bench.put("1", make_clip(tmp_path / "clip", frames=FRAMES, source="color=c=white", filters="null"))
    body = await bench.make_body(clip, kept=FRAMES, end_card=EndCard(text="Go", frames=30))
    with av.open(str(await bench.get(body.key))) as container:
        corners = [bytes(frame.reformat(format="gray").planes[0])[0] for frame in container.decode(video=0)]
    assert min(corners[:30]) > 230
    assert corners[-1] < 110
    image = await bench.get(body.last_frame_key or "")
    with av.open(str(image), mode="r") as picture:
        assert bytes(next(picture.decode(video=0)).reformat(format="gray").planes[0])[0] > 230


def a_logo(bench: MediaBench, tmp_path: Path, kind: str = "png") -> str:
    image = tmp_path / f"logo.{kind}"
    run_ffmpeg("-f", "lavfi", "-i", "color=c=white:s=64x32", "-frames:v", "1", "-update", "1", image)
    return bench.put("logo", image)


@pytest.mark.parametrize("kind", ["png", "jpg", "webp"])
async def test_a_logo_stands_in_its_corner_of_body_and_transition(bench: MediaBench, tmp_path: Path, kind: str) -> None:
    logo = Logo(image_key=a_logo(bench, tmp_path, kind), corner=Corner.BOTTOM_LEFT)
    clip = bench.put("1", make_clip(tmp_path / "clip", frames=FRAMES, source="color=c=black", filters="null"))
    body = await bench.make_body(clip, kept=FRAMES, tail=15, logo=logo)
    request = TransitionRequest(
        left_clip_key=clip,
        left_kept_frames=FRAMES,
        right_clip_key=clip,
        right_kept_frames=FRAMES,
        width=128,
        height=72,
        frames=15,
        style=Transition.WIPE,
        logo=logo,
    )
    made = await bench._make(segment_key(ADA, bench.workshop.recipe_id, request), request)
    film = await bench.render([body, SegmentResult.model_validate_json(made)])
    shown = [drawn_rows(rows) for rows in rows_of(await bench.get(film.key))]
    assert len(shown) == FRAMES
    assert all(rows and min(rows) > 40 and max(rows) < 70 for rows in shown)


async def test_a_logo_that_cannot_be_used_is_refused(bench: MediaBench, tmp_path: Path) -> None:
    clip = bench.put("1", make_clip(tmp_path / "clip", frames=FRAMES))
    for name, content in (("text", b"no picture"), ("cut", b"\x89PNG\r\n\x1a\n"), ("large", bytes(5_000_001))):
        (tmp_path / name).write_bytes(content)
        with pytest.raises(LogoInvalidError) as refused:
            await bench.make_body(clip, kept=FRAMES, logo=Logo(image_key=bench.put(name, tmp_path / name)))
        assert refused.value.details["key"].endswith(name)
    claim = struct.pack(">IIBBBBB", 50_000, 50_000, 8, 2, 0, 0, 0)
    head = b"IHDR" + claim
    chunks = struct.pack(">I", len(claim)) + head + struct.pack(">I", zlib.crc32(head))
    (tmp_path / "bomb").write_bytes(
        b"\x89PNG\r\n\x1a\n" + chunks + b"\0\0\0\0IDAT" + struct.pack(">I", zlib.crc32(b"IDAT"))
    )
    with pytest.raises(LogoInvalidError):
        await bench.make_body(clip, kept=FRAMES, logo=Logo(image_key=bench.put("bomb", tmp_path / "bomb")))
    with pytest.raises(LogoInvalidError):
        await bench.make_body(clip, kept=FRAMES, logo=Logo(image_key=clip))
    with pytest.raises(SourceMissingError):
        await bench.make_body(clip, kept=FRAMES, logo=Logo(image_key="u/ada/none"))


async def test_a_line_that_cannot_be_heard_is_not_shown(bench: MediaBench, tmp_path: Path) -> None:
    clip = bench.put("1", make_clip(tmp_path / "clip", frames=FRAMES, source=GRAY, filters="null"))
    silent = VoiceTrack(speech_key=clip, start_frame=10, frames=40, text="Hi")
    body = await bench.make_body(clip, kept=FRAMES, caption=silent)
    assert not any(drawn_rows(rows) for rows in rows_of(await bench.get(body.key)))
