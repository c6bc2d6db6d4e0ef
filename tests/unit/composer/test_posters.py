import pytest
from hypothesis import given
from hypothesis import strategies as st

from omnigen_composer.domain.posters import Look, choose, weigh

BLACK = weigh(0.0, bytes([16] * 100))
BLACK_WITH_STARS = weigh(0.5, bytes([16] * 95 + [255] * 5))
WHITE = weigh(1.0, bytes([235] * 100))
PICTURE = weigh(2.0, bytes(range(60, 160)))
FLAT = weigh(3.0, bytes([120] * 100))


def test_a_picture_wins_over_black_white_and_flat() -> None:
    assert choose([[BLACK, BLACK_WITH_STARS], [WHITE], [FLAT, PICTURE]]) == (2, PICTURE)


def test_even_a_flat_grey_is_better_than_stars_in_the_dark() -> None:
    assert choose([[BLACK_WITH_STARS], [FLAT]]) == (1, FLAT)


def test_an_all_black_video_still_has_a_poster() -> None:
    assert choose([[BLACK]]) == (0, BLACK)


def test_the_first_of_equals_is_taken() -> None:
    assert choose([[PICTURE], [PICTURE]])[0] == 0


def test_there_has_to_be_a_frame() -> None:
    with pytest.raises(ValueError, match="empty"):
        choose([[], []])


@given(st.binary(min_size=1, max_size=300))
def test_mean_and_contrast_are_within_their_range(luma: bytes) -> None:
    look = weigh(0.0, luma)
    assert isinstance(look, Look)
    assert 0 <= look.mean <= 255
    assert 0 <= look.contrast <= 128
