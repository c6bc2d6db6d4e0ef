"""What a text may hold before it is paid for, stored, shown, or written into a video.

Refused from people, who are told, and left out of what models write, who are not: control characters (a tab and a line
break stand for themselves), unpaired surrogates, noncharacters, and the controls that turn the direction of the text
around them. Marks of direction and joiners stay: languages and emoji need them. Every text is Unicode's form NFC with
line feeds, so that what looks the same is the same, has the same fingerprint, and is not paid for twice.
"""

import re
import unicodedata
from collections.abc import Callable
from typing import Any, Final

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

ALLOWED: Final = (
    "any but control characters (tab and line break are allowed), unpaired surrogates, noncharacters "
    "and bidirectional embeddings, overrides and isolates"
)
LONGEST: Final = 10_000
"""No text may be longer anywhere, and putting a longer one into form NFC could be made to take very long."""
_BREAK: Final = re.compile("\r\n?|[\u2028\u2029]")
PATTERN: Final = (
    r"^[^\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u202a-\u202e"
    r"\u2066-\u2069\ufdd0-\ufdef\ufffe\uffff]*$"
)
"""The same for the API's document, which can name neither the noncharacters of the other planes nor surrogates."""
_LAST_OF_PLANES: Final = "".join(f"{chr(plane + 0xFFFE)}{chr(plane + 0xFFFF)}" for plane in range(0, 0x110000, 0x10000))
_UNFIT: Final = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufdd0-\ufdef" + _LAST_OF_PLANES + "]"
)


def clean_text(text: str) -> str:
    """What is fit of a text, without space around it."""
    return _normalise(_UNFIT.sub("", text[:LONGEST])).strip()


def clean_line(text: str) -> str:
    """What is fit of a text, in one line."""
    return " ".join(clean_text(text).split())


def check_text(text: str) -> str:
    """The text in its normal form; PydanticCustomError naming the first character that is not allowed."""
    found = _UNFIT.search(text)
    if found is not None:
        place = {"code": f"U+{ord(found.group()):04X}", "position": found.start() + 1, "allowed": ALLOWED}
        raise PydanticCustomError(
            "unfit_text", "Text should not have {code} (character {position}): allowed are {allowed}", place
        )
    return text if len(text) > LONGEST else _normalise(text)


def check_line(text: str) -> str:
    """The text in one line: breaks and runs of space become one space. PydanticCustomError as of check_text."""
    return " ".join(check_text(text).split())


class TextRule:
    """Stands last in an Annotated[str, …]: what comes in is checked or cleaned before its length is looked at."""

    def __init__(self, rule: Callable[[str], str], pattern: str | None = None) -> None:
        self._rule = rule
        self._pattern = pattern

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_before_validator_function(self._apply, handler(source))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        shown = handler(schema)
        if self._pattern is None:
            return shown
        return {**shown, "pattern": self._pattern, "x-limits": {"characters": ALLOWED}}

    def _apply(self, value: Any) -> Any:
        return self._rule(value) if isinstance(value, str) else value


FIT_TEXT: Final = TextRule(check_text, PATTERN)
FIT_LINE: Final = TextRule(check_line, PATTERN)
CLEAN_TEXT: Final = TextRule(clean_text)
CLEAN_LINE: Final = TextRule(clean_line)


def _normalise(text: str) -> str:
    return unicodedata.normalize("NFC", _BREAK.sub("\n", text))
