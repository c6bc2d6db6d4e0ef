"""Which sound is where in the mix, and what gives way to what."""

import re
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from omnigen_composer.domain.mix import CLICK_SAMPLES, ClipTrack, Tracks, mix_args, place_clips
from omnigen_composer.domain.speech import Line
from omnigen_shared.contracts.composer import ClipSound, SoundtrackRequest

MUSIC, SPEECH, CLIP, MIX = Path("/w/bed"), Path("/w/speech"), Path("/w/clip"), Path("/w/mix")
LINES = [Line(SPEECH, "a", 0, 9), Line(SPEECH, "b", 30, 9)]
CLIPS = [ClipTrack(CLIP, 0, 30), ClipTrack(CLIP, 15, 45)]


def graph_of(tracks: Tracks) -> str:
    arguments = mix_args(tracks, 60, MIX)
    assert arguments.count("-i") == graph_count(tracks)
    return arguments[arguments.index("-filter_complex") + 1]


def graph_count(tracks: Tracks) -> int:
    return (tracks.music is not None) + len(tracks.lines) + len(tracks.clips)


def sound(start: int, frames: int) -> ClipSound:
    return ClipSound(clip_key="u/ada/c.mp4", start_frame=start, frames=frames)


def places_in(graph: str) -> dict[int, int]:
    """At which sample each input that is laid into a lane begins to be heard."""
    rooms = {int(number): int(room) for room, number in re.findall(r"whole_len=(\d+)\[in(\d+)\]", graph)}
    places = {}
    for inputs, delay in re.findall(r"((?:\[in\d+\])+)concat=\S+?adelay=delays=(\d+)S", graph):
        place = int(delay)
        for number in map(int, re.findall(r"\d+", inputs)):
            places[number] = place
            place += rooms[number]
    return places


@given(st.lists(st.tuples(st.integers(0, 200), st.integers(1, 90)), min_size=1, max_size=12).map(sorted))
def test_every_sound_is_heard_in_its_place(spans: list[tuple[int, int]]) -> None:
    """However they overlap; and there are no more lanes than sounds at once."""
    graph = graph_of(Tracks(None, [], [ClipTrack(CLIP, *span) for span in spans]))
    assert places_in(graph) == {number: start * 1600 for number, (start, _) in enumerate(spans)}
    at_once = max(sum(start <= frame < start + frames for start, frames in spans) for frame, _ in spans)
    assert graph.count("concat=") == at_once


@pytest.mark.parametrize("music", [MUSIC, None])
@pytest.mark.parametrize("clips", [CLIPS, []])
def test_everything_but_speech_gives_way_to_speech(music: Path | None, clips: list[ClipTrack]) -> None:
    graph = graph_of(Tracks(music, LINES, clips))
    assert ("sidechaincompress" in graph) is (music is not None or clips != [])
    assert places_in(graph)[0 if music is None else 1] == 0
    assert places_in(graph)[1 if music is None else 2] == 48000


@pytest.mark.parametrize(
    ("lines", "clips", "level"), [(LINES, CLIPS, "-12"), (LINES, [], "-12"), ([], CLIPS, "-6"), ([], [], "0")]
)
def test_music_is_quieter_beneath_what_has_to_be_understood(
    lines: list[Line], clips: list[ClipTrack], level: str
) -> None:
    assert f"volume={level}dB[music]" in graph_of(Tracks(MUSIC, lines, clips))


@given(st.lists(st.tuples(st.integers(1, 300), st.integers(0, 300)), max_size=20))
def test_clips_fade_while_two_are_heard(scenes: list[tuple[int, int]]) -> None:
    """Any lengths and any overlap with the scene before, shorter than either."""
    sounds, stop, before = [], 0, 0
    for frames, overlap in scenes:
        start = stop - min(overlap, frames - 1, max(before - 1, 0))
        sounds.append(sound(start, frames))
        stop, before = start + frames, frames
    tracks = place_clips(sounds, [CLIP] * len(sounds))
    for left, right in pairwise(tracks):
        overlap = (left.start_frame + left.frames - right.start_frame) * 1600
        assert left.fade_out_samples == min(max(overlap, CLICK_SAMPLES), left.frames * 800)
        assert right.fade_in_samples == min(max(overlap, CLICK_SAMPLES), right.frames * 800)
    assert all(track.fade_in_samples + track.fade_out_samples <= track.frames * 1600 for track in tracks)


@pytest.mark.parametrize("places", [[(0, 61)], [(10, 20), (0, 40)], [(0, 40), (10, 20)], [(0, 30), (0, 40)]])
def test_clips_out_of_order_or_beyond_the_video_are_refused(places: list[tuple[int, int]]) -> None:
    with pytest.raises(ValidationError, match=r"clips (begin and end|sound inside)"):
        SoundtrackRequest(total_frames=60, clip_sounds=tuple(sound(*place) for place in places))
