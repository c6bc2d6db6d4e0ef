"""Accounts for people who have none yet, or have lost their password."""

from omnigen_gateway.domain.registration import Registration
from omnigen_gateway.ports import Accounts
from omnigen_gateway.service.standings import Standings


class Registering:
    """Over the user pool's API. Nothing here tells whether there is an account."""

    def __init__(self, accounts: Accounts, registration: Registration, standings: Standings) -> None:
        self._accounts = accounts
        self._registration = registration
        self._standings = standings

    async def sign_up(self, email: str, password: str) -> None:
        """SignUpClosedError for an address that gets no account here, whether or not it has one."""
        self._registration.check(email)
        await self._accounts.sign_up(email, password)

    async def confirm(self, email: str, code: str) -> None:
        """CodeRefusedError."""
        await self._accounts.confirm(email, code)

    async def send_reset(self, email: str) -> None:
        """A code, if there is such a user."""
        await self._accounts.send_reset(email)

    async def reset(self, email: str, code: str, password: str) -> None:
        """A new password; who was signed in with the old one is so no more. CodeRefusedError."""
        user_id = await self._accounts.reset(email, code, password)
        if user_id is not None:
            await self._standings.sign_out_everywhere(user_id)
