"""Which of the packaged Noto fonts can write what: one for each script, chosen character by character.

FFmpeg's libass looks for a missing character in no other font but the system's, which there are none of in an image:
so every run of text names its own. Characters that belong to no script (spaces, joiners, marks) stay with the run
before them.
"""

import unicodedata
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from importlib.metadata import version
from importlib.resources import files
from itertools import groupby
from pathlib import Path
from typing import Final, NamedTuple


class Font(NamedTuple):
    """The family's name, and the file of a package that holds it."""

    family: str
    package: str
    file: str


class _Range(NamedTuple):
    start: int
    stop: int
    font: Font


_DISTRIBUTIONS: Final = ("manimgx-fonts", "noto-cjk-sans-jp-regular")
_PACKAGE: Final = "manimgx_fonts"
LATIN: Final = Font("Noto Sans", _PACKAGE, "NotoSans[wght].ttf")
CJK: Final = Font("Noto Sans CJK JP", "noto_cjk_sans_jp_regular", "NotoSansCJKjp-Regular.otf")
EMOJI: Final = Font("Noto Emoji", _PACKAGE, "NotoEmoji[wght].ttf")


def _script(name: str, family: str | None = None) -> Font:
    return Font(family or f"Noto Sans {name}", _PACKAGE, f"NotoSans{name}[wght].ttf")


_HEBREW: Final = _script("Hebrew", "Noto Sans Hebrew Light")
"""What its file calls itself."""
_ARABIC: Final = _script("Arabic")
_GEORGIAN: Final = _script("Georgian")
_RANGES: Final = (
    _Range(0x0530, 0x058F, _script("Armenian")),
    _Range(0x0590, 0x05FF, _HEBREW),
    _Range(0x0600, 0x06FF, _ARABIC),
    _Range(0x0750, 0x077F, _ARABIC),
    _Range(0x0870, 0x08FF, _ARABIC),
    _Range(0x0900, 0x097F, _script("Devanagari")),
    _Range(0x0980, 0x09FF, _script("Bengali")),
    _Range(0x0A00, 0x0A7F, _script("Gurmukhi")),
    _Range(0x0A80, 0x0AFF, _script("Gujarati")),
    _Range(0x0B00, 0x0B7F, _script("Oriya")),
    _Range(0x0B80, 0x0BFF, _script("Tamil")),
    _Range(0x0C00, 0x0C7F, _script("Telugu")),
    _Range(0x0C80, 0x0CFF, _script("Kannada")),
    _Range(0x0D00, 0x0D7F, _script("Malayalam")),
    _Range(0x0D80, 0x0DFF, _script("Sinhala")),
    _Range(0x0E00, 0x0E7F, _script("Thai")),
    _Range(0x0E80, 0x0EFF, _script("Lao")),
    _Range(0x1000, 0x109F, _script("Myanmar")),
    _Range(0x10A0, 0x10FF, _GEORGIAN),
    _Range(0x1100, 0x11FF, CJK),
    _Range(0x1200, 0x139F, _script("Ethiopic")),
    _Range(0x1780, 0x17FF, _script("Khmer")),
    _Range(0x1C90, 0x1CBF, _GEORGIAN),
    _Range(0x2190, 0x22FF, CJK),
    _Range(0x2300, 0x23FF, EMOJI),
    _Range(0x2460, 0x25FF, CJK),
    _Range(0x2600, 0x27BF, EMOJI),
    _Range(0x2B00, 0x2BFF, EMOJI),
    _Range(0x2E80, 0xA4CF, CJK),
    _Range(0xAC00, 0xD7FF, CJK),
    _Range(0xF900, 0xFAFF, CJK),
    _Range(0xFB1D, 0xFB4F, _HEBREW),
    _Range(0xFB50, 0xFDFF, _ARABIC),
    _Range(0xFE30, 0xFE4F, CJK),
    _Range(0xFE70, 0xFEFE, _ARABIC),
    _Range(0xFF00, 0xFFEF, CJK),
    _Range(0x1F000, 0x1FAFF, EMOJI),
    _Range(0x20000, 0x3FFFF, CJK),
)
_STARTS: Final = [each.start for each in _RANGES]
_ASCII_END: Final = 0x7F
_FOLLOWERS: Final = frozenset({"Zs", "Mn", "Mc", "Me", "Cf", "Sk"})
"""Unicode's categories of what follows the run before it: spaces, marks, joiners, skin tones."""


def split_runs(text: str) -> list[tuple[Font, str]]:
    """The text in pieces, each with the font that can write it."""
    runs = groupby(_fonts_of(text), key=lambda pair: pair[0])
    return [(font, "".join(character for _, character in pairs)) for font, pairs in runs]


def list_fonts(texts: Sequence[str]) -> list[Font]:
    """The fonts that these texts need, the Latin one first."""
    needed = {font for text in texts for font, _ in split_runs(text)} - {LATIN}
    return [LATIN, *sorted(needed)]


def find_file(font: Font) -> Path:
    """Where the package was installed."""
    return Path(str(files(font.package) / font.file))


def _fonts_of(text: str) -> Iterator[tuple[Font, str]]:
    font = LATIN
    for character in text:
        if ord(character) > _ASCII_END and unicodedata.category(character) in _FOLLOWERS:
            yield font, character
            continue
        if character != " ":
            font = _font_of(ord(character))
        yield font, character


def _font_of(code: int) -> Font:
    place = bisect_right(_STARTS, code) - 1
    if place >= 0 and code <= _RANGES[place].stop:
        return _RANGES[place].font
    return LATIN


def read_versions() -> str:
    """Of the packages that the fonts come from: other letters are other bytes."""
    return " ".join(f"{name} {version(name)}" for name in _DISTRIBUTIONS)
