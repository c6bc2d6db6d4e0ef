from dataclasses import replace

import pytest

from omnigen_composer.domain.clips import MAX_PADDING_FRAMES, ClipFacts, ClipLimits, check_clip, check_size
from omnigen_composer.domain.problems import ClipInvalidError

GOOD = ClipFacts(
    codec="h264", width=1280, height=720, duration_s=5.0, has_audio=False, has_matrix=True, is_hdr=False, is_whole=True
)
LIMITS = ClipLimits(size_bytes=1000, duration_s=60, side_px=4096)


def test_a_good_clip_is_taken() -> None:
    check_clip("u/a/c", GOOD, 150, LIMITS)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"codec": "gif"}, "codec gif"),
        ({"is_whole": False}, "ends before"),
        ({"width": 7680, "height": 4320}, "7680x4320"),
        ({"height": 4098}, "4098"),
        ({"duration_s": 36_000.0}, "36000.0 s"),
        ({"duration_s": 0.0}, "0.00 s"),
    ],
)
def test_a_bad_clip_is_refused_with_the_reason(change: dict[str, object], why: str) -> None:
    with pytest.raises(ClipInvalidError) as refusal:
        check_clip("u/a/c", replace(GOOD, **change), 150, LIMITS)  # type: ignore[arg-type]
    assert why in refusal.value.detail
    assert refusal.value.details["clip_key"] == "u/a/c"


def test_a_clip_may_end_a_little_early_but_no_more() -> None:
    check_clip("u/a/c", GOOD, 150 + MAX_PADDING_FRAMES, LIMITS)
    with pytest.raises(ClipInvalidError):
        check_clip("u/a/c", GOOD, 150 + MAX_PADDING_FRAMES + 1, LIMITS)


@pytest.mark.parametrize("size_bytes", [0, 1001])
def test_files_of_an_impossible_size_are_not_fetched(size_bytes: int) -> None:
    with pytest.raises(ClipInvalidError):
        check_size("u/a/c", size_bytes, LIMITS)
    check_size("u/a/c", 1000, LIMITS)


@pytest.mark.parametrize(
    ("width", "height", "matrix"),
    [(1280, 720, "bt709"), (720, 1280, "bt709"), (854, 480, "smpte170m"), (480, 854, "smpte170m")],
)
def test_untagged_colours_are_read_as_players_do(width: int, height: int, matrix: str) -> None:
    untagged = replace(GOOD, width=width, height=height, has_matrix=False)
    assert untagged.assumed_matrix == matrix
    assert replace(untagged, has_matrix=True).assumed_matrix is None
