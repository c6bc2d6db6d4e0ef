from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omnigen_composer.domain.fonts import CJK, EMOJI, LATIN, find_file, list_fonts, read_versions, split_runs
from omnigen_composer.domain.lettering import Cue, cues_of, cut_text, escape, find_margins, write_script
from omnigen_shared.contracts.media import FrameSize

PORTRAIT, LANDSCAPE = FrameSize(720, 1280), FrameSize(1280, 720)
SCRIPTS = (
    "Caffè — naïve",
    "Каждое утро",
    "Ελληνικός",
    "مرحبا بالعالم",
    "שלום עולם",
    "नमस्ते दुनिया",
    "สวัสดี",
    "東京の珈琲",
    "中文",
    "한국어",
    "😀☕",
    "հայերեն",
    "ქართული",
    "தமிழ்",
)


@given(st.text())
def test_no_letter_is_lost_between_fonts(text: str) -> None:
    assert "".join(piece for _, piece in split_runs(text)) == text


@pytest.mark.parametrize("text", SCRIPTS)
def test_every_script_has_a_font_that_is_installed(text: str) -> None:
    [*fonts] = list_fonts([text])
    assert fonts[0] == LATIN
    assert all(find_file(font).is_file() for font in fonts)
    assert len(fonts) == (1 if text in SCRIPTS[:3] else 2)


def test_spaces_marks_and_joiners_stay_with_the_letters_before_them() -> None:
    assert [font for font, _ in split_runs("a 東京 b")] == [LATIN, CJK, LATIN]
    assert [(font, len(piece)) for font, piece in split_runs("👩🏽\u200d🚀")] == [(EMOJI, 4)]


@pytest.mark.parametrize(
    ("text", "drawn"),
    [
        ('it\'s "5": 100%, [x]; #a', 'it\'s "5": 100%, [x]; #a'),
        ("{\\b1}bold", "\\{\\\u2060b1\\}bold"),
        ("C:\\new", "C:\\\u2060new"),
        ("one\r\ntwo", "one\\Ntwo"),
    ],
)
def test_text_means_nothing_but_itself(text: str, drawn: str) -> None:
    assert escape(text) == drawn


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=500))
def test_no_text_can_begin_an_event_or_a_command_of_its_own(text: str) -> None:
    script = write_script(LANDSCAPE, [Cue(0, 30, text)], None)
    [_, event] = script.split("\nDialogue: ")
    assert "\n" not in event.rstrip("\n")
    drawn = event.partition(",Caption,")[2]
    commands = [piece.partition("}")[0] for piece in drawn.replace("\\{", "").replace("\\}", "").split("{")[1:]]
    assert all(command.startswith("\\fnNoto") for command in commands)


@given(st.text(st.characters(categories=["Ll", "Lu", "Zs"]), min_size=1, max_size=300))
def test_pieces_hold_every_word_in_two_rows_at_most(text: str) -> None:
    for size in (PORTRAIT, LANDSCAPE):
        pieces = cut_text(text, size)
        assert all(piece.count("\n") <= 1 for piece in pieces)
        assert "".join("".join(pieces).split()) == "".join(text.split())


def test_upright_rows_are_shorter_and_wide_letters_fewer() -> None:
    longest = {size: max(map(len, cut_text("a word " * 40, size)[0].split("\n"))) for size in (PORTRAIT, LANDSCAPE)}
    assert longest[PORTRAIT] < 25 < longest[LANDSCAPE]
    assert max(map(len, cut_text("東" * 100, PORTRAIT)[0].split("\n"))) < longest[PORTRAIT] * 0.7


def test_upright_text_stays_clear_of_what_the_apps_cover() -> None:
    assert find_margins(PORTRAIT).bottom >= PORTRAIT.height * 0.2
    assert find_margins(PORTRAIT).side >= PORTRAIT.width * 0.12
    assert find_margins(LANDSCAPE).bottom < LANDSCAPE.height * 0.1


@given(st.lists(st.text("ab", min_size=1, max_size=80), min_size=1, max_size=8), st.integers(10, 300))
def test_pieces_follow_each_other_to_the_lines_end(pieces: list[str], frames: int) -> None:
    cues = list(cues_of(pieces, 15, frames))
    assert (cues[0].start_frame, cues[-1].stop_frame) == (15, 15 + frames)
    assert all(before.stop_frame == after.start_frame for before, after in pairwise(cues))


def test_a_card_darkens_the_picture_under_its_words() -> None:
    script = write_script(LANDSCAPE, [], Cue(60, 150, "Buy {now}"))
    veil, words = [line for line in script.splitlines() if line.startswith("Dialogue")]
    assert veil.startswith("Dialogue: 0,0:00:01.98,0:00:04.98,Card,")
    assert "1280 720" in veil
    assert words.startswith("Dialogue: 1,")
    assert words.endswith("Buy \\{now\\}")


def test_the_fonts_tell_where_they_come_from() -> None:
    words = read_versions().split()
    assert words[::2] == ["manimgx-fonts", "noto-cjk-sans-jp-regular"]
    assert all(word[0].isdigit() for word in words[1::2])
