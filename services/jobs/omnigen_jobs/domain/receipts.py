"""A receipt that can be shown to others: what is signed, and whether a signature holds.

The signature is a JWS with its payload left out (RFC 7515, Appendix F). The payload is the receipt without its member
`signature`, as JSON with sorted names and without spaces: all of its values are text, whole numbers, flags and nulls,
so that is the canonical form of RFC 8785, too.
"""

import base64
from collections.abc import Mapping
from typing import Any, Final

import orjson

SIGNATURE: Final = "signature"
TYPE: Final = "omnigen-receipt"
"""In each signature's head: what is signed for something else by the same key is no receipt."""


def to_payload(receipt: Mapping[str, Any]) -> bytes:
    """The bytes that are signed."""
    told = {name: value for name, value in receipt.items() if name != SIGNATURE}
    return orjson.dumps(told, option=orjson.OPT_SORT_KEYS)


def detach(token: str) -> str:
    """A compact JWS without its payload."""
    head, _, signature = token.split(".")
    return f"{head}..{signature}"


def attach(detached: str, payload: bytes) -> str:
    """The inverse of detach. ValueError for what is no detached JWS."""
    head, body, signature = detached.split(".")
    if body or not head or not signature:
        raise ValueError("it is no detached JWS")
    return f"{head}.{base64.urlsafe_b64encode(payload).decode().rstrip('=')}.{signature}"
