"""Verified tokens, remembered for a while by the hash of their text."""

from collections import OrderedDict
from typing import Final

from omnigen_gateway.domain.claims import Caller

MAX_AGE_S: Final = 300
"""After so long a token is verified anew: by then a key that was withdrawn is known to be."""


class CallerCache:
    """At most `capacity` callers, the least recently used leaving first. Keys are digests, so no token is kept."""

    def __init__(self, capacity: int = 10_000) -> None:
        self._capacity = capacity
        self._entries: OrderedDict[bytes, tuple[float, Caller]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._entries)

    def find(self, digest: bytes, now_s: float) -> Caller | None:
        """The caller of a token that was verified no longer ago than MAX_AGE_S and has not expired since."""
        entry = self._entries.get(digest)
        if entry is None:
            return None
        if entry[0] <= now_s:
            del self._entries[digest]
            return None
        self._entries.move_to_end(digest)
        return entry[1]

    def put(self, digest: bytes, caller: Caller, now_s: float) -> None:
        """Remember a caller whose token was verified now."""
        self._entries[digest] = (min(caller.expires_at, now_s + MAX_AGE_S), caller)
        self._entries.move_to_end(digest)
        if len(self._entries) > self._capacity:
            self._entries.popitem(last=False)
