"""Frame arithmetic, for every length and any model."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omnigen_generator.domain.cuts import MAX_SCENES, MIN_KEPT_FRAMES, Cut, plan_cuts
from omnigen_shared.contracts.catalogue import VIDEO_MODELS
from omnigen_shared.contracts.media import FPS, TRANSITION_FRAMES

DURATIONS = st.integers(5, 180)
CLIP_LENGTHS = st.tuples(st.integers(1, 12), st.integers(0, 12)).map(lambda ends: (ends[0], ends[0] + ends[1]))


def shown_frames(cuts: tuple[Cut, ...]) -> int:
    return sum(cut.kept_frames for cut in cuts) - TRANSITION_FRAMES * (len(cuts) - 1)


@given(DURATIONS, st.sampled_from(sorted(VIDEO_MODELS)))
def test_a_catalogue_model_meets_every_length_exactly(duration_s: int, name: str) -> None:
    model = VIDEO_MODELS[name]
    cuts = plan_cuts(duration_s, model.min_duration_s, model.max_duration_s)
    assert shown_frames(cuts) == duration_s * FPS
    assert 1 <= len(cuts) <= MAX_SCENES


@given(DURATIONS, CLIP_LENGTHS)
def test_any_model_that_can_meet_a_length_meets_it_exactly(duration_s: int, lengths: tuple[int, int]) -> None:
    shortest, longest = lengths
    try:
        cuts = plan_cuts(duration_s, shortest, longest)
    except ValueError:
        most_frames = MAX_SCENES * (longest * FPS - TRANSITION_FRAMES) + TRANSITION_FRAMES
        assert duration_s * FPS > most_frames or shortest == 1 or duration_s < shortest
        return
    assert shown_frames(cuts) == duration_s * FPS
    for cut in cuts:
        assert shortest <= cut.clip_duration_s <= longest
        assert MIN_KEPT_FRAMES <= cut.kept_frames <= cut.clip_duration_s * FPS


@given(DURATIONS)
def test_with_free_clip_lengths_at_most_half_a_second_is_thrown_away(duration_s: int) -> None:
    cuts = plan_cuts(duration_s, 2, 12)
    trimmed = sum(cut.clip_duration_s * FPS - cut.kept_frames for cut in cuts)
    assert trimmed in {0, TRANSITION_FRAMES}


@given(DURATIONS)
def test_shots_are_neither_hectic_nor_dull(duration_s: int) -> None:
    lengths = [cut.clip_duration_s for cut in plan_cuts(duration_s, 2, 12)]
    assert 4 <= sum(lengths) / len(lengths) <= 6
    assert max(lengths) - min(lengths) <= 1


@pytest.mark.parametrize(
    ("duration_s", "lengths"),
    [(5, [5]), (6, [6]), (7, [4, 4]), (10, [5, 6]), (15, [5, 5, 6]), (30, [4, 4, 5, 5, 5, 5, 5])],
)
def test_cuts_of_well_known_lengths(duration_s: int, lengths: list[int]) -> None:
    assert [cut.clip_duration_s for cut in plan_cuts(duration_s, 2, 12)] == lengths


def test_a_default_video_of_thirty_seconds_stays_below_its_price() -> None:
    paid_s = sum(cut.clip_duration_s for cut in plan_cuts(30, 2, 12))
    assert paid_s * 25_000 + 30_000 + 10_000 <= 1_320_000


def test_a_model_of_long_clips_only_trims_one() -> None:
    assert plan_cuts(5, 8, 10) == (Cut(8, 150),)


def test_what_no_number_of_clips_can_make_is_refused() -> None:
    with pytest.raises(ValueError, match="180 s cannot be cut into clips of 2 to 2 s"):
        plan_cuts(180, 2, 2)
