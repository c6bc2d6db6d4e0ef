"""Bodies that every JSON reader would read alike, and that nothing behind it can choke on."""

import json
import math
from codecs import BOM_UTF8
from collections.abc import Sequence
from typing import Any, Final

from omnigen_shared.errors import InvalidJsonError

MAX_DEPTH: Final = 32
MAX_NUMBER_CHARS: Final = 40


def check_json(body: bytes) -> None:
    """InvalidJsonError unless a body is UTF-8 and JSON by the letter of RFC 8259.

    So no byte order mark, no NaN or Infinity and no number that becomes one; no name twice in one object, of which
    readers take either; and no deeper than MAX_DEPTH.
    """
    try:
        value = json.loads(
            _decode(body),
            object_pairs_hook=_unique,
            parse_int=_parse_int,
            parse_float=_parse_float,
            parse_constant=_refuse_constant,
        )
    except json.JSONDecodeError as error:
        raise _refusal(f"{error.msg} at line {error.lineno}, column {error.colno}") from error
    except RecursionError as error:
        raise _too_deep() from error
    _check_depth(value)


def _decode(body: bytes) -> str:
    if body.startswith(BOM_UTF8):
        raise _refusal("it begins with a byte order mark")
    try:
        return body.decode()
    except UnicodeDecodeError as error:
        raise _refusal(f"byte {error.start + 1} is not UTF-8") from error


def _unique(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise _refusal("a name occurs twice in one object")
    return found


def _parse_int(text: str) -> int:
    return int(_check_number(text))


def _parse_float(text: str) -> float:
    number = float(_check_number(text))
    if not math.isfinite(number):
        raise _refusal(f"the number {text} is too large")
    return number


def _check_number(text: str) -> str:
    if len(text) > MAX_NUMBER_CHARS:
        raise _refusal(f"a number has {len(text)} characters, allowed are {MAX_NUMBER_CHARS}")
    return text


def _refuse_constant(name: str) -> Any:
    raise _refusal(f"{name} is not a JSON number")


def _check_depth(value: Any) -> None:
    level = [value]
    for _ in range(MAX_DEPTH + 1):
        level = [entry for container in level for entry in _entries_of(container)]
        if not level:
            return
    raise _too_deep()


def _entries_of(value: Any) -> Sequence[Any]:
    if isinstance(value, dict):
        return list(value.values())
    return value if isinstance(value, list) else ()


def _too_deep() -> InvalidJsonError:
    return _refusal(f"it is nested deeper than {MAX_DEPTH} levels")


def _refusal(reason: str) -> InvalidJsonError:
    return InvalidJsonError(f"The body is not JSON: {reason}.")
