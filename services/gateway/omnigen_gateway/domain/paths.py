"""Which spellings of a path are taken at all, where it leads to no route of the API.

Nobody honest escapes a slash, a dot or a letter, or climbs: whoever does looks for a way around a rule. So there is one
spelling of each path, and none of what is spoken inside the house only.
"""

import re
from typing import Final
from urllib.parse import unquote_to_bytes

from omnigen_gateway.domain.problems import MalformedRequestError
from omnigen_shared.errors import ForbiddenError

_CHARACTER: Final = rb"(?:[A-Za-z0-9._~!$&'()*+,=:@-]|%20|%[89A-Fa-f][0-9A-Fa-f])"
"""No `;`, no backslash; an escape is a space or part of a character that is not ASCII."""
_PLAIN: Final = re.compile(rb"/|(?:/(?!\.\.?(?:/|\Z))" + _CHARACTER + rb"+)+/?")
_INSIDE: Final = re.compile(rb"(?:/.*)?/internal/.*|/(?:api/(?:[^/]+/)?)?internal", re.IGNORECASE)
"""Wherever it stands, and whatever stands before it; only at the end may it be some page's name."""


def check_path(raw_path: bytes) -> None:
    """MalformedRequestError for another spelling than the plain one; ForbiddenError for an address inside."""
    if not is_plain(raw_path):
        raise MalformedRequestError(
            "The path has empty or dotted parts, or characters that have no place in it.",
            remedy="Spell the path plainly: no escaped slashes, dots or letters, and no empty parts.",
        )
    if _INSIDE.fullmatch(raw_path):
        raise ForbiddenError("This address is not for callers from outside.", remedy="Use an address below /api/v1.")


def is_plain(raw_path: bytes) -> bool:
    """Whether there is no other spelling of this path, and no other path of this spelling."""
    if not _PLAIN.fullmatch(raw_path):
        return False
    try:
        unquote_to_bytes(raw_path).decode()
    except UnicodeDecodeError:
        return False
    return True
