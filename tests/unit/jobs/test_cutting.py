"""Frame arithmetic, for every length, any model and any transitions."""

from itertools import combinations_with_replacement

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omnigen_jobs.domain.cutting import (
    MAX_SCENES,
    MAX_TAIL_FRAMES,
    MIN_KEPT_FRAMES,
    RHYTHMS,
    Rhythm,
    fit_cuts,
    plan_cuts,
    shortest_clip_s,
)
from omnigen_shared.contracts.catalogue import DEFAULT_VIDEO_MODEL, VIDEO_MODELS
from omnigen_shared.contracts.media import FPS, Transition
from omnigen_shared.contracts.storyboard import Category, Cut, count_frames

DEFAULT = VIDEO_MODELS[DEFAULT_VIDEO_MODEL].durations_s
AD = RHYTHMS[Category.AD_CREATIVE]
DURATIONS = st.integers(5, 180)
MODELS = st.sampled_from(sorted(VIDEO_MODELS))
RHYTHM = st.sampled_from(list(RHYTHMS.values()))
LENGTHS = st.sets(st.integers(2, 20), min_size=1, max_size=6).map(lambda found: tuple(sorted(found)))
TRANSITIONS = st.lists(st.sampled_from(list(Transition)), max_size=24)


def check(cuts: tuple[Cut, ...], frames: int, lengths_s: tuple[int, ...]) -> None:
    assert count_frames(cuts) == frames
    for cut in cuts:
        assert cut.clip_duration_s in lengths_s
        assert MIN_KEPT_FRAMES <= cut.kept_frames <= cut.clip_duration_s * FPS
        assert cut.clip_duration_s * FPS - cut.kept_frames <= MAX_TAIL_FRAMES


def paid_s(cuts: tuple[Cut, ...]) -> int:
    return sum(cut.clip_duration_s for cut in cuts)


@given(DURATIONS, MODELS, RHYTHM)
def test_each_model_of_the_catalogue_meets_every_length_exactly(duration_s: int, name: str, rhythm: Rhythm) -> None:
    lengths_s = VIDEO_MODELS[name].durations_s
    cuts = plan_cuts(duration_s * FPS, lengths_s, rhythm)
    check(cuts, duration_s * FPS, lengths_s)
    assert len(cuts) <= MAX_SCENES


@given(DURATIONS, LENGTHS, TRANSITIONS)
def test_any_transitions_are_met_exactly_or_not_at_all(
    duration_s: int, lengths_s: tuple[int, ...], transitions: list[Transition]
) -> None:
    cuts = fit_cuts(duration_s * FPS, lengths_s, transitions)
    if cuts is not None:
        check(cuts, duration_s * FPS, lengths_s)
        assert [cut.transition for cut in cuts[:-1]] == transitions


@given(st.integers(5, 40), LENGTHS, st.lists(st.sampled_from(list(Transition)), max_size=4))
def test_for_its_number_of_clips_no_choice_pays_for_fewer_seconds(
    duration_s: int, lengths_s: tuple[int, ...], transitions: list[Transition]
) -> None:
    """Every choice there is, tried: the least sum that reaches the frames and trims no clip too much."""
    needed = duration_s * FPS + sum(transition.frames for transition in transitions)
    sums = set()
    for lengths in combinations_with_replacement(lengths_s, len(transitions) + 1):
        room = sum(min(MAX_TAIL_FRAMES, length * FPS - MIN_KEPT_FRAMES) for length in lengths)
        if 0 <= sum(lengths) * FPS - needed <= room and min(lengths) * FPS >= MIN_KEPT_FRAMES:
            sums.add(sum(lengths))
    cuts = fit_cuts(duration_s * FPS, lengths_s, transitions)
    assert (None if cuts is None else paid_s(cuts)) == min(sums, default=None)


@given(DURATIONS, MODELS, RHYTHM)
def test_more_paid_seconds_than_the_least_buy_better_shots(duration_s: int, name: str, rhythm: Rhythm) -> None:
    frames, lengths_s = duration_s * FPS, VIDEO_MODELS[name].durations_s
    chosen = plan_cuts(frames, lengths_s, rhythm)

    def distance(cuts: tuple[Cut, ...]) -> float:
        shot_s = paid_s(cuts) / len(cuts)
        return max(rhythm.shortest_s - shot_s, shot_s - rhythm.longest_s, 0.0)

    for count in range(1, MAX_SCENES + 1):
        other = fit_cuts(frames, lengths_s, [rhythm.transition] * (count - 1))
        if other is not None and paid_s(other) < paid_s(chosen):
            assert distance(other) > distance(chosen)


@given(DURATIONS)
def test_clips_of_any_seconds_throw_at_most_a_second_away(duration_s: int) -> None:
    cuts = plan_cuts(duration_s * FPS, DEFAULT, AD)
    assert sum(cut.clip_duration_s * FPS - cut.kept_frames for cut in cuts) < FPS


@given(DURATIONS)
def test_shots_are_neither_hectic_nor_dull(duration_s: int) -> None:
    lengths = [cut.clip_duration_s for cut in plan_cuts(duration_s * FPS, DEFAULT, AD)]
    assert 4 <= sum(lengths) / len(lengths) <= 6
    assert max(lengths) - min(lengths) <= 1
    assert lengths == sorted(lengths)


@pytest.mark.parametrize(
    ("duration_s", "lengths"),
    [(5, [5]), (6, [6]), (7, [4, 4]), (10, [5, 6]), (15, [5, 5, 6]), (30, [4, 4, 5, 5, 5, 5, 5])],
)
def test_cuts_of_well_known_lengths(duration_s: int, lengths: list[int]) -> None:
    assert [cut.clip_duration_s for cut in plan_cuts(duration_s * FPS, DEFAULT, AD)] == lengths


def test_a_video_of_hard_cuts_pays_for_no_overlap() -> None:
    cuts = plan_cuts(30 * FPS, DEFAULT, RHYTHMS[Category.MUSIC_VIDEO])
    assert paid_s(cuts) == 30
    assert {cut.transition for cut in cuts} == {Transition.CUT}


def test_clips_of_two_lengths_are_mixed() -> None:
    cuts = fit_cuts(15 * FPS, (5, 10), [Transition.FADE] * 2)
    assert cuts is not None
    assert [cut.clip_duration_s for cut in cuts] == [5, 5, 10]


def test_a_model_of_long_clips_only_trims_one() -> None:
    assert plan_cuts(5 * FPS, (8, 10), AD) == (Cut(clip_duration_s=8, kept_frames=150, transition=Transition.CUT),)


@pytest.mark.parametrize(("frames", "lengths_s"), [(5 * FPS, (12,)), (180 * FPS, (2,))])
def test_what_no_number_of_clips_can_make_is_refused(frames: int, lengths_s: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="cannot be cut"):
        plan_cuts(frames, lengths_s, AD)


@pytest.mark.parametrize(
    ("kept_frames", "lengths_s", "expected"),
    [(150, (5, 10), 5), (151, (5, 10), 10), (149, (10,), None), (150, (10,), 10), (301, (5, 10), None)],
)
def test_a_shot_is_made_of_the_shortest_clip_that_is_long_enough(
    kept_frames: int, lengths_s: tuple[int, ...], expected: int | None
) -> None:
    assert shortest_clip_s(kept_frames, lengths_s) == expected
