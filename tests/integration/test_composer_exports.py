"""Other forms of a finished video, and the preview that grows with its scenes: real files, tiny pictures."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import av
import pytest
from tests.fakes.footage import decode, decode_strictly, hash_packets, make_clip, make_sound
from tests.fakes.media_bench import SIGNING, MediaBench

from omnigen_composer.domain.problems import SourceMissingError
from omnigen_composer.media.findings import Verdict, read_credentials
from omnigen_shared.contracts.composer import ModelRole, UsedModel, VoiceTrack
from omnigen_shared.contracts.exports import (
    ExportFormat,
    ExportRequest,
    ExportResult,
    ExportShape,
    Fit,
    PreviewRequest,
    PreviewScene,
)
from omnigen_shared.contracts.media import FrameSize

FRAMES = 75
SIDE_PX = 72
SIZE = FrameSize(128, 72)
DOT = "geq=lum='if(lt(abs(X-N),4)*lt(Y,20),16,235)':cb=128:cr=128"
MODEL = UsedModel(role=ModelRole.PICTURE, name="maker/film")


@dataclass
class Film:
    """A finished video of SIZE: white, and a dot that moves."""

    bench: MediaBench
    key: str
    path: Path

    async def export(
        self, made: ExportFormat, size: FrameSize = SIZE, fit: Fit = Fit.BLUR
    ) -> tuple[ExportResult, Path]:
        request = ExportRequest(
            video_key=self.key, format=made, width=size.width, height=size.height, fit=fit, title="Film"
        )
        result = await self.bench.make_form(request)
        return result, (await self.bench.get(result.key)).rename(self.bench.folder / f"made.{made.suffix}")


@pytest.fixture
async def film(tmp_path: Path) -> AsyncIterator[Film]:
    bench = await MediaBench.open(tmp_path)
    clip = bench.put("1", make_clip(tmp_path / "clip", frames=FRAMES, source="color=c=white", filters=DOT))
    render = await bench.render([await bench.make_body(clip, kept=FRAMES)], title="Film", models=(MODEL,))
    yield Film(bench, render.key, await bench.get(render.key))
    assert bench.left_over() == []
    bench.scratch.close()


def sizes_of(path: Path) -> tuple[int, int, str, str]:
    with av.open(str(path)) as container:
        video, audio = container.streams.video[0].codec_context, container.streams.audio[0].codec_context
        return video.width, video.height, video.name, audio.name


@pytest.mark.parametrize("shape", [ExportShape.PORTRAIT, ExportShape.SQUARE, ExportShape.FEED])
async def test_another_shape_keeps_every_frame_and_the_whole_picture(film: Film, shape: ExportShape) -> None:
    size = shape.size(SIDE_PX)
    result, path = await film.export(ExportFormat.MP4, size)
    assert (result.frames, result.width, result.height) == (FRAMES, *size)
    assert sizes_of(path) == (*size, "h264", "aac")
    decode_strictly(path)
    assert len(decode(path).lumas) == FRAMES


async def test_a_blurred_copy_fills_what_a_crop_cuts(film: Film) -> None:
    """White all over, but for the background, which is a little darker."""
    size = ExportShape.PORTRAIT.size(SIDE_PX)
    _, blurred = await film.export(ExportFormat.MP4, size)
    filled = decode(blurred).lumas[0]
    _, cropped = await film.export(ExportFormat.MP4, size, Fit.CROP)
    assert decode(cropped).lumas[0] > filled + 5
    assert filled > 150


async def test_the_same_size_is_a_copy_and_says_what_it_was_made_of(film: Film) -> None:
    _, path = await film.export(ExportFormat.MP4)
    assert hash_packets(path) == hash_packets(film.path)
    found = read_credentials(path, SIGNING.root)
    assert (found.verdict, found.is_ai_generated, found.models) == (Verdict.TRUSTED, True, (MODEL,))
    assert found.parents == ("Film",)


async def test_webm_holds_vp9_and_opus(film: Film) -> None:
    result, path = await film.export(ExportFormat.WEBM)
    assert sizes_of(path) == (128, 72, "vp9", "opus")
    assert (result.frames, len(decode(path).lumas)) == (FRAMES, FRAMES)


@pytest.mark.parametrize(("made", "codec"), [(ExportFormat.MP4, "mov_text"), (ExportFormat.WEBM, "webvtt")])
async def test_captions_that_can_be_switched_off_stay_so(
    film: Film, tmp_path: Path, made: ExportFormat, codec: str
) -> None:
    bench = film.bench
    clip = bench.put("c", make_clip(tmp_path / "c", frames=45))
    voice = bench.put("v", make_sound(tmp_path / "v", "0.4*sin(2*PI*220*t)", duration_s=0.5))
    line = VoiceTrack(speech_key=voice, start_frame=6, frames=30, text="Hello there")
    render = await bench.render([await bench.make_body(clip, kept=45)], voices=(line,), has_captions=True)
    _, path = await Film(bench, render.key, film.path).export(made)
    with av.open(str(path)) as container:
        assert [stream.codec_context.name for stream in container.streams.subtitles] == [codec]


async def test_a_stream_is_one_file_whose_parts_follow_each_other(film: Film) -> None:
    result, path = await film.export(ExportFormat.HLS)
    assert sum(part.duration_ms for part in result.parts) == pytest.approx(FRAMES / 30 * 1000, abs=50)
    ends = [part.offset + part.size for part in result.parts]
    assert [part.offset for part in result.parts[1:]] == ends[:-1]
    assert ends[-1] == path.stat().st_size == result.size_bytes
    assert 0 < result.parts[0].offset < 5000
    decode_strictly(path)


async def test_a_moving_and_a_still_picture_are_signed_too(film: Film) -> None:
    preview, moving = await film.export(ExportFormat.PREVIEW)
    assert (preview.frames, preview.duration_s) == (25, 2.5)
    assert b"ANMF" in moving.read_bytes()
    sheet, still = await film.export(ExportFormat.SHEET)
    picture = decode(still)
    assert (picture.width, picture.height) == (sheet.width, sheet.height) == (512, 216)
    for path in (moving, still):
        found = read_credentials(path, SIGNING.root)
        assert (found.verdict, found.is_ai_generated) == (Verdict.TRUSTED, True)


async def test_a_video_that_is_gone_is_named(film: Film) -> None:
    del film.bench.store.objects[film.key]
    with pytest.raises(SourceMissingError):
        await film.export(ExportFormat.MP4)


async def test_the_preview_grows_and_makes_each_scene_once(film: Film, tmp_path: Path) -> None:
    bench = film.bench
    clips = [make_clip(tmp_path / name, frames=45) for name in ("a", "b")]
    scenes = tuple(
        PreviewScene(clip_key=bench.put(clip.name, clip), kept_frames=kept)
        for clip, kept in zip(clips, (40, 45), strict=True)
    )
    first = await bench.make_form(PreviewRequest(scenes=scenes[:1], width=64, height=36))
    assert first.frames == 40
    del bench.store.objects[scenes[0].clip_key]
    both = await bench.make_form(PreviewRequest(scenes=scenes, width=64, height=36))
    shown = decode(await bench.get(both.key))
    alone = await bench.make_form(PreviewRequest(scenes=scenes[1:], width=64, height=36))
    assert read_credentials(await bench.get(alone.key), SIGNING.root).verdict is Verdict.TRUSTED
    assert (both.frames, len(shown.lumas), shown.width, shown.height) == (85, 85, 64, 36)
    decode_strictly(await bench.get(both.key))
