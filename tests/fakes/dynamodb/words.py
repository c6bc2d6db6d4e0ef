"""The words of DynamoDB's expressions: what a text is made of, and which names must not be spelled out in it."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

RESERVED: Final = frozenset(Path(__file__).with_name("reserved_words.txt").read_text().split())
"""From the Developer Guide, "Reserved words in DynamoDB"; case does not matter."""
_WORD: Final = re.compile(
    r"(?P<space>\s+)|(?P<alias>#\w+)|(?P<value>:\w+)|(?P<name>[A-Za-z]\w*)|(?P<number>\d+)"
    r"|(?P<sign><>|<=|>=|[=<>()\[\],.+-])",
    re.ASCII,
)


class RefusedError(AssertionError):
    """The real service would answer this with a ValidationException."""


class Word(NamedTuple):
    """`kind` is alias, value, name, number, sign or end."""

    kind: str
    text: str

    @property
    def keyword(self) -> str:
        """Keywords may be written in any case."""
        return self.text.upper() if self.kind == "name" else ""


END: Final = Word("end", "")


def read_words(text: str) -> Iterator[Word]:
    """The text's words and an END. RefusedError for a sign that is none."""
    place = 0
    while place < len(text):
        found = _WORD.match(text, place)
        if found is None or found.lastgroup is None:
            raise RefusedError(f"Syntax error at {text[place : place + 10]!r} in {text!r}.")
        if found.lastgroup != "space":
            yield Word(found.lastgroup, found.group())
        place = found.end()
    yield END
