"""Which headers pass the door. Inwards only what is named here passes; outwards all but what is named here."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

RawHeaders = Iterable[tuple[bytes, bytes]]

FORWARDED: Final[dict[bytes, str]] = {
    name.lower().encode(): name
    for name in (
        "Accept",
        "Accept-Encoding",
        "Accept-Language",
        "Content-Type",
        "Idempotency-Key",
        "If-Match",
        "If-None-Match",
        "Last-Event-ID",
        "Range",
        "User-Agent",
        "Webhook-Id",
        "Webhook-Signature",
        "Webhook-Timestamp",
    )
}
HOP_BY_HOP: Final = frozenset(
    b"connection keep-alive proxy-authenticate proxy-authorization proxy-connection te trailer transfer-encoding "
    b"upgrade".split()
)
SET_HERE: Final = frozenset(
    b"date server set-cookie x-request-id ratelimit ratelimit-policy content-security-policy referrer-policy "
    b"strict-transport-security x-content-type-options".split()
)
_KEPT_INSIDE: Final = (b"x-omnigen-", b"access-control-")
_ORDINARY_CONNECTION: Final = frozenset({b"keep-alive", b"close"})
_NO_STORE: Final = (b"cache-control", b"no-store")


@dataclass(slots=True)
class RequestHead:
    """What the gateway reads of a request's headers, and the ones that it hands on."""

    forwarded: list[tuple[str, str]] = field(default_factory=list)
    size_bytes: int = 0
    noted: dict[bytes, bytes] = field(default_factory=dict)
    """The last value of every header that is not handed on."""
    doubled: frozenset[bytes] = frozenset()
    """Which of those came more than once."""

    def find(self, name: bytes) -> str:
        """The value of a header that is not handed on, "" when it was not sent."""
        return self.noted.get(name, b"").decode("latin-1")

    @property
    def has_body(self) -> bool:
        return b"transfer-encoding" in self.noted or self.noted.get(b"content-length", b"0") != b"0"

    @property
    def body_bytes(self) -> int | None:
        """The length that the client declared; None when the body is chunked."""
        declared = self.noted.get(b"content-length", b"")
        return int(declared) if declared.isdigit() else None


def read_head(raw: Sequence[tuple[bytes, bytes]]) -> RequestHead:
    """Sort a request's headers; names are lower case, as ASGI gives them."""
    forwarded: list[tuple[str, str]] = []
    noted: dict[bytes, bytes] = {}
    size_bytes = 0
    for name, value in raw:
        size_bytes += len(name) + len(value) + 4
        passes_as = FORWARDED.get(name)
        if passes_as is None:
            noted[name] = value
        else:
            forwarded.append((passes_as, value.decode("utf-8", "replace")))
    head = RequestHead(forwarded, size_bytes, noted)
    if len(noted) + len(forwarded) != len(raw):
        _note_doubled(head, raw)
    connection = noted.get(b"connection", b"close").lower()
    if connection not in _ORDINARY_CONNECTION:
        nominated = _nominated(connection)
        head.forwarded = [pair for pair in forwarded if pair[0].lower().encode() not in nominated]
    return head


def returned_headers(raw: RawHeaders) -> list[tuple[bytes, bytes]]:
    """An upstream's headers as the client may see them; never cached unless the upstream says so."""
    nominated: frozenset[bytes] = frozenset()
    returned = []
    for name, value in raw:
        passes_as = _passes_as(name)
        if passes_as is not None:
            returned.append((passes_as, value))
        elif name.lower() == b"connection" and value.lower() not in _ORDINARY_CONNECTION:
            nominated |= _nominated(value)
    return owned_headers([pair for pair in returned if pair[0] not in nominated] if nominated else returned)


def inner_headers(raw: RawHeaders, added: Mapping[str, str]) -> list[tuple[bytes, bytes]]:
    """A request's headers for the gateway's own routes: what is said inside only is ours to say.

    So is whether a trace is recorded.
    """
    ours = [(name.lower().encode(), value.encode()) for name, value in added.items()]
    taken = {b"traceparent", *(name for name, _ in ours)}
    return [(name, value) for name, value in raw if name not in taken and not name.startswith(_KEPT_INSIDE)] + ours


def owned_headers(raw: RawHeaders) -> list[tuple[bytes, bytes]]:
    """The headers of an answer of the gateway's own routes; never cached unless they say so."""
    given = list(raw)
    if b"cache-control" not in dict(given):
        given.append(_NO_STORE)
    return given


@lru_cache(maxsize=256)
def _passes_as(name: bytes) -> bytes | None:
    """What an upstream's header is called outside; None when it stays inside. Services have few names for many."""
    lowered = name.lower()
    stays = lowered in HOP_BY_HOP or lowered in SET_HERE or lowered.startswith(_KEPT_INSIDE)
    return None if stays else lowered


def _note_doubled(head: RequestHead, raw: RawHeaders) -> None:
    counts = Counter(name for name, _ in raw if name not in FORWARDED)
    head.doubled = frozenset(name for name, count in counts.items() if count > 1)
    if b"connection" in head.doubled:
        head.noted[b"connection"] = b",".join(value for name, value in raw if name == b"connection")


def _nominated(connection: bytes) -> frozenset[bytes]:
    return frozenset(token.strip().lower() for token in connection.split(b","))
