"""Which pages of other origins may read our answers: none, unless a deployment names them. Never with cookies."""

from collections.abc import Iterable, Sequence
from typing import Final

Header = tuple[bytes, bytes]
_SENT: Final = (
    b"Authorization, Content-Type, Idempotency-Key, If-Match, If-None-Match, Last-Event-ID, Range, X-Request-Id"
)
_SHOWN: Final = b"ETag, Idempotent-Replayed, Location, RateLimit, RateLimit-Policy, Retry-After, X-Request-Id"
_KEPT_S: Final = b"600"
_VARY: Final = (b"vary", b"Origin")


class Cors:
    """`origins` are such as https://studio.example: scheme, host and port."""

    def __init__(self, origins: Iterable[str] = ()) -> None:
        self._origins = frozenset(origin.encode() for origin in origins)

    def __bool__(self) -> bool:
        return bool(self._origins)

    def find_headers(self, raw: Iterable[Header]) -> Sequence[Header]:
        """What an answer to this request has to say so that its page may read it."""
        origin = next((value for name, value in raw if name == b"origin"), b"")
        if origin not in self._origins:
            return (_VARY,)
        return (_VARY, (b"access-control-allow-origin", origin), (b"access-control-expose-headers", _SHOWN))

    def find_preflight(self, method: str, raw: Sequence[Header], allowed: Iterable[str]) -> Sequence[Header] | None:
        """What an answer to a browser that asks beforehand says besides; None when it does not ask, or may not."""
        asks = method == "OPTIONS" and any(name == b"access-control-request-method" for name, _ in raw)
        if not asks or len(self.find_headers(raw)) == 1:
            return None
        methods = ", ".join(sorted(allowed)).encode()
        return (
            (b"access-control-allow-methods", methods),
            (b"access-control-allow-headers", _SENT),
            (b"access-control-max-age", _KEPT_S),
        )
