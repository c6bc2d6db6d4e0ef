"""A user of the demo: signed up and in through Cognito's own API, as the studio would be."""

import secrets
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import orjson
from aiobotocore.config import AioConfig
from botocore.exceptions import ClientError

from omnigen_local.addresses import CREDENTIALS, REGION
from omnigen_local.files import write_private_text
from omnigen_shared.aws.clients import open_session
from omnigen_shared.contracts.spending import PlanName

_CONFIG: Final = AioConfig(connect_timeout=5, read_timeout=15, retries={"mode": "standard", "total_max_attempts": 3})


@dataclass(frozen=True, slots=True)
class UserPool:
    """Where users are kept."""

    endpoint_url: str
    pool_id: str
    client_id: str


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody who can sign in."""

    email: str
    password: str


async def find_user_pool(emulator_url: str, stack_name: str) -> UserPool:
    """The pool of the stack that is deployed in this emulator; ClientError when there is no such stack."""
    async with _open("cloudformation", emulator_url) as cloudformation:
        described = await cloudformation.describe_stacks(StackName=stack_name)
    outputs = {output["OutputKey"]: output["OutputValue"] for output in described["Stacks"][0]["Outputs"]}
    return UserPool(emulator_url, outputs["UserPoolId"], outputs["UserPoolClientId"])


def new_account() -> Account:
    """A fresh address at a domain that never exists, and a password that meets the pool's policy."""
    return Account(f"demo-{secrets.token_hex(4)}@example.invalid", f"Aa1!{secrets.token_urlsafe(18)}")


async def sign_up(pool: UserPool, account: Account, plan: PlanName) -> None:
    """Create a confirmed user with a verified address; every plan but free is membership in the group of its name."""
    async with _open("cognito-idp", pool.endpoint_url) as cognito:
        await cognito.sign_up(
            ClientId=pool.client_id,
            Username=account.email,
            Password=account.password,
            UserAttributes=[{"Name": "email", "Value": account.email}],
        )
        user = {"UserPoolId": pool.pool_id, "Username": account.email}
        await cognito.admin_confirm_sign_up(**user)
        await _verify(cognito, pool, account)
        if plan is not PlanName.FREE:
            await cognito.admin_add_user_to_group(**user, GroupName=plan.value)


async def sign_in(pool: UserPool, account: Account) -> str:
    """An access token."""
    async with _open("cognito-idp", pool.endpoint_url) as cognito:
        answer = await cognito.initiate_auth(
            ClientId=pool.client_id,
            AuthFlow="USER_PASSWORD_AUTH",
            AuthParameters={"USERNAME": account.email, "PASSWORD": account.password},
        )
    return str(answer["AuthenticationResult"]["AccessToken"])


async def keep_account(pool: UserPool, path: Path) -> Account:
    """The account kept at this path; signed up, and kept, when there is none or the pool does not know it."""
    account = _find_account(path)
    if account is not None:
        with suppress(ClientError):
            await sign_in(pool, account)
            async with _open("cognito-idp", pool.endpoint_url) as cognito:
                await _verify(cognito, pool, account)
            return account
    account = new_account()
    await sign_up(pool, account, PlanName.FREE)
    write_private_text(path, orjson.dumps(asdict(account)).decode())
    return account


async def _verify(cognito: Any, pool: UserPool, account: Account) -> None:
    """Nobody reads mail at that domain: that the address is theirs is taken for granted."""
    verified = [{"Name": "email_verified", "Value": "true"}]
    await cognito.admin_update_user_attributes(UserPoolId=pool.pool_id, Username=account.email, UserAttributes=verified)


def _find_account(path: Path) -> Account | None:
    return Account(**orjson.loads(path.read_bytes())) if path.exists() else None


def _open(service: Any, endpoint_url: str) -> Any:
    """A client of the emulator. Its credentials are given here, so that nobody's own are ever looked for."""
    return open_session().create_client(
        service,
        region_name=REGION,
        endpoint_url=endpoint_url,
        aws_access_key_id=CREDENTIALS["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=CREDENTIALS["AWS_SECRET_ACCESS_KEY"],
        config=_CONFIG,
    )
