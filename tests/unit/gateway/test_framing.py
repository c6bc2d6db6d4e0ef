"""What two readers might read in two ways; the parser's part of it is in tests/attacks."""

import pytest

from omnigen_gateway.domain.framing import check_framing
from omnigen_gateway.domain.headers import read_head
from omnigen_gateway.domain.problems import MalformedRequestError

HOST = (b"host", b"omnigen.example")


@pytest.mark.parametrize(
    ("version", "headers"),
    [
        ("1.1", [HOST]),
        ("1.0", []),
        ("1.1", [HOST, (b"transfer-encoding", b"Chunked")]),
        ("1.1", [HOST, (b"accept", b"a"), (b"accept", b"b"), (b"x-other", b"1"), (b"x-other", b"2")]),
    ],
)
def test_an_ordinary_head_is_taken(version: str, headers: list[tuple[bytes, bytes]]) -> None:
    check_framing(read_head(headers), version)


@pytest.mark.parametrize(
    ("version", "headers"),
    [
        ("1.1", []),
        ("2.0", [HOST]),
        ("1.1", [HOST, HOST]),
        ("1.1", [HOST, (b"cookie", b"a=1"), (b"cookie", b"b=2")]),
        ("1.1", [HOST, (b"origin", b"a"), (b"origin", b"b")]),
        ("1.1", [HOST, (b"transfer-encoding", b"gzip, chunked")]),
        ("1.0", [HOST, (b"transfer-encoding", b"chunked")]),
    ],
)
def test_a_head_with_two_readings_is_refused(version: str, headers: list[tuple[bytes, bytes]]) -> None:
    with pytest.raises(MalformedRequestError):
        check_framing(read_head(headers), version)
