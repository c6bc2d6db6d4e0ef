"""The form of a bearer token: three canonical base64url parts, a header that names RS256 and one key, nothing more."""

import json
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from omnigen_gateway.domain.problems import InvalidTokenError

ALGORITHM: Final = "RS256"
MAX_TOKEN_BYTES: Final = 8192
_COMPACT: Final = re.compile(rb"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+")
_REFUSED_HEADERS: Final = frozenset({"crit", "b64", "jwk", "jku", "x5u", "x5c", "enc", "zip"})


@dataclass(frozen=True, slots=True)
class ParsedToken:
    """A token's parts. Nothing in it can be believed before the signature is checked."""

    kid: str
    signed: bytes
    signature: bytes
    payload: bytes


def bearer_token(authorization: bytes | None) -> bytes:
    """The token of an Authorization header; InvalidTokenError for none, another scheme, or a huge one."""
    scheme, _, token = (authorization or b"").partition(b" ")
    token = token.strip()
    if scheme.lower() != b"bearer" or not token or len(token) > MAX_TOKEN_BYTES:
        raise InvalidTokenError
    return token


def parse_token(token: bytes) -> ParsedToken:
    """Take a token apart; InvalidTokenError unless it is a plain RS256 JWS in compact form (a JWE has five parts)."""
    if not _COMPACT.fullmatch(token):
        raise InvalidTokenError
    head, payload, signature = token.split(b".")
    header = parse_object(_decode(head))
    kid = header.get("kid")
    if header.get("alg") != ALGORITHM or not isinstance(kid, str) or _REFUSED_HEADERS & header.keys():
        raise InvalidTokenError
    return ParsedToken(kid, signed=head + b"." + payload, signature=_decode(signature), payload=_decode(payload))


def parse_object(raw: bytes) -> dict[str, Any]:
    """A JSON object in which no name occurs twice; InvalidTokenError for anything else."""
    try:
        value = json.loads(raw, object_pairs_hook=_unique)
    except (ValueError, RecursionError) as error:
        raise InvalidTokenError from error
    if not isinstance(value, dict):
        raise InvalidTokenError
    return value


def _unique(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name occurs twice")
    return found


def _decode(part: bytes) -> bytes:
    try:
        decoded = urlsafe_b64decode(part + b"=" * (-len(part) % 4))
    except ValueError as error:
        raise InvalidTokenError from error
    if urlsafe_b64encode(decoded).rstrip(b"=") != part:
        raise InvalidTokenError
    return decoded
