"""Which bodies are JSON by the letter, and what a sender of others is told."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omnigen_shared.errors import InvalidJsonError
from omnigen_shared.http.strict_json import MAX_DEPTH, MAX_NUMBER_CHARS, check_json

SCALARS = st.none() | st.booleans() | st.integers(-(10**30), 10**30) | st.floats(allow_nan=False, allow_infinity=False)
VALUES = st.recursive(
    SCALARS | st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=20
)


def nested(depth: int) -> bytes:
    return b"[" * depth + b"1" + b"]" * depth


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"{", "at line 1, column 2"),
        (b" ", "at line 1, column 2"),
        (b'{"a": 1}{', "Extra data at line 1, column 9"),
        (b"{'a': 1}", "double quotes"),
        (b'{"a": "\x00"}', "control character"),
        (b'{"a": 1,}', "line 1"),
        (b'{"a": "\xff"}', "byte 8 is not UTF-8"),
        (b'"\xed\xa0\x80"', "byte 2 is not UTF-8"),
        ('{"a": 1}'.encode("utf-16"), "is not UTF-8"),
        ('{"a": 1}'.encode("utf-16-le"), "line 1"),
        (b"\xef\xbb\xbf{}", "byte order mark"),
        (b"NaN", "NaN is not a JSON number"),
        (b"[Infinity]", "Infinity is not a JSON number"),
        (b'{"a": -Infinity}', "-Infinity is not a JSON number"),
        (b"1e400", "too large"),
        (b"-1e400", "too large"),
        (b"9" * (MAX_NUMBER_CHARS + 1), "a number has 41 characters"),
        (b"9" * 100_000, "a number has 100000 characters"),
        (b"0." + b"1" * MAX_NUMBER_CHARS, "a number has 42 characters"),
        (b'{"a": 1, "a": 2}', "a name occurs twice"),
        (b'[{"a": {"b": 1, "\\u0062": 2}}]', "a name occurs twice"),
        (nested(MAX_DEPTH + 1), "deeper than 32"),
        (nested(100_000), "deeper than 32"),
        (b'{"a":' * 100_000, "deeper than 32"),
    ],
)
def test_what_is_no_json_is_told_why(body: bytes, reason: str) -> None:
    with pytest.raises(InvalidJsonError) as caught:
        check_json(body)
    assert reason in caught.value.detail
    assert caught.value.remedy


@pytest.mark.parametrize(
    "body",
    [
        b"{}",
        b"[]",
        b"0",
        b'"\\ud800"',
        b'"\xf0\x9f\x8f\x94"',
        nested(MAX_DEPTH),
        b"9" * MAX_NUMBER_CHARS,
        b'{"a":{"a":1}}',
    ],
)
def test_what_is_json_passes(body: bytes) -> None:
    check_json(body)


@given(VALUES)
def test_whatever_a_writer_of_json_writes_passes(value: Any) -> None:
    check_json(json.dumps(value).encode())


@given(st.binary(max_size=200))
def test_any_bytes_pass_or_are_refused(body: bytes) -> None:
    try:
        check_json(body)
    except InvalidJsonError:
        return
    json.loads(body.decode())
