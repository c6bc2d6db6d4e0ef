"""The input of a paid call: as we keep it, and whether what the provider shows is the same.

Pictures of ours stand in it by their S3 key, which is made of what the picture was made of: so equal inputs have equal
fingerprints. The address that the provider is told differs from signing to signing, and is made when the call is sent.
"""

from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import unquote, urlsplit, urlunsplit

STORED: Final = "stored:"
"""What a picture's key begins with in an input."""


def is_same_input(theirs: Mapping[str, Any], ours: Mapping[str, Any]) -> bool:
    """Equal, except that they may show defaults that we did not send, and that a signature in an address may differ."""
    return _covers(_without_queries(theirs), _without_queries(ours))


def is_address_of(address: Any, stored: str) -> bool:
    """Whether an address leads to this stored picture, whatever its host, bucket and signature."""
    if not isinstance(address, str):
        return False
    return unquote(urlsplit(address).path).endswith("/" + stored.removeprefix(STORED))


def _covers(theirs: Any, ours: Any) -> bool:
    if isinstance(theirs, Mapping) and isinstance(ours, Mapping):
        return all(name in theirs and _covers(theirs[name], value) for name, value in ours.items())
    if isinstance(theirs, list) and isinstance(ours, list):
        return len(theirs) == len(ours) and all(map(_covers, theirs, ours))
    if isinstance(ours, str) and ours.startswith(STORED):
        return is_address_of(theirs, ours)
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
