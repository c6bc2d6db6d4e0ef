"""Which keys of a key set are taken."""

from typing import Any

import pytest
from tests.fakes.tokens import KID, KeyPair, provider_key

from omnigen_gateway.clients.keys import build_keys

GOOD = provider_key().jwk()


def test_a_key_verifies_what_its_owner_signed() -> None:
    key = build_keys({"keys": [GOOD]})[KID]
    signature = provider_key().signature(b"signed")
    assert key.verify(b"signed", signature)
    assert not key.verify(b"changed", signature)
    assert not key.verify(b"signed", signature[:-1])


def test_use_and_alg_may_be_left_out() -> None:
    bare = {name: GOOD[name] for name in ("kty", "kid", "n", "e")}
    assert set(build_keys({"keys": [bare]})) == {KID}


@pytest.mark.parametrize(
    "changes",
    [
        {"kid": None},
        {"kid": 1},
        {"kty": "oct", "k": "c2VjcmV0"},
        {"kty": "EC"},
        {"use": "enc"},
        {"alg": "RS512"},
        {"alg": "HS256"},
        {"d": "AQAB"},
    ],
)
def test_other_keys_are_left_out(changes: dict[str, Any]) -> None:
    other = {"kid": "other", **{k: v for k, v in GOOD.items() if k != "kid"}, **changes}
    assert set(build_keys({"keys": [other, GOOD, "text", None]})) == {KID}


UNREADABLE: list[dict[str, Any]] = [
    {name: value for name, value in GOOD.items() if name != "e"},
    {name: value for name, value in GOOD.items() if name != "n"},
    {**GOOD, "n": "!"},
    {**GOOD, "n": None},
    {**GOOD, "n": []},
    {**GOOD, "n": "\ud800"},
    {**GOOD, "n": GOOD["n"][:-1]},
    {**GOOD, "e": "AA"},
    {**GOOD, "e": True},
]


@pytest.mark.parametrize("entry", UNREADABLE)
def test_a_key_that_cannot_be_read_spoils_no_other(entry: dict[str, Any]) -> None:
    new = KeyPair("the new one")
    keys = build_keys({"keys": [GOOD, {**entry, "kid": "other"}, new.jwk()]})
    assert set(keys) == {KID, new.kid}
    assert keys[new.kid].verify(b"signed", new.signature(b"signed"))


@pytest.mark.parametrize(
    "key_set",
    [
        None,
        [],
        {},
        {"keys": None},
        {"keys": []},
        {"keys": [{**GOOD, "use": "enc"}]},
        *({"keys": [entry]} for entry in UNREADABLE),
    ],
)
def test_a_set_without_a_usable_key_is_an_error(key_set: Any) -> None:
    with pytest.raises(ValueError, match="key"):
        build_keys(key_set)
