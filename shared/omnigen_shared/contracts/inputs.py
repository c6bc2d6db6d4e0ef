"""Whether what the provider shows as a prediction's input is what we have sent."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit, urlunsplit


def is_same_input(theirs: Mapping[str, Any], ours: Mapping[str, Any]) -> bool:
    """Equal, except that they may show defaults that we did not send, and that a signature in an address may differ."""
    return _covers(_without_queries(theirs), _without_queries(ours))


def _covers(theirs: Any, ours: Any) -> bool:
    if isinstance(theirs, Mapping) and isinstance(ours, Mapping):
        return all(name in theirs and _covers(theirs[name], value) for name, value in ours.items())
    return bool(theirs == ours)


def _without_queries(value: Any) -> Any:
    """The same with the query strings of addresses cut off: a signature in one changes at each signing."""
    if isinstance(value, Mapping):
        return {name: _without_queries(entry) for name, entry in value.items()}
    if isinstance(value, list | tuple):
        return [_without_queries(entry) for entry in value]
    if isinstance(value, str) and value.startswith(("http://", "https://")):
        return urlunsplit(urlsplit(value)._replace(query="", fragment=""))
    return value
