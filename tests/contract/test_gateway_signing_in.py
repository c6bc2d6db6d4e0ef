"""A browser through the real sign-in page, and API keys of real users: the gateway over the emulated user pool."""

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import aiohttp
import pytest
from tests.fakes.gateway import gateway_settings, lifespan_of
from tests.fakes.hosted_page import fill_in
from tests.fakes.leases import FakeLeases
from tests.fakes.sign_ins import cookies_of
from tests.fakes.visitors import Answer, Visitor

from omnigen_gateway.app import create_app, open_adapters
from omnigen_gateway.clients.accounts import CognitoAccounts
from omnigen_gateway.clients.provider import CognitoOAuth
from omnigen_gateway.clients.session import open_session
from omnigen_gateway.clients.user_pool import CognitoUserPool
from omnigen_gateway.ports import GrantRefusedError
from omnigen_local.addresses import REGION
from omnigen_local.demo.accounts import Account, UserPool, new_account, sign_in, sign_up
from omnigen_local.provisioning import StackOutputs
from omnigen_shared.aws.clients import open_client
from omnigen_shared.contracts.spending import PlanName
from omnigen_shared.errors import DependencyUnavailableError
from omnigen_shared.settings import BaseUnitSettings

ORIGIN = "http://localhost:8080"
JSON = {"Content-Type": "application/json"}


class Gateway:
    """A gateway with its real adapters, and a browser's cookies."""

    def __init__(self, app: Any, state: Mapping[str, Any]) -> None:
        self._app = app
        self._state = state
        self.cookies: dict[str, str] = {}

    async def ask(
        self, method: str, target: str, headers: Mapping[str, str] | None = None, body: bytes = b""
    ) -> Answer:
        cookie = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        sent = {**({"Cookie": cookie} if cookie else {}), **(headers or {}), "Content-Length": str(len(body))}
        visitor = Visitor(method, target, {**sent, **(JSON if body else {})}, [body], self._state)
        answer = await visitor.call(self._app)
        self.cookies |= cookies_of(answer)
        return answer

    async def change(self, target: str, body: bytes = b"") -> Answer:
        """A POST as a page of ours makes it."""
        token = (await self.ask("GET", "/api/v1/auth/me")).json["csrf_token"]
        return await self.ask("POST", target, {"Origin": ORIGIN, "X-CSRF-Token": token}, body)

    async def sign_in(self, account: Account) -> Answer:
        """As a browser does it: to the page, its form filled in, and back."""
        departure = await self.ask("GET", "/api/v1/auth/login?return_to=/jobs")
        return await self.ask("GET", await fill_in(departure.header("location") or "", account))


@pytest.fixture
def pool(emulator_url: str, stack_outputs: StackOutputs) -> UserPool:
    return UserPool(emulator_url, stack_outputs.user_pool_id, stack_outputs.user_pool_client_id)


@asynccontextmanager
async def open_gateway(pool: UserPool, outputs: StackOutputs) -> AsyncIterator[Gateway]:
    settings = gateway_settings(
        aws_endpoint_url=pool.endpoint_url,
        identity_table=outputs.identity_table_name,
        cognito_issuer=f"https://cognito-idp.{REGION}.amazonaws.com/{pool.pool_id}",
        cognito_jwks_url=f"{pool.endpoint_url}/{pool.pool_id}/.well-known/jwks.json",
        cognito_user_pool_id=pool.pool_id,
        cognito_client_id=pool.client_id,
        cognito_public_url=pool.endpoint_url,
        cognito_oauth_url=pool.endpoint_url,
        public_base_url=ORIGIN,
    )
    async with AsyncExitStack() as stack:
        # Nobody waits for a quota that is not there.
        app = create_app(settings, replace(await open_adapters(settings, stack), leases=FakeLeases()))
        yield Gateway(app, await stack.enter_async_context(lifespan_of(app)))


@pytest.fixture
async def gateway(pool: UserPool, stack_outputs: StackOutputs) -> AsyncIterator[Gateway]:
    async with open_gateway(pool, stack_outputs) as opened:
        yield opened


async def _never(_token: str) -> None:
    raise AssertionError("nothing is revoked here")


async def join(pool: UserPool, plan: PlanName = PlanName.FREE) -> Account:
    account = new_account()
    await sign_up(pool, account, plan)
    return account


