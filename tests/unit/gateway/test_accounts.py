"""Sign-ups over Cognito's API: whether there is an account shows in nothing, not even in how long the answer takes."""

import asyncio
from contextlib import AsyncExitStack
from typing import Any
from unittest.mock import AsyncMock

import pytest
from botocore.exceptions import ClientError
from tests.fakes.gateway import gateway_settings
from tests.fakes.time_travel import run_virtually

from omnigen_gateway.app import open_adapters
from omnigen_gateway.clients.accounts import CognitoAccounts

CALL_S = 2.0
KNOWN, UNKNOWN, PASSWORD = "known@example.com", "unknown@example.com", "correct-Horse-5"


class FakeCognito:
    """Of the API's client what a sign-up needs; each call takes as long as another."""

    def __init__(self, refusal: str = "") -> None:
        self.refusal = refusal
        self.resent: list[str] = []

    async def sign_up(self, *, Username: str, **_: Any) -> None:  # noqa: N803 - the API's own name
        await asyncio.sleep(CALL_S)
        if Username == KNOWN:
            raise ClientError({"Error": {"Code": "UsernameExistsException"}}, "SignUp")

    async def resend_confirmation_code(self, *, Username: str, **_: Any) -> None:  # noqa: N803 - the same
        await asyncio.sleep(CALL_S)
        if self.refusal:
            raise ClientError({"Error": {"Code": self.refusal}}, "ResendConfirmationCode")
        self.resent.append(Username)


def accounts_over(cognito: Any) -> CognitoAccounts:
    return CognitoAccounts(cognito, "pool", "client")


@pytest.mark.parametrize("email", [KNOWN, UNKNOWN])
def test_a_known_address_is_answered_after_one_call_as_an_unknown_one_is(email: str) -> None:
    async def sign_up() -> None:
        await accounts_over(FakeCognito()).sign_up(email, PASSWORD)
        assert asyncio.get_running_loop().time() == pytest.approx(CALL_S)

    run_virtually(sign_up())


def test_a_code_that_is_sent_again_is_waited_for_at_the_end() -> None:
    async def sign_up() -> None:
        cognito = FakeCognito()
        accounts = accounts_over(cognito)
        await accounts.sign_up(KNOWN, PASSWORD)
        assert cognito.resent == []
        await accounts.land()
        assert cognito.resent == [KNOWN]

    run_virtually(sign_up())


@pytest.mark.parametrize("code", ["InvalidParameterException", "TooManyRequestsException", "SomethingNewException"])
def test_a_code_that_cannot_be_sent_again_is_not_told_of(code: str) -> None:
    async def sign_up() -> None:
        cognito = FakeCognito(refusal=code)
        accounts = accounts_over(cognito)
        await accounts.sign_up(KNOWN, PASSWORD)
        await accounts.land()
        assert cognito.resent == []

    run_virtually(sign_up())


async def test_the_gateway_ends_after_the_codes_that_are_being_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "nobody's")
    land = AsyncMock()
    monkeypatch.setattr(CognitoAccounts, "land", land)
    async with AsyncExitStack() as stack:
        await open_adapters(gateway_settings(), stack)
        land.assert_not_awaited()
    land.assert_awaited_once()
