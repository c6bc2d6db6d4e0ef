"""Users' own pictures: what is kept of them, and what is refused."""

import struct
import zlib
from pathlib import Path
from typing import Final

import av
import pytest
from tests.fakes.footage import run_ffmpeg
from tests.fakes.media_bench import ADA, MediaBench

from omnigen_composer.domain.problems import SourceMissingError, StillInvalidError
from omnigen_shared.contracts.stills import LARGEST_BYTES, StillRequest, StillResult, StillType, still_key

SECRET: Final = b"WHERE I LIVE\0"


async def make_still(bench: MediaBench, source: str, media_type: StillType, side_px: int = 64) -> StillResult:
    request = StillRequest(source_key=source, media_type=media_type, side_px=side_px)
    return StillResult.model_validate_json(await bench._make(still_key(ADA, request), request))


def draw(path: Path, size: str = "96x48", *options: str) -> bytes:
    run_ffmpeg("-f", "lavfi", "-i", f"testsrc2=s={size}", "-frames:v", "1", *options, "-update", "1", path)
    return path.read_bytes()


def with_exif(jpeg: bytes) -> bytes:
    """Lying on its side (orientation 6), with an artist, and a comment."""
    entries = struct.pack("<HHII", 0x112, 3, 1, 6) + struct.pack("<HHII", 0x13B, 2, len(SECRET), 38)
    exif = b"Exif\0\0II*\0" + struct.pack("<IH", 8, 2) + entries + struct.pack("<I", 0) + SECRET
    marks = ((b"\xff\xe1", exif), (b"\xff\xfe", SECRET))
    told = b"".join(mark + struct.pack(">H", len(text) + 2) + text for mark, text in marks)
    return jpeg[:2] + told + jpeg[2:]


def put(bench: MediaBench, name: str, content: bytes) -> str:
    key = f"u/{ADA}/uploads/{name}"
    bench.store.objects[key] = (content, {})
    return key


def claim(width: int, height: int) -> bytes:
    """A PNG of a few bytes that says it is as large as that."""
    head = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    data = b"IDAT" + zlib.compress(b"\0" * 1000)
    chunks = (struct.pack(">I", len(part) - 4) + part + struct.pack(">I", zlib.crc32(part)) for part in (head, data))
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


async def test_a_photo_is_kept_upright_and_small_without_what_it_says_of_its_maker(
    bench: MediaBench, tmp_path: Path
) -> None:
    photo = with_exif(draw(tmp_path / "photo.jpg"))
    assert SECRET in photo
    made = await make_still(bench, put(bench, "photo", photo), StillType.JPEG)
    kept, _ = bench.store.objects[made.key]
    assert (made.width, made.height, made.media_type) == (32, 64, StillType.JPEG)
    assert made.size_bytes == len(kept)
    assert b"Exif" not in kept
    assert SECRET not in kept
    again = await make_still(bench, put(bench, "again", photo), StillType.JPEG)
    assert again == made


async def test_a_picture_is_taken_whatever_its_size(bench: MediaBench, tmp_path: Path) -> None:
    """FFmpeg takes some JPEGs of its own for something else where their name says what they are."""
    for number, size in enumerate(("16x16", "320x180", "640x360", "1000x20")):
        content = draw(tmp_path / f"{number}.png", size, "-pix_fmt", "rgb24")
        result = await make_still(bench, put(bench, f"{number}.png", content), StillType.PNG, side_px=1024)
        assert f"{result.width}x{result.height}" == size


@pytest.mark.parametrize(("suffix", "kind"), [("png", StillType.PNG), ("webp", StillType.WEBP)])
async def test_what_is_transparent_stays_so(bench: MediaBench, tmp_path: Path, suffix: str, kind: StillType) -> None:
    clear = draw(tmp_path / f"logo.{suffix}", "48x24", "-vf", "format=rgba,colorchannelmixer=aa=0.5")
    made = await make_still(bench, put(bench, suffix, clear), kind)
    assert (made.media_type, made.width, made.height) == (StillType.PNG, 48, 24)
    with av.open(str(await bench.get(made.key))) as picture:
        pixels = bytes(next(picture.decode(video=0)).reformat(format="rgba").planes[0])
        assert set(pixels[3 : 48 * 4 : 4]) <= set(range(120, 136))


async def test_what_is_no_such_picture_is_refused(bench: MediaBench, tmp_path: Path) -> None:
    png = draw(tmp_path / "a.png")
    wrongs = {
        "text": (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "cannot be read"),
        "nothing": (b"", "cannot be read"),
        "page": (b"<html>" * 50, "cannot be read"),
        "type": (draw(tmp_path / "b.jpg"), "it is image/jpeg, not image/png"),
        "cut": (png[: len(png) // 3], ""),
        "list": (b"#EXTM3U\nhttp://127.0.0.1/x.ts\n", "cannot be read"),
        "long": (png + bytes(LARGEST_BYTES), "bytes"),
        "wide": (claim(9000, 10), "too many pixels"),
        "bomb": (claim(8000, 8000), "too many pixels"),
        "vast": (claim(2**31 - 1, 2**31 - 1), "too many pixels"),
    }
    for name, (content, why) in wrongs.items():
        with pytest.raises(StillInvalidError) as refused:
            await make_still(bench, put(bench, name, content), StillType.PNG)
        assert why.lower() in refused.value.detail.lower(), (name, refused.value.detail)
        assert refused.value.details["limits"]["size_bytes"] == LARGEST_BYTES
        assert str(tmp_path) not in refused.value.detail
    with pytest.raises(SourceMissingError):
        await make_still(bench, f"u/{ADA}/uploads/none", StillType.PNG)
    assert not [key for key in bench.store.objects if "/stills/" in key]
    assert bench.left_over() == []
