from collections.abc import Callable

import pytest
from jose import jwt

from omnigen_shared.errors import UnauthenticatedError
from omnigen_shared.identity import IdentitySigner, IdentityVerifier
from omnigen_shared.testing.identities import new_key_pair

PRIVATE, PUBLIC = new_key_pair()
OTHER_PRIVATE, OTHER_PUBLIC = new_key_pair()
NOW = 1_800_000_000


def at(seconds: float) -> Callable[[], float]:
    return lambda: NOW + seconds


def signer(issuer: str = "gateway", key: str = PRIVATE) -> IdentitySigner:
    return IdentitySigner(issuer, key, wall_clock=at(0))


def verifier(seconds: float = 0, audience: str = "jobs") -> IdentityVerifier:
    return IdentityVerifier(audience, {"gateway": [PUBLIC], "jobs": [OTHER_PUBLIC]}, wall_clock=at(seconds))


def test_a_signed_identity_comes_back() -> None:
    caller = verifier().verify(signer().sign("jobs", "u-1", "pro"))
    assert (caller.issuer, caller.subject, caller.plan) == ("gateway", "u-1", "pro")


def test_the_second_key_of_an_issuer_is_valid_too() -> None:
    both = IdentityVerifier("jobs", {"gateway": [OTHER_PUBLIC, PUBLIC]}, wall_clock=at(0))
    assert both.verify(signer().sign("jobs", "u-1", "free")).subject == "u-1"


@pytest.mark.parametrize(
    "refused",
    [
        pytest.param(lambda: verifier(audience="quota").verify(signer().sign("jobs", "u", "free")), id="audience"),
        pytest.param(lambda: verifier(seconds=90).verify(signer().sign("jobs", "u", "free")), id="expired"),
        pytest.param(lambda: verifier(seconds=-90).verify(signer().sign("jobs", "u", "free")), id="from the future"),
        pytest.param(lambda: verifier().verify(signer(key=OTHER_PRIVATE).sign("jobs", "u", "free")), id="other key"),
        pytest.param(lambda: verifier().verify(signer(issuer="jobs").sign("jobs", "u", "free")), id="borrowed issuer"),
        pytest.param(lambda: verifier().verify(signer(issuer="nobody").sign("jobs", "u", "free")), id="no issuer"),
        pytest.param(lambda: verifier().verify(""), id="missing"),
        pytest.param(lambda: verifier().verify("a.b.c"), id="garbage"),
        pytest.param(lambda: verifier().verify(signer().sign("jobs", "", "free")), id="no subject"),
    ],
)
def test_what_is_not_a_valid_identity_is_refused(refused: Callable[[], object]) -> None:
    with pytest.raises(UnauthenticatedError):
        refused()


@pytest.mark.parametrize("algorithm", ["HS256", "none"])
def test_another_algorithm_is_refused(algorithm: str) -> None:
    claims = {"iss": "gateway", "aud": "jobs", "sub": "u", "plan": "free", "iat": NOW, "exp": NOW + 30}
    if algorithm == "none":
        token = "eyJhbGciOiJub25lIn0." + jwt.encode(claims, "k", algorithm="HS256").split(".")[1] + "."
    else:
        token = jwt.encode(claims, "shared secret", algorithm=algorithm)
    with pytest.raises(UnauthenticatedError):
        verifier().verify(token)


def test_a_token_with_a_longer_life_is_refused() -> None:
    claims = {"iss": "gateway", "aud": "jobs", "sub": "u", "plan": "free", "iat": NOW, "exp": NOW + 3600}
    with pytest.raises(UnauthenticatedError):
        verifier().verify(jwt.encode(claims, PRIVATE, algorithm="ES256"))


def test_a_token_is_reused_for_half_of_its_life() -> None:
    moment = 0.0
    reusing = IdentitySigner("gateway", PRIVATE, wall_clock=lambda: NOW + moment)
    first = reusing.sign("jobs", "u", "free")
    assert reusing.sign("jobs", "u", "free") == first
    assert reusing.sign("quota", "u", "free") != first
    moment = 31
    assert reusing.sign("jobs", "u", "free") != first
