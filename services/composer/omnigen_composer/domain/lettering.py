"""Texts drawn into the pictures, as a script for libass: captions in the safe area, a call to action at the end.

Sizes are pixels of the finished video. In upright videos the apps that show them cover the upper and lower edges and
the right one with their own buttons: the text stays clear of them.
"""

import textwrap
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from omnigen_composer.domain.fonts import LATIN, split_runs
from omnigen_composer.domain.frames import to_seconds
from omnigen_shared.contracts.media import FrameSize

CAPTION_HEIGHT: Final = 0.058
CARD_HEIGHT: Final = 0.095
"""Of a letter's line, as a part of the picture's shorter side."""
CARD_FADE_MS: Final = 300
CAPTION_ROWS: Final = 2
_LETTER: Final = 0.56
"""Width of an average letter, as a part of its line's height; a wide one (東) takes a whole."""
_WORD_JOINER: Final = "\u2060"
_STYLE_FIELDS: Final = (
    "Name, Fontname, Fontsize, PrimaryColour, OutlineColour, BackColour, Bold, BorderStyle, Outline, "
    "Shadow, Alignment, MarginL, MarginR, MarginV, Encoding"
)
_WIDE: Final = frozenset({"W", "F"})


class Margins(NamedTuple):
    """What stays free at the sides and below, in pixels."""

    side: int
    bottom: int


@dataclass(frozen=True, slots=True)
class Cue:
    """Text shown from a frame of the segment to before another one; rows are told apart by line feeds."""

    start_frame: int
    stop_frame: int
    text: str


def find_margins(size: FrameSize) -> Margins:
    """Outside of the safe area: a tenth all round; upright, what the apps cover."""
    if size.height > size.width:
        return Margins(round(size.width * 0.14), round(size.height * 0.22))
    return Margins(round(size.width * 0.1), round(size.height * 0.08))


def cut_text(text: str, size: FrameSize) -> list[str]:
    """A spoken line in pieces of up to two rows that fit into the safe area."""
    room_px = size.width - 2 * find_margins(size).side
    columns = max(int(room_px / (_line_px(size, CAPTION_HEIGHT) * _LETTER)), 4)
    rows = _wrap(text, columns)
    return ["\n".join(rows[at : at + CAPTION_ROWS]) for at in range(0, len(rows), CAPTION_ROWS)]


def write_script(size: FrameSize, captions: Sequence[Cue], card: Cue | None) -> str:
    """The whole script; `card` darkens the picture under it."""
    margins = find_margins(size)
    caption_px, card_px = _line_px(size, CAPTION_HEIGHT), _line_px(size, CARD_HEIGHT)
    events = [_event("Caption", cue, _write_runs(cue.text)) for cue in captions]
    if card is not None:
        events += _write_card(size, card)
    return "\n".join(
        (
            "[Script Info]",
            "ScriptType: v4.00+",
            f"PlayResX: {size.width}",
            f"PlayResY: {size.height}",
            "WrapStyle: 0",
            "ScaledBorderAndShadow: yes",
            "YCbCr Matrix: None",
            "",
            "[V4+ Styles]",
            f"Format: {_STYLE_FIELDS}",
            _style("Caption", caption_px, 2, margins.side, margins.bottom),
            _style("Card", card_px, 5, margins.side, 0),
            "",
            "[Events]",
            "Format: Layer, Start, End, Style, Text",
            *events,
            "",
        )
    )


def escape(text: str) -> str:
    """Text that means nothing but itself: a backslash or a brace would begin a command."""
    text = text.replace("\\", "\\" + _WORD_JOINER).replace("{", "\\{").replace("}", "\\}")
    return text.replace("\r", "").replace("\n", "\\N")


def _write_card(size: FrameSize, card: Cue) -> list[str]:
    """A veil that darkens by and by, and the words on it."""
    fade = f"\\fad({CARD_FADE_MS},0)"
    corners = f"m 0 0 l {size.width} 0 {size.width} {size.height} 0 {size.height}"
    veil = f"{{\\an7\\pos(0,0)\\bord0\\1c&H000000&\\1a&H50&{fade}\\p1}}{corners}{{\\p0}}"
    return [_event("Card", card, veil), _event("Card", card, f"{{{fade}}}" + _write_runs(card.text), layer=1)]


def _write_runs(text: str) -> str:
    """Each run of a script in a font that has it."""
    runs = split_runs(text)
    if all(font == LATIN for font, _ in runs):
        return escape(text)
    return "".join(f"{{\\fn{font.family}}}{escape(piece)}" for font, piece in runs)


def _wrap(text: str, columns: int) -> list[str]:
    """Rows of so many letters; a wide one counts for two, and scripts without spaces are cut anywhere."""
    words = " ".join(text.split())
    is_wide = sum(unicodedata.east_asian_width(letter) in _WIDE for letter in words) * 2 > len(words)
    return textwrap.wrap(words, max(int(columns * _LETTER), 2) if is_wide else columns) or [""]


def _line_px(size: FrameSize, part: float) -> int:
    return max(round(min(size) * part), 6)


def _style(name: str, line_px: int, alignment: int, side: int, vertical: int) -> str:
    outline = max(round(line_px / 13), 1)
    colours = "&H00FFFFFF,&H00000000,&H80000000"
    return f"Style: {name},{LATIN.family},{line_px},{colours},0,1,{outline},0,{alignment},{side},{side},{vertical},-1"


def _event(style: str, cue: Cue, text: str, layer: int = 0) -> str:
    return f"Dialogue: {layer},{_stamp(cue.start_frame)},{_stamp(cue.stop_frame)},{style},{text}"


def _stamp(frame: int) -> str:
    """A moment between the frame before and this one: a stamp has hundredths of a second, a frame three and a third."""
    hundredths = max(round((to_seconds(frame) - to_seconds(1) / 2) * 100), 0)
    seconds, hundredths = divmod(hundredths, 100)
    return f"{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}.{hundredths:02}"


def cues_of(pieces: Sequence[str], start_frame: int, frames: int) -> Iterator[Cue]:
    """Pieces of a line one after the other, each as long as its share of the characters."""
    whole, told = max(sum(map(len, pieces)), 1), 0
    for piece in pieces:
        start = start_frame + frames * told // whole
        told += len(piece)
        yield Cue(start, start_frame + frames * told // whole, piece)
