"""Requests that two servers in a row might read in two ways. The parser refuses most of them; these it lets through."""

from typing import Final

from omnigen_gateway.domain.headers import RequestHead
from omnigen_gateway.domain.problems import (
    HeadersTooLargeError,
    InvalidTokenError,
    MalformedRequestError,
    UriTooLongError,
)
from omnigen_gateway.domain.tokens import MAX_TOKEN_BYTES
from omnigen_shared.errors import ProblemError

MAX_HEAD_BYTES: Final = 16_384
MAX_TARGET_BYTES: Final = 4_096
_VERSIONS: Final = frozenset({"1.0", "1.1"})
_ONCE: Final = frozenset(
    b"cloudfront-viewer-address content-length cookie host origin sec-fetch-site transfer-encoding x-csrf-token "
    b"x-origin-verify".split()
)
"""Of which two readers might take two different ones."""


def check_framing(head: RequestHead, http_version: str) -> None:
    """MalformedRequestError for what HTTP/1.1 tells a server not to take (RFC 9112, 3.2 and 6.1)."""
    if b"host" not in head.noted and http_version != "1.0":
        raise _malformed("names no Host")
    if b"transfer-encoding" in head.noted and (
        head.noted[b"transfer-encoding"].lower() != b"chunked" or http_version == "1.0"
    ):
        raise _malformed("is framed in a way that is not known here")
    if head.doubled and (doubled := head.doubled & _ONCE):
        raise _malformed(f"has more than one {min(doubled).decode()}")
    if http_version not in _VERSIONS:
        raise _malformed("is of another version than it is written in")


def check_sizes(head: RequestHead, target: bytes) -> None:
    """`target` is path and query. UriTooLongError, HeadersTooLargeError; InvalidTokenError if it is a token's fault."""
    if len(target) > MAX_TARGET_BYTES:
        limit = {"limit_bytes": MAX_TARGET_BYTES}
        raise UriTooLongError(f"Path and query may have up to {MAX_TARGET_BYTES} bytes.", details=limit)
    if head.size_bytes > MAX_HEAD_BYTES:
        if len(head.noted.get(b"authorization", b"")) > MAX_TOKEN_BYTES:
            raise InvalidTokenError
        limit = {"limit_bytes": MAX_HEAD_BYTES}
        raise HeadersTooLargeError(f"All headers may have up to {MAX_HEAD_BYTES} bytes.", details=limit)


def target_of(raw_path: bytes, query: bytes) -> bytes:
    """What the request line says."""
    return raw_path + (b"?" + query if query else b"")


def closing(problem: ProblemError) -> dict[str, str]:
    """Headers for a refusal: nobody can tell where the request ends that is not well formed, so it is the last one."""
    return {"Connection": "close"} if isinstance(problem, MalformedRequestError) else {}


def _malformed(what: str) -> MalformedRequestError:
    return MalformedRequestError(f"The request {what}.", remedy="Use an HTTP client, or what it is configured to send.")
