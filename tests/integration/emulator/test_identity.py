"""The deployed pool: a user signs up, confirms, signs in with a password; the plan is in the token."""

from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from botocore.exceptions import ClientError
from jose import jwt
from types_aiobotocore_cognito_idp import CognitoIdentityProviderClient

from omnigen_local.addresses import REGION
from omnigen_local.provisioning import StackOutputs, client_options
from omnigen_shared.aws.clients import error_code, open_session

PASSWORD = "correct-Horse-4"


@pytest.fixture
async def cognito(emulator_url: str) -> AsyncIterator[CognitoIdentityProviderClient]:
    async with open_session().create_client("cognito-idp", **client_options(emulator_url)) as client:
        yield client


async def sign_up(cognito: CognitoIdentityProviderClient, outputs: StackOutputs, email: str) -> None:
    await cognito.sign_up(
        ClientId=outputs.user_pool_client_id,
        Username=email,
        Password=PASSWORD,
        UserAttributes=[{"Name": "email", "Value": email}],
    )


async def sign_in(
    cognito: CognitoIdentityProviderClient, outputs: StackOutputs, email: str, password: str = PASSWORD
) -> str:
    answer = await cognito.initiate_auth(
        ClientId=outputs.user_pool_client_id,
        AuthFlow="USER_PASSWORD_AUTH",
        AuthParameters={"USERNAME": email, "PASSWORD": password},
    )
    return answer["AuthenticationResult"]["AccessToken"]


async def verify(url: str, outputs: StackOutputs, token: str) -> dict[str, Any]:
    """The token's claims, checked against the pool's published keys."""
    async with (
        aiohttp.ClientSession() as session,
        session.get(f"{url}/{outputs.user_pool_id}/.well-known/jwks.json") as answer,
    ):
        keys = await answer.json()
    issuer = f"https://cognito-idp.{REGION}.amazonaws.com/{outputs.user_pool_id}"
    claims: dict[str, Any] = jwt.decode(token, keys, algorithms=["RS256"], issuer=issuer)
    return claims


async def test_from_sign_up_to_a_token(
    cognito: CognitoIdentityProviderClient, emulator_url: str, stack_outputs: StackOutputs
) -> None:
    await sign_up(cognito, stack_outputs, "anna@example.com")
    await cognito.confirm_sign_up(
        ClientId=stack_outputs.user_pool_client_id, Username="anna@example.com", ConfirmationCode="123456"
    )
    token = await sign_in(cognito, stack_outputs, "anna@example.com")
    claims = await verify(emulator_url, stack_outputs, token)
    assert claims["client_id"] == stack_outputs.user_pool_client_id
    assert claims["token_use"] == "access"
    assert "cognito:groups" not in claims


async def test_a_plan_is_a_group_in_the_token(
    cognito: CognitoIdentityProviderClient, emulator_url: str, stack_outputs: StackOutputs
) -> None:
    await sign_up(cognito, stack_outputs, "berta@example.com")
    pool = stack_outputs.user_pool_id
    await cognito.admin_confirm_sign_up(UserPoolId=pool, Username="berta@example.com")
    await cognito.admin_add_user_to_group(UserPoolId=pool, Username="berta@example.com", GroupName="pro")
    token = await sign_in(cognito, stack_outputs, "berta@example.com")
    assert (await verify(emulator_url, stack_outputs, token))["cognito:groups"] == ["pro"]


async def test_nobody_signs_in_unconfirmed_or_with_a_wrong_password(
    cognito: CognitoIdentityProviderClient, stack_outputs: StackOutputs
) -> None:
    await sign_up(cognito, stack_outputs, "clara@example.com")
    with pytest.raises(ClientError) as unconfirmed:
        await sign_in(cognito, stack_outputs, "clara@example.com")
    assert error_code(unconfirmed.value) == "UserNotConfirmedException"
    await cognito.admin_confirm_sign_up(UserPoolId=stack_outputs.user_pool_id, Username="clara@example.com")
    with pytest.raises(ClientError) as wrong:
        await sign_in(cognito, stack_outputs, "clara@example.com", "wrong-Horse-5")
    assert error_code(wrong.value) == "NotAuthorizedException"


async def test_a_password_follows_the_pools_policy(
    cognito: CognitoIdentityProviderClient, stack_outputs: StackOutputs
) -> None:
    with pytest.raises(ClientError) as refused:
        await cognito.sign_up(
            ClientId=stack_outputs.user_pool_client_id, Username="dora@example.com", Password="short-1A"
        )
    assert error_code(refused.value) == "InvalidPasswordException"
