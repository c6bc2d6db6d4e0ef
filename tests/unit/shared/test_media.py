import pytest

from omnigen_shared.contracts.media import AspectRatio, FrameSize, Resolution, frame_size


@pytest.mark.parametrize(
    ("aspect", "resolution", "size"),
    [
        ("16:9", "720p", (1280, 720)),
        ("9:16", "720p", (720, 1280)),
        ("1:1", "720p", (720, 720)),
        ("16:9", "1080p", (1920, 1080)),
        ("16:9", "480p", (854, 480)),
        ("9:16", "480p", (480, 854)),
    ],
)
def test_the_resolution_is_the_short_side(aspect: str, resolution: str, size: tuple[int, int]) -> None:
    assert frame_size(AspectRatio(aspect), Resolution(resolution)) == FrameSize(*size)


@pytest.mark.parametrize("aspect", AspectRatio)
@pytest.mark.parametrize("resolution", Resolution)
def test_every_size_is_even_as_yuv420p_needs(aspect: AspectRatio, resolution: Resolution) -> None:
    size = frame_size(aspect, resolution)
    assert size.width % 2 == size.height % 2 == 0
    assert min(size) == resolution.short_side_px
