"""What the user pool of the emulator needs to be told; none of it runs where AWS is the real one."""

from omnigen_gateway.clients.accounts import CognitoAccounts
from omnigen_gateway.clients.user_pool import ask_pool


class EmulatedAccounts(CognitoAccounts):
    """Cognito notes by itself that a confirmed address is its user's. The emulator forgets to."""

    async def confirm(self, email: str, code: str) -> None:
        await super().confirm(email, code)
        await ask_pool(
            lambda: self._client.admin_update_user_attributes(
                UserPoolId=self._pool_id,
                Username=email,
                UserAttributes=[{"Name": "email_verified", "Value": "true"}],
            )
        )
