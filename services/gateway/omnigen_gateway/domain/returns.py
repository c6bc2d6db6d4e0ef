"""Where a browser goes after it has signed in: a path of this deployment, whatever somebody has asked for."""

import re
from typing import Final

HOME: Final = "/"
_PATH: Final = re.compile(
    r"/(?:[A-Za-z0-9_~.-][A-Za-z0-9_~./%-]*)?(?:\?[A-Za-z0-9_~./%=&+,:-]*)?(?:#[A-Za-z0-9_~./%=&+,:-]*)?"
)
_MAX_CHARS: Final = 200
"""It travels in a cookie, of which a browser may hold several: all of them have to fit into one request's head."""


def safe_return(asked: str) -> str:
    """The path that was asked for, or the start page.

    One slash at the beginning and nothing behind it that a browser could take for a host: no second slash, no
    backslash, no control character. Never an address of the API, which would be called and not seen.
    """
    if len(asked) > _MAX_CHARS or not _PATH.fullmatch(asked) or asked.startswith("/api/"):
        return HOME
    return asked
