"""Where a browser goes after it has signed in: a path of this deployment, whatever somebody has asked for."""

import re
from typing import Final

from omnigen_gateway.domain.paths import is_plain
from omnigen_gateway.domain.problems import ReturnRefusedError

HOME: Final = "/"
MAX_CHARS: Final = 200
"""It travels in a cookie, of which a browser may hold several: all of them have to fit into one request's head."""
_PATH: Final = re.compile(r"(/[A-Za-z0-9_~./%-]*)(?:\?[A-Za-z0-9_~./%=&+,:-]*)?(?:#[A-Za-z0-9_~./%=&+,:-]*)?")


def check_return(asked: str) -> str:
    """The path that was asked for; the start page for nothing. ReturnRefusedError for anything else.

    One slash at the beginning and nothing behind it that anybody could take for a host: no second slash, no backslash,
    no control character, no way up. Never an address of the API, which would be called and not seen.
    """
    if not asked:
        return HOME
    found = _PATH.fullmatch(asked) if len(asked) <= MAX_CHARS else None
    if found is None or not is_plain(found[1].encode()) or asked.lower().startswith("/api/"):
        raise ReturnRefusedError(MAX_CHARS)
    return asked
