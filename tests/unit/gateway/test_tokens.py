"""What a bearer token is, and when it is told that it is only too old. Forgeries: tests/attacks."""

import pytest
from tests.fakes.tokens import CLIENT_ID, ISSUER, USER_ID, FakeKeys, claims, provider_key, stranger_key

from omnigen_gateway.domain.claims import Expected
from omnigen_gateway.domain.problems import ExpiredTokenError, InvalidTokenError
from omnigen_gateway.domain.tokens import bearer_token
from omnigen_gateway.service.callers import Authenticator, Signatures


def authenticator() -> Authenticator:
    return Authenticator(Signatures(FakeKeys()), Expected(ISSUER, CLIENT_ID))


async def test_a_good_token_is_taken() -> None:
    caller = await authenticator().identify(provider_key().sign(claims()).encode())
    assert (caller.user_id, caller.plan) == (USER_ID, "free")


async def test_expired_is_told_only_under_a_good_signature() -> None:
    with pytest.raises(ExpiredTokenError):
        await authenticator().identify(provider_key().sign(claims(exp=1)).encode())
    with pytest.raises(InvalidTokenError):
        await authenticator().identify(stranger_key().sign(claims(exp=1)).encode())


@pytest.mark.parametrize(
    "header",
    [None, b"", b"Bearer", b"Bearer ", b"Basic dXNlcjpwYXNz", b"a.b.c", b"Bearer" + b"\t" + b"a.b.c", b"JWT a.b.c"],
)
def test_only_a_bearer_header_carries_a_token(header: bytes | None) -> None:
    with pytest.raises(InvalidTokenError):
        bearer_token(header)


@pytest.mark.parametrize("header", [b"Bearer a.b.c", b"bearer a.b.c", b"BEARER  a.b.c "])
def test_the_scheme_is_not_case_sensitive(header: bytes) -> None:
    assert bearer_token(header) == b"a.b.c"
