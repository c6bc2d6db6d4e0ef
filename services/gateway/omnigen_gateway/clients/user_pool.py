"""The user pool over Cognito's API: who a user is, and the end of what they were given."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Final, TypeVar

from botocore.exceptions import BotoCoreError, ClientError

from omnigen_gateway.domain.claims import plan_of
from omnigen_gateway.domain.standing import GONE, Standing
from omnigen_shared.aws.clients import error_code
from omnigen_shared.contracts.base import UserId
from omnigen_shared.errors import DependencyUnavailableError
from omnigen_shared.patience import within_reason

if TYPE_CHECKING:
    from types_aiobotocore_cognito_idp import CognitoIdentityProviderClient

T = TypeVar("T")
_NOBODY: Final = "UserNotFoundException"
_VOID: Final = frozenset({"UnsupportedTokenTypeException", "InvalidParameterException"})


class CognitoUserPool:
    """Implements ports.UserDirectory, and the revoking of ports.IdentityProvider."""

    def __init__(self, client: "CognitoIdentityProviderClient", pool_id: str, client_id: str) -> None:
        self._client = client
        self._pool_id = pool_id
        self._client_id = client_id

    async def get_standing(self, user_id: UserId) -> Standing:
        # A pool whose users are named by their e-mail address takes the subject as their name too.
        name = {"UserPoolId": self._pool_id, "Username": user_id}
        try:
            user, groups = await asyncio.gather(
                ask_pool(lambda: self._client.admin_get_user(**name)),
                ask_pool(lambda: self._client.admin_list_groups_for_user(**name, Limit=60)),
            )
        except ClientError as error:
            if error_code(error) == _NOBODY:
                return GONE
            raise
        told = {attribute["Name"]: attribute.get("Value", "") for attribute in user["UserAttributes"]}
        return Standing(
            is_enabled=user["Enabled"],
            is_verified=told.get("email_verified") == "true",
            plan=plan_of([group["GroupName"] for group in groups["Groups"]]),
            email=told.get("email", ""),
        )

    async def sign_out_everywhere(self, user_id: UserId) -> None:
        try:
            await ask_pool(lambda: self._client.admin_user_global_sign_out(UserPoolId=self._pool_id, Username=user_id))
        except ClientError as error:
            if error_code(error) != _NOBODY:
                raise

    async def delete(self, user_id: UserId) -> None:
        try:
            await ask_pool(lambda: self._client.admin_delete_user(UserPoolId=self._pool_id, Username=user_id))
        except ClientError as error:
            if error_code(error) != _NOBODY:
                raise

    async def revoke(self, refresh_token: str) -> None:
        """See ports.IdentityProvider."""
        try:
            await ask_pool(lambda: self._client.revoke_token(Token=refresh_token, ClientId=self._client_id))
        except ClientError as error:
            if error_code(error) not in _VOID:
                raise


async def ask_pool(send: Callable[[], Awaitable[T]]) -> T:
    """The reply; DependencyUnavailableError for none, and for what has nothing to do with the request."""
    try:
        async with within_reason("The user pool"):
            return await send()
    except BotoCoreError as error:
        raise DependencyUnavailableError(f"The user pool did not answer: {type(error).__name__}.") from error
    except ClientError as error:
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
        if status >= 500 or error_code(error) == "TooManyRequestsException":  # noqa: PLR2004 - HTTP's own border
            raise DependencyUnavailableError(f"The user pool answered {error_code(error)}.") from error
        raise
