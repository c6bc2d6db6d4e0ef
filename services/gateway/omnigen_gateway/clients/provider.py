"""Cognito's OAuth over aiohttp: codes and refresh tokens for tokens."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

import aiohttp

from omnigen_gateway.ports import GrantRefusedError, Tokens
from omnigen_shared.errors import DependencyUnavailableError

TIMEOUT: Final = aiohttp.ClientTimeout(total=10)
_FORM: Final = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
_REFUSED: Final = "invalid_grant"


class CognitoOAuth:
    """Implements ports.IdentityProvider for one public client, which PKCE protects instead of a secret.

    Nothing is sent twice here: a code works once, and a rotated refresh token not for long. Tokens are revoked over the
    user pool's API, which `revoke` is.
    """

    def __init__(
        self, session: aiohttp.ClientSession, base_url: str, client_id: str, revoke: Callable[[str], Awaitable[None]]
    ) -> None:
        self._session = session
        self._revoke = revoke
        self._url = f"{base_url}/oauth2/token"
        self._client_id = client_id

    async def exchange(self, code: str, verifier: str, redirect_uri: str) -> Tokens:
        grant = {"grant_type": "authorization_code", "code": code, "code_verifier": verifier}
        return await self._ask({**grant, "redirect_uri": redirect_uri})

    async def refresh(self, refresh_token: str) -> Tokens:
        return await self._ask({"grant_type": "refresh_token", "refresh_token": refresh_token})

    async def revoke(self, refresh_token: str) -> None:
        await self._revoke(refresh_token)

    async def _ask(self, grant: Mapping[str, str]) -> Tokens:
        form = aiohttp.FormData({"client_id": self._client_id, **grant})
        try:
            async with self._session.post(
                self._url, data=form, headers=_FORM, timeout=TIMEOUT, allow_redirects=False
            ) as answer:
                status, reply = answer.status, await answer.json(content_type=None)
        except (aiohttp.ClientError, TimeoutError, ValueError) as error:
            raise DependencyUnavailableError(f"Cognito did not answer: {type(error).__name__}.") from error
        return _read(status, reply)


def _read(status: int, reply: Any) -> Tokens:
    told = reply if isinstance(reply, dict) else {}
    if status == 400 and told.get("error") == _REFUSED:  # noqa: PLR2004 - RFC 6749, 5.2
        raise GrantRefusedError
    id_token, access_token, refresh_token = (told.get(f"{kind}_token") for kind in ("id", "access", "refresh"))
    if status != 200 or not isinstance(id_token, str) or not isinstance(access_token, str):  # noqa: PLR2004 - the same
        raise DependencyUnavailableError(f"Cognito answered {status} {told.get('error', '')}".strip())
    return Tokens(id_token, access_token, refresh_token if isinstance(refresh_token, str) else None)
