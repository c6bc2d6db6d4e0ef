"""Which cookie is found in a header."""

import pytest

from omnigen_gateway.domain.sessions import find_cookie


@pytest.mark.parametrize("header", [f";{' ' * 3_000_000}x", f"{'a; ' * 1_000_000}", "\t" * 3_000_000, ";" * 3_000_000])
def test_no_cookie_takes_longer_to_read_than_its_length(header: str) -> None:
    # If its time grew with the square of that, this would not end.
    assert not find_cookie(header, "a")


def test_a_cookie_is_found_among_blanks() -> None:
    assert find_cookie("b=1 ;  \t a=2; a =3;=4", "a") == "2"
