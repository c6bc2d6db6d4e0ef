from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omnigen_composer.domain.exports import MAX_PARTS, count_part_s, count_shown, export_args, made_size, read_parts
from omnigen_shared.contracts.base import UserId
from omnigen_shared.contracts.exports import (
    ExportFormat,
    ExportRequest,
    ExportResult,
    ExportShape,
    Fit,
    StreamPart,
    export_key,
)
from omnigen_shared.contracts.media import FrameSize

LANDSCAPE = FrameSize(1280, 720)
PLAYLIST = """#EXTM3U
#EXT-X-MAP:URI="x.m4s",BYTERANGE="1363@0"
#EXTINF:6.000000,
#EXT-X-BYTERANGE:740015@1363
x.m4s
#EXTINF:1.500000,
#EXT-X-BYTERANGE:109@741378
x.m4s
#EXT-X-ENDLIST
"""


def a_request(made: ExportFormat = ExportFormat.MP4, size: FrameSize = LANDSCAPE, fit: Fit = Fit.BLUR) -> ExportRequest:
    return ExportRequest(
        video_key="u/ada/renders/r/v.mp4", format=made, width=size.width, height=size.height, fit=fit, title='a"b'
    )


def graph_of(request: ExportRequest) -> str:
    arguments = export_args(request, Path("in"), LANDSCAPE, 300, Path("out"))
    return arguments[arguments.index("-filter_complex") + 1] if "-filter_complex" in arguments else ""


@pytest.mark.parametrize("made", [ExportFormat.MP4, ExportFormat.HLS])
def test_what_has_the_right_size_is_copied(made: ExportFormat) -> None:
    assert graph_of(a_request(made)) == ""
    assert "copy" in export_args(a_request(made), Path("in"), LANDSCAPE, 300, Path("out"))


@pytest.mark.parametrize("shape", [ExportShape.PORTRAIT, ExportShape.SQUARE, ExportShape.FEED])
def test_another_shape_is_filled_or_cut_but_never_stretched(shape: ExportShape) -> None:
    size = shape.size(720)
    filled, cut = (graph_of(a_request(size=size, fit=fit)) for fit in (Fit.BLUR, Fit.CROP))
    assert "gblur" in filled
    assert "overlay" in filled
    assert f"crop={size.width}:{size.height}" in cut
    assert "gblur" not in cut


def test_the_same_shape_is_only_made_smaller() -> None:
    graph = graph_of(a_request(size=FrameSize(854, 480)))
    assert graph.startswith("[0:v:0]scale=854:480")
    assert "gblur" not in graph


def test_a_playlists_parts_are_read() -> None:
    assert read_parts(PLAYLIST) == (
        StreamPart(duration_ms=6000, size=740015, offset=1363),
        StreamPart(duration_ms=1500, size=109, offset=741378),
    )
    with pytest.raises(ValueError, match="no parts"):
        read_parts("#EXTM3U\n")


@given(st.integers(1, 180 * 30))
def test_what_is_told_of_a_stream_fits_into_the_stores_metadata(frames: int) -> None:
    count = -(-frames // (count_part_s(frames) * 30))
    assert count <= MAX_PARTS
    part = StreamPart(duration_ms=10_000, size=99_999_999, offset=999_999_999)
    key = export_key(UserId("u" * 40), a_request(ExportFormat.HLS))
    result = ExportResult(
        key=key,
        format=ExportFormat.HLS,
        width=1920,
        height=1080,
        frames=frames,
        duration_s=frames / 30,
        size_bytes=999_999_999,
        parts=(part,) * count,
    )
    assert len(result.model_dump_json()) < 2000


def test_small_forms_tell_their_own_size_and_length() -> None:
    assert made_size(a_request(ExportFormat.PREVIEW)) == (480, 270)
    assert made_size(a_request(ExportFormat.SHEET)) == (1280, 540)
    assert count_shown(ExportFormat.PREVIEW, 900) == (50, 5.0)
    assert count_shown(ExportFormat.PREVIEW, 45) == (15, 1.5)
    assert count_shown(ExportFormat.WEBM, 900) == (900, 30.0)


@given(st.sampled_from(ExportShape), st.sampled_from([480, 720, 1080]))
def test_every_shape_is_even_and_true(shape: ExportShape, short: int) -> None:
    size = shape.size(short)
    across, down = (int(part) for part in shape.value.split(":"))
    assert (min(size), size.width % 2, size.height % 2) == (short, 0, 0)
    assert size.width / size.height == pytest.approx(across / down, rel=0.005)
