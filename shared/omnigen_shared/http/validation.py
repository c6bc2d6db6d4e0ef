"""What was wrong with a request's fields: one entry for each, with everything that it may be."""

import difflib
from collections.abc import Iterable, Sequence
from typing import Any, Final

from omnigen_shared.errors import InvalidRequestError
from omnigen_shared.http.limits import Operation

MOST_ERRORS: Final = 50
"""A body may hold a hundred thousand fields that nobody knows; so many are told."""
LONGEST_NAME: Final = 100
_UNKNOWN: Final = "extra_forbidden"


def problem_from_validation(errors_found: Sequence[Any], operation: Operation) -> InvalidRequestError:
    """422 that names each field by its path, what was wrong, and its limits as the operation's document has them."""
    fields: dict[str, dict[str, Any]] = {}
    for found in errors_found[:MOST_ERRORS]:
        entry = _describe(found, operation)
        first = fields.setdefault(entry["field"], entry)
        if entry["message"] not in first["message"]:
            first["message"] += f"; {entry['message']}"
    fields = {name: entry for name, entry in fields.items() if not _is_explained(name, fields)}
    left_out = max(0, len(errors_found) - MOST_ERRORS)
    more = f" and {left_out} more" if left_out else ""
    return InvalidRequestError(
        f"Not valid: {', '.join(fields)}{more}.",
        details={"fields": list(fields.values())},
    )


def _is_explained(name: str, fields: Iterable[str]) -> bool:
    """Whether a field inside it is named too: a list of one wrong entry is also "too short" to pydantic."""
    return any(other.startswith(f"{name}.") for other in fields)


def _describe(found: Any, operation: Operation) -> dict[str, Any]:
    place, *path = found["loc"]
    if found["type"] == _UNKNOWN:
        return _describe_unknown(place, path, operation)
    names, schema = operation.locate(place, path)
    return {"field": _name(names, place), "message": found["msg"], "limits": operation.describe(schema)}


def _describe_unknown(place: str, path: Sequence[Any], operation: Operation) -> dict[str, Any]:
    names, parent = operation.locate(place, path[:-1])
    known = operation.list_names(parent)
    alike = difflib.get_close_matches(str(path[-1])[:LONGEST_NAME], known, 1)
    advice = f"; did you mean {alike[0]}?" if alike else ""
    return {
        "field": _name([*names, str(path[-1])], place),
        "message": f"There is no such field{advice}",
        "limits": {"fields": known},
    }


def _name(names: Sequence[str], place: str) -> str:
    """The field's path as printable text: a name may be anything that JSON can spell."""
    text = ".".join(names)[:LONGEST_NAME]
    return "".join(char if char.isprintable() else f"\\u{ord(char):04x}" for char in text) or place