async def test_a_browser_signs_in_is_known_and_signs_out(gateway: Gateway, pool: UserPool) -> None:
    account = await join(pool, PlanName.PRO)
    answer = await gateway.sign_in(account)
    assert (answer.status, answer.header("location")) == (303, "/jobs")
    me = (await gateway.ask("GET", "/api/v1/auth/me")).json
    assert (me["email"], me["email_verified"], me["plan"], me["means"]) == (account.email, True, "pro", "session")
    assert (await gateway.change("/api/v1/auth/refresh")).json["plan"] == "pro"
    session = dict(gateway.cookies)
    out = await gateway.change("/api/v1/auth/logout")
    assert (out.status, cookies_of(out)) == (200, {"__Host-omnigen": ""})
    assert out.json["logout_url"].endswith("logout_uri=http%3A%2F%2Flocalhost%3A8080%2F")
    gateway.cookies = session
    assert (await gateway.ask("GET", "/api/v1/auth/me")).status == 401


async def test_the_sign_in_page_takes_us_back_after_the_sign_out(gateway: Gateway, pool: UserPool) -> None:
    await gateway.sign_in(await join(pool))
    out = await gateway.change("/api/v1/auth/logout")
    async with (
        aiohttp.ClientSession() as session,
        session.get(out.json["logout_url"], allow_redirects=False) as answer,
    ):
        assert (answer.status, answer.headers["Location"]) == (302, f"{ORIGIN}/")


async def test_a_session_is_known_to_every_gateway_and_its_end_too(
    gateway: Gateway, pool: UserPool, stack_outputs: StackOutputs
) -> None:
    await gateway.sign_in(await join(pool))
    async with open_gateway(pool, stack_outputs) as second, open_gateway(pool, stack_outputs) as third:
        second.cookies = third.cookies = dict(gateway.cookies)
        assert (await second.ask("GET", "/api/v1/auth/me")).status == 200
        await gateway.change("/api/v1/auth/logout", b'{"everywhere": true}')
        assert (await third.ask("GET", "/api/v1/auth/me")).status == 401


async def test_a_key_is_its_user_until_it_is_deleted_or_the_user_disabled(
    gateway: Gateway, pool: UserPool, stack_outputs: StackOutputs, emulator_url: str
) -> None:
    account = await join(pool)
    await gateway.sign_in(account)
    order = b'{"name": "a program", "scopes": ["usage:read"]}'
    first, second = [(await gateway.change("/api/v1/keys", order)).json for _ in range(2)]
    headers = [{"Authorization": f"Bearer {made['key']}"} for made in (first, second)]
    # 503: the key was taken; behind this gateway there is no quota.
    assert [(await gateway.ask("GET", "/api/v1/usage", sent)).status for sent in headers] == [503, 503]
    assert (await gateway.ask("GET", "/api/v1/jobs", headers[0])).json["code"] == "insufficient_scope"
    token = {"Authorization": f"Bearer {await sign_in(pool, account)}"}
    assert (await gateway.ask("DELETE", f"/api/v1/keys/{first['key_id']}", token)).status == 204
    assert (await gateway.ask("GET", "/api/v1/usage", headers[0])).status == 401
    listed = (await gateway.ask("GET", "/api/v1/keys")).json["keys"]
    assert [key["key_id"] for key in listed] == [second["key_id"]]
    assert listed[0]["last_used_at"]
    async with open_client("cognito-idp", BaseUnitSettings(aws_endpoint_url=emulator_url)) as cognito:
        await cognito.admin_disable_user(UserPoolId=pool.pool_id, Username=account.email)
    async with open_gateway(pool, stack_outputs) as other:
        for sent in (headers[1], token):
            assert (await other.ask("GET", "/api/v1/usage", sent)).json["code"] == "account_disabled"
        async with open_client("cognito-idp", BaseUnitSettings(aws_endpoint_url=emulator_url)) as cognito:
            await cognito.admin_delete_user(UserPoolId=pool.pool_id, Username=account.email)
    async with open_gateway(pool, stack_outputs) as another:
        assert (await another.ask("GET", "/api/v1/usage", headers[1])).json["code"] == "account_disabled"


async def test_tokens_are_refreshed_until_they_are_revoked(pool: UserPool) -> None:
    account = await join(pool)
    async with (
        open_client("cognito-idp", BaseUnitSettings(aws_endpoint_url=pool.endpoint_url)) as cognito,
        open_session() as session,
    ):
        provider = CognitoOAuth(
            session,
            pool.endpoint_url,
            pool.client_id,
            CognitoUserPool(cognito, pool.pool_id, pool.client_id).revoke,
        )
        given = await cognito.initiate_auth(
            ClientId=pool.client_id,
            AuthFlow="USER_PASSWORD_AUTH",
            AuthParameters={"USERNAME": account.email, "PASSWORD": account.password},
        )
        refresh_token = given["AuthenticationResult"]["RefreshToken"]
        assert (await provider.refresh(refresh_token)).access_token
        for _ in range(2):
            await provider.revoke(refresh_token)
        with pytest.raises(GrantRefusedError):
            await provider.refresh(refresh_token)
        with pytest.raises(GrantRefusedError):
            await provider.exchange("no such code", "verifier", f"{ORIGIN}/api/v1/auth/callback")
    async with open_session() as session:
        nowhere = CognitoOAuth(session, "http://127.0.0.1:9", pool.client_id, provider.revoke)
        with pytest.raises(DependencyUnavailableError):
            await nowhere.refresh(refresh_token)


