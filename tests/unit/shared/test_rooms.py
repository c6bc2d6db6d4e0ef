"""When each scene may be spoken over."""

from hypothesis import given
from hypothesis import strategies as st

from omnigen_shared.contracts.media import Transition
from omnigen_shared.contracts.storyboard import QUIET_FRAMES, Cut, count_frames, list_rooms

CUTS = st.lists(
    st.builds(
        Cut,
        clip_duration_s=st.just(10),
        kept_frames=st.integers(31, 300),
        transition=st.sampled_from(list(Transition)),
    ),
    min_size=1,
    max_size=20,
)


@given(CUTS)
def test_rooms_lie_in_their_order_inside_the_video_and_outside_of_transitions(cuts: list[Cut]) -> None:
    free_from = 0
    for cut, room in zip(cuts, list_rooms(cuts), strict=True):
        assert room.start_frame >= free_from
        assert 0 <= room.frames <= cut.kept_frames - 2 * QUIET_FRAMES
        free_from = room.start_frame + room.frames
    assert free_from <= count_frames(cuts)


def test_a_room_is_what_its_scene_shows_alone() -> None:
    fade = Cut(clip_duration_s=5, kept_frames=150)
    first, second = list_rooms([fade, fade])
    assert first == (6, 150 - 15 - 12)
    assert second == (135 + 15 + 6, 150 - 15 - 12)
    assert first.characters == 123 * 14 // 30
