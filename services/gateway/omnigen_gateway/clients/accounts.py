"""Sign-up and passwords over Cognito's API. What it answers differently for users and strangers is one answer here."""

import asyncio
from typing import TYPE_CHECKING, Any, Final

import structlog
from botocore.exceptions import ClientError

from omnigen_gateway.clients.user_pool import ask_pool
from omnigen_gateway.domain.problems import CodeRefusedError, SignUpClosedError
from omnigen_shared.aws.clients import error_code
from omnigen_shared.contracts.base import UserId
from omnigen_shared.errors import DependencyUnavailableError, InvalidRequestError

if TYPE_CHECKING:
    from types_aiobotocore_cognito_idp import CognitoIdentityProviderClient

_NOT_TOLD: Final = frozenset(
    {
        "CodeDeliveryFailureException",
        "InvalidParameterException",
        "LimitExceededException",
        "NotAuthorizedException",
        "UserNotConfirmedException",
        "UserNotFoundException",
    }
)
"""No such user, a disabled one, one without a verified address, one who has asked too often."""
_NO_CODE: Final = _NOT_TOLD | {
    "AliasExistsException",
    "CodeMismatchException",
    "ExpiredCodeException",
    "TooManyFailedAttemptsException",
}
_NO_MAIL: Final = frozenset({"CodeDeliveryFailureException", "LimitExceededException"})
"""The account is there, or is not; its code was not sent."""
_log = structlog.get_logger()


class CognitoAccounts:
    """Implements ports.Accounts. `land` before the client is closed."""

    def __init__(self, client: "CognitoIdentityProviderClient", pool_id: str, client_id: str) -> None:
        self._client = client
        self._pool_id = pool_id
        self._client_id = client_id
        self._resending: set[asyncio.Task[None]] = set()

    async def land(self) -> None:
        """Wait for the codes that are being sent beside answers."""
        await asyncio.gather(*self._resending, return_exceptions=True)

    async def sign_up(self, email: str, password: str) -> None:
        try:
            await ask_pool(
                lambda: self._client.sign_up(
                    ClientId=self._client_id,
                    Username=email,
                    Password=password,
                    UserAttributes=[{"Name": "email", "Value": email}],
                )
            )
        except ClientError as error:
            if error_code(error) == "UsernameExistsException":
                # Beside the answer: waiting for another call would tell that there is an account.
                resending = asyncio.create_task(self._resend(email))
                self._resending.add(resending)
                resending.add_done_callback(self._resending.discard)
            elif error_code(error) in _NO_MAIL:
                _keep_quiet(error)  # a known address would not hear of it either
            else:
                raise _translate(error) from error

    async def confirm(self, email: str, code: str) -> None:
        try:
            await ask_pool(
                lambda: self._client.confirm_sign_up(ClientId=self._client_id, Username=email, ConfirmationCode=code)
            )
        except ClientError as error:
            raise _translate(error) from error

    async def send_reset(self, email: str) -> None:
        try:
            await ask_pool(lambda: self._client.forgot_password(ClientId=self._client_id, Username=email))
        except ClientError as error:
            _keep_quiet(error)

    async def reset(self, email: str, code: str, password: str) -> UserId | None:
        user_id = await self._find_user_id(email)  # first: a code works once
        try:
            await ask_pool(
                lambda: self._client.confirm_forgot_password(
                    ClientId=self._client_id, Username=email, ConfirmationCode=code, Password=password
                )
            )
        except ClientError as error:
            raise _translate(error) from error
        return user_id

    async def _resend(self, email: str) -> None:
        """To whoever has not confirmed yet; everybody else gets nothing. Nobody is told, nor when it cannot be done."""
        try:
            await ask_pool(lambda: self._client.resend_confirmation_code(ClientId=self._client_id, Username=email))
        except (ClientError, DependencyUnavailableError) as error:
            _log.info("code_not_resent", error=str(error))

    async def _find_user_id(self, email: str) -> UserId | None:
        try:
            user = await ask_pool(lambda: self._client.admin_get_user(UserPoolId=self._pool_id, Username=email))
        except ClientError as error:
            _keep_quiet(error)
            return None
        subjects = [attribute["Value"] for attribute in user["UserAttributes"] if attribute["Name"] == "sub"]
        return UserId(subjects[0]) if subjects else None


def _keep_quiet(error: ClientError) -> None:
    if error_code(error) not in _NOT_TOLD:
        raise error
    _log.info("account_call_refused", operation=error.operation_name, code=error_code(error))


def _translate(error: ClientError) -> Exception:
    code = error_code(error)
    if error.operation_name == "SignUp" and code == "NotAuthorizedException":
        return SignUpClosedError()
    if code == "InvalidPasswordException":
        return _not_taken("password")
    if error.operation_name == "SignUp" and code == "InvalidParameterException":
        return _not_taken("email")
    return CodeRefusedError() if code in _NO_CODE else error


def _not_taken(field: str) -> InvalidRequestError:
    entry: dict[str, Any] = {"field": field, "message": "The user pool does not take this", "limits": {}}
    return InvalidRequestError(f"Not valid: {field}.", details={"fields": [entry]})