async def test_a_stranger_becomes_a_user_who_may_order(gateway: Gateway, pool: UserPool) -> None:
    account = new_account()
    email, password = f'"email": "{account.email}"', f'"password": "{account.password}"'

    async def ask(name: str, body: str) -> Answer:
        return await gateway.ask("POST", f"/api/v1/auth/{name}", body=f"{{{body}}}".encode())

    for _ in range(2):
        assert (await ask("sign-up", f"{email}, {password}")).json == {"status": "sent"}
    unconfirmed = await gateway.ask("GET", "/api/v1/auth/me")
    assert unconfirmed.status == 401
    assert (await ask("confirm", f'{email}, "code": "123456"')).json == {"status": "done"}
    token = {"Authorization": f"Bearer {await sign_in(pool, account)}"}
    assert (await gateway.ask("GET", "/api/v1/auth/me", token)).json["email_verified"] is True
    assert (await ask("sign-up", f'{email}, "password": "another-Horse-6"')).json == {"status": "sent"}
    assert await sign_in(pool, account), "the password is still the first one"


async def test_only_the_emulator_has_to_be_told_whose_address_is_confirmed(pool: UserPool) -> None:
    """Once it notes that by itself, EmulatedAccounts can go."""
    account = new_account()
    async with open_client("cognito-idp", BaseUnitSettings(aws_endpoint_url=pool.endpoint_url)) as cognito:
        accounts = CognitoAccounts(cognito, pool.pool_id, pool.client_id)
        await accounts.sign_up(account.email, account.password)
        await accounts.confirm(account.email, "123456")
        told = await cognito.admin_get_user(UserPoolId=pool.pool_id, Username=account.email)
    assert "email_verified" not in {attribute["Name"] for attribute in told["UserAttributes"]}
    async with AsyncExitStack() as stack:
        assert type((await open_adapters(gateway_settings(), stack)).accounts) is CognitoAccounts


async def test_pkce_is_checked_by_the_pool(gateway: Gateway, pool: UserPool) -> None:
    departure = await gateway.ask("GET", "/api/v1/auth/login")
    back = await fill_in(departure.header("location") or "", await join(pool))
    code = parse_qs(urlsplit(back).query)["code"][0]
    async with open_session() as session:
        provider = CognitoOAuth(session, pool.endpoint_url, pool.client_id, _never)
        with pytest.raises(GrantRefusedError):
            await provider.exchange(code, "v" * 43, f"{ORIGIN}/api/v1/auth/callback")


async def test_a_forgotten_password_is_replaced_and_ends_what_it_began(
    gateway: Gateway, pool: UserPool, stack_outputs: StackOutputs
) -> None:
    account = await join(pool)
    await gateway.sign_in(account)
    new = Account(account.email, "another-Horse-6")
    body = f'{{"email": "{account.email}"}}'.encode()
    assert (await gateway.ask("POST", "/api/v1/auth/forgot-password", body=body)).status == 202
    order = f'{{"email": "{new.email}", "password": "{new.password}", "code": "123456"}}'.encode()
    assert (await gateway.ask("POST", "/api/v1/auth/reset-password", body=order)).json == {"status": "done"}
    assert (await gateway.ask("GET", "/api/v1/auth/me")).status == 401
    async with open_gateway(pool, stack_outputs) as other:
        other.cookies = dict(gateway.cookies)
        assert (await other.ask("GET", "/api/v1/auth/me")).status == 401
    assert await sign_in(pool, new)


async def test_nobody_learns_from_the_pool_who_has_an_account(gateway: Gateway, pool: UserPool) -> None:
    known, unknown = (await join(pool)).email, "nobody@example.invalid"
    for name, more in (
        ("confirm", '"code": "000000"'),
        ("forgot-password", ""),
        ("sign-up", '"password": "another-Horse-6"'),
    ):
        bodies = [f'{{"email": "{email}"{", " if more else ""}{more}}}'.encode() for email in (known, unknown)]
        told = [await gateway.ask("POST", f"/api/v1/auth/{name}", body=body) for body in bodies]
        if name == "confirm":  # the emulator takes any code of a known user
            assert (told[1].status, told[1].json["code"]) == (400, "code_refused")
        else:
            assert told[0].status == told[1].status == 202
            assert told[0].json == told[1].json
