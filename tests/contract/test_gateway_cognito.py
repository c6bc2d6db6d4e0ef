"""Tokens of a real user pool: what Cognito signs is what the gateway takes."""

import json
from base64 import urlsafe_b64decode
from collections.abc import AsyncIterator
from typing import Any

import pytest
from tests.fakes.tokens import stranger_key

from omnigen_gateway.clients.keys import CognitoKeys
from omnigen_gateway.clients.session import open_session
from omnigen_gateway.clients.user_pool import CognitoUserPool
from omnigen_gateway.domain.claims import Expected
from omnigen_gateway.domain.problems import InvalidTokenError
from omnigen_gateway.service.callers import Authenticator, Signatures
from omnigen_local.demo.accounts import UserPool, new_account, sign_in, sign_up
from omnigen_local.provisioning import StackOutputs
from omnigen_shared.aws.clients import open_client
from omnigen_shared.contracts.spending import PlanName
from omnigen_shared.settings import BaseUnitSettings


def issuer_of(outputs: StackOutputs) -> str:
    return f"https://cognito-idp.us-east-1.amazonaws.com/{outputs.user_pool_id}"


def claims_of(token: str) -> dict[str, Any]:
    payload = token.split(".")[1]
    claims: dict[str, Any] = json.loads(urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    return claims


@pytest.fixture
def pool(emulator_url: str, stack_outputs: StackOutputs) -> UserPool:
    return UserPool(emulator_url, stack_outputs.user_pool_id, stack_outputs.user_pool_client_id)


@pytest.fixture
async def authenticator(emulator_url: str, stack_outputs: StackOutputs) -> AsyncIterator[Authenticator]:
    jwks_url = f"{emulator_url}/{stack_outputs.user_pool_id}/.well-known/jwks.json"
    async with open_session() as session, CognitoKeys(session, jwks_url) as keys:
        yield Authenticator(Signatures(keys), Expected(issuer_of(stack_outputs), stack_outputs.user_pool_client_id))


@pytest.mark.parametrize("plan", list(PlanName))
async def test_a_user_has_an_id_and_a_plan(authenticator: Authenticator, pool: UserPool, plan: PlanName) -> None:
    account = new_account()
    await sign_up(pool, account, plan)
    token = await sign_in(pool, account)
    caller = await authenticator.identify(f"{token}".encode())
    assert (caller.user_id, caller.expires_at) == (claims_of(token)["sub"], claims_of(token)["exp"])
    async with open_client("cognito-idp", BaseUnitSettings(aws_endpoint_url=pool.endpoint_url)) as cognito:
        standing = await CognitoUserPool(cognito, pool.pool_id, pool.client_id).get_standing(caller.user_id)
    assert (standing.is_enabled, standing.is_verified, standing.plan) == (True, True, plan)


async def test_the_same_user_signed_by_somebody_else_is_refused(authenticator: Authenticator, pool: UserPool) -> None:
    account = new_account()
    await sign_up(pool, account, PlanName.FREE)
    token = await sign_in(pool, account)
    head = json.loads(urlsafe_b64decode(token.split(".")[0] + "=="))
    with pytest.raises(InvalidTokenError):
        await authenticator.identify(f"{stranger_key().sign(claims_of(token), kid=head['kid'])}".encode())


async def test_another_pools_or_clients_token_is_refused(
    emulator_url: str, stack_outputs: StackOutputs, pool: UserPool
) -> None:
    account = new_account()
    await sign_up(pool, account, PlanName.FREE)
    token = await sign_in(pool, account)
    jwks_url = f"{emulator_url}/{stack_outputs.user_pool_id}/.well-known/jwks.json"
    async with open_session() as session, CognitoKeys(session, jwks_url) as keys:
        for expected in (Expected(issuer_of(stack_outputs), "another"), Expected("another", pool.client_id)):
            with pytest.raises(InvalidTokenError):
                await Authenticator(Signatures(keys), expected).identify(f"{token}".encode())
