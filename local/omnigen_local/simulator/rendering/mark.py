"""The word that every simulated picture carries, in letters drawn here, five by seven dots each."""

from typing import Final

from omnigen_local.simulator.rendering.colour import rgba
from omnigen_local.simulator.rendering.raster import Pixels

LETTERS: Final[dict[str, tuple[str, ...]]] = {
    "s": (".####", "#....", "#....", ".###.", "....#", "....#", "####."),
    "i": ("###", ".#.", ".#.", ".#.", ".#.", ".#.", "###"),
    "m": ("#...#", "##.##", "#.#.#", "#.#.#", "#...#", "#...#", "#...#"),
    "u": ("#...#", "#...#", "#...#", "#...#", "#...#", "#...#", ".###."),
    "l": ("#....", "#....", "#....", "#....", "#....", "#....", "#####"),
    "a": (".###.", "#...#", "#...#", "#####", "#...#", "#...#", "#...#"),
    "t": ("#####", "..#..", "..#..", "..#..", "..#..", "..#..", "..#.."),
    "e": ("#####", "#....", "#....", "####.", "#....", "#....", "#####"),
    "d": ("####.", "#...#", "#...#", "#...#", "#...#", "#...#", "####."),
}
WORD: Final = "simulated"
DOT_ROWS: Final = 7
PAD_DOTS: Final = 3


def draw_mark(dot_px: int) -> Pixels:
    """A dark, see-through plate with the word on it; a dot is `dot_px` pixels wide."""
    lines = [".".join(LETTERS[letter][row] for letter in WORD) for row in range(DOT_ROWS)]
    wide = len(lines[0]) + 2 * PAD_DOTS
    padded = [""] * PAD_DOTS + lines + [""] * PAD_DOTS
    rows = [_row(line.rjust(len(line) + PAD_DOTS, ".").ljust(wide, "."), dot_px) * dot_px for line in padded]
    return Pixels(b"".join(rows), wide * dot_px, len(padded) * dot_px)


def _row(line: str, dot_px: int) -> bytes:
    ink, plate = rgba((255, 255, 255), 0.82), rgba((0, 0, 0), 0.3)
    return b"".join((ink if dot == "#" else plate) * dot_px for dot in line)
