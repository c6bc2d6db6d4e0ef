"""Lines in their rooms, and what is read of them."""

from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from omnigen_composer.domain.speech import CAPTION_LINE, FASTEST, Line, fit_line, write_captions
from omnigen_shared.contracts.composer import RenderRequest, VoiceTrack
from omnigen_shared.contracts.media import FPS

SPEECH = Path("/w/speech")
SEGMENT = "u/ada/segments/r/a.mp4"
TEXT = st.text(st.characters(exclude_categories=("Cc", "Cs")), min_size=1, max_size=500).filter(str.strip)


@given(st.integers(1, 1800), st.floats(0.1, 120))
def test_a_line_never_goes_past_its_room(room_frames: int, duration_s: float) -> None:
    line = fit_line(SPEECH, "Hm.", 30, room_frames, duration_s)
    assert 1 <= line.frames <= room_frames
    assert 1 <= line.tempo <= FASTEST
    if duration_s * FPS <= room_frames:
        assert line.tempo == 1
        assert line.frames == pytest.approx(duration_s * FPS, abs=1)


def test_a_line_that_is_a_little_long_is_said_faster() -> None:
    line = fit_line(SPEECH, "Hm.", 0, 100, 120 / FPS)
    assert (line.frames, line.tempo) == (100, 1.2)


def test_captions_are_timed_by_what_is_spoken() -> None:
    lines = [Line(SPEECH, "Wake up.", 30, 45), Line(SPEECH, "Coffee & <b>more</b>", 120, 60)]
    assert write_captions(lines) == (
        "WEBVTT\n\n"
        "00:00:01.000 --> 00:00:02.500\nWake up.\n\n"
        "00:00:04.000 --> 00:00:06.000\nCoffee &amp; &lt;b&gt;more&lt;/b&gt;\n"
    )


def test_a_long_line_is_read_in_pieces() -> None:
    text = " ".join(["word"] * 40)
    captions = write_captions([Line(SPEECH, text, 0, 300)])
    rows = [row for row in captions.splitlines() if row and "-->" not in row and row != "WEBVTT"]
    assert " ".join(rows) == text
    assert max(map(len, rows)) <= CAPTION_LINE
    times = [row.split(" --> ") for row in captions.splitlines() if "-->" in row]
    assert times[0][0] == "00:00:00.000"
    assert times[-1][1] == "00:00:10.000"
    assert all(earlier[1] == later[0] for earlier, later in pairwise(times))


@given(TEXT)
def test_no_text_breaks_a_caption(text: str) -> None:
    captions = write_captions([Line(SPEECH, text, 0, 300)])
    assert captions.count("-->") == sum(" --> " in row for row in captions.splitlines())
    assert all(row.startswith("00:00:") for row in captions.splitlines() if "-->" in row)


@pytest.mark.parametrize(
    "rooms",
    [[(0, 61)], [(0, 31), (30, 10)], [(30, 10), (0, 10)], [(60, 1)]],
)
def test_voices_that_overlap_or_outlast_the_video_are_refused(rooms: list[tuple[int, int]]) -> None:
    voices = tuple(VoiceTrack(speech_key="u/ada/v.mp3", start_frame=at, frames=n, text="Hm.") for at, n in rooms)
    with pytest.raises(ValidationError, match="one after the other"):
        RenderRequest(segment_keys=(SEGMENT,), total_frames=60, voices=voices)
