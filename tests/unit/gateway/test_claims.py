"""What an access token has to say."""

from typing import Any

import pytest
from tests.fakes.tokens import CLIENT_ID, ISSUER, USER_ID, claims

from omnigen_gateway.domain.claims import CLOCK_SKEW_S, Caller, Expected, Means, check_claims, plan_of
from omnigen_gateway.domain.problems import ExpiredTokenError, InvalidTokenError
from omnigen_shared.contracts.base import UserId
from omnigen_shared.contracts.spending import PlanName

NOW_S = 1_800_000_000.5
EXPECTED = Expected(ISSUER, CLIENT_ID)


def good(**changes: Any) -> dict[str, Any]:
    return claims(**{"iat": int(NOW_S), "exp": int(NOW_S) + 3600, **changes})


def test_names_the_user_and_the_end() -> None:
    caller = check_claims(good(), EXPECTED, NOW_S)
    assert (caller.user_id, caller.expires_at) == (USER_ID, int(NOW_S) + 3600)


def test_the_plan_is_not_the_tokens_to_tell() -> None:
    assert check_claims(good(**{"cognito:groups": ["enterprise"]}), EXPECTED, NOW_S).plan == "free"


def test_under_another_plan_everything_else_stays() -> None:
    caller = Caller(UserId("u"), PlanName.FREE, 2, 1, Means.KEY, frozenset({"jobs:read"}))
    assert caller.under(PlanName.FREE) is caller
    assert caller.under(PlanName.PRO) == caller._replace(plan=PlanName.PRO)


@pytest.mark.parametrize(
    ("groups", "plan"),
    [
        (None, "free"),
        ([], "free"),
        (["free"], "free"),
        (["pro"], "pro"),
        (["pro", "enterprise"], "enterprise"),
        (["enterprise", "pro"], "enterprise"),
        (["Enterprise", "professional"], "free"),
        ("enterprise", "free"),
        ({"enterprise": True}, "free"),
    ],
)
def test_the_highest_group_is_the_plan(groups: Any, plan: str) -> None:
    assert plan_of(groups) == plan


@pytest.mark.parametrize(
    "changes",
    [
        {"iss": f"{ISSUER}/"},
        {"iss": [ISSUER]},
        {"iss": None},
        {"client_id": "another"},
        {"client_id": None, "aud": CLIENT_ID},
        {"token_use": "id"},
        {"token_use": None},
        {"sub": ""},
        {"sub": None},
        {"sub": "a/../b"},
        {"sub": "a\n"},
        {"sub": "x" * 129},
        {"sub": 7},
        {"exp": None},
        {"exp": str(int(NOW_S) + 3600)},
        {"exp": True},
        {"exp": NOW_S + 3600},
        {"nbf": int(NOW_S) + CLOCK_SKEW_S + 1},
        {"nbf": "soon"},
        {"iat": int(NOW_S) + CLOCK_SKEW_S + 1},
        {"iat": "then"},
    ],
)
def test_anything_missing_or_strange_is_invalid(changes: dict[str, Any]) -> None:
    with pytest.raises(InvalidTokenError):
        check_claims(good(**changes), EXPECTED, NOW_S)


def test_iat_and_nbf_may_be_missing() -> None:
    assert check_claims(good(iat=None, nbf=None), EXPECTED, NOW_S).user_id == USER_ID


def test_the_skew_is_small_and_has_an_edge() -> None:
    exp = int(NOW_S)
    assert check_claims(good(exp=exp), EXPECTED, exp + CLOCK_SKEW_S - 0.1).user_id == USER_ID
    with pytest.raises(ExpiredTokenError):
        check_claims(good(exp=exp), EXPECTED, exp + CLOCK_SKEW_S)


def test_a_token_that_is_expired_and_wrong_is_wrong() -> None:
    with pytest.raises(InvalidTokenError):
        check_claims(good(exp=1, client_id="another"), EXPECTED, NOW_S)
