"""Accounts for people who have none yet: nothing is told of who has one, and nobody may ask often."""

import json
from collections.abc import AsyncIterator

import pytest
from tests.fakes.gateway import GatewayBench, bearer, open_gateway
from tests.fakes.own_routes import STRANGERS
from tests.fakes.tokens import USER_ID
from tests.fakes.visitors import Answer

from omnigen_gateway.domain.problems import SignUpClosedError
from omnigen_gateway.domain.registration import Registration, SignUpMode
from omnigen_gateway.domain.standing import Standing

ANNA, NOBODY = "anna@example.com", "nobody@example.com"
PASSWORD, OTHER = "correct-Horse-5", "another-Horse-6"
CODE = "123456"


@pytest.fixture
async def bench() -> AsyncIterator[GatewayBench]:
    async with open_gateway() as opened:
        yield opened


async def ask(bench: GatewayBench, name: str, **body: str) -> Answer:
    text = json.dumps(body).encode()
    headers = {"Content-Type": "application/json", "Content-Length": str(len(text))}
    return await bench.ask("POST", f"/api/v1/auth/{name}", headers, [text])


async def join(bench: GatewayBench, email: str = ANNA) -> None:
    await ask(bench, "sign-up", email=email, password=PASSWORD)
    await ask(bench, "confirm", email=email, code=CODE)


async def test_an_address_is_asked_for_and_confirmed(bench: GatewayBench) -> None:
    asked = await ask(bench, "sign-up", email=ANNA, password=PASSWORD)
    assert (asked.status, asked.json) == (202, {"status": "sent"})
    assert asked.header("cache-control") == "no-store"
    refused = await ask(bench, "confirm", email=ANNA, code="654321")
    assert (refused.status, refused.json["code"]) == (400, "code_refused")
    confirmed = await ask(bench, "confirm", email=ANNA, code=CODE)
    assert (confirmed.status, confirmed.json) == (200, {"status": "done"})
    assert bench.identity.accounts.confirmed == {ANNA}


async def test_nothing_is_told_of_who_has_an_account(bench: GatewayBench) -> None:
    await join(bench)
    for name, more in (
        ("sign-up", {"password": OTHER}),
        ("confirm", {"code": "000000"}),
        ("forgot-password", {}),
        ("reset-password", {"code": "000000", "password": OTHER}),
    ):
        known, unknown = [await ask(bench, name, email=email, **more) for email in (ANNA, NOBODY)]
        assert known.status == unknown.status
        told = [{**answer.json, "request_id": "", "timestamp": ""} for answer in (known, unknown)]
        assert told[0] == told[1]
    assert bench.identity.accounts.passwords[ANNA] == PASSWORD


async def test_a_new_password_ends_what_the_old_one_began(bench: GatewayBench) -> None:
    await join(bench)
    old = bearer(iat=1_000_000_000)
    assert (await bench.ask("GET", "/api/v1/auth/me", old)).status == 200
    await ask(bench, "forgot-password", email=ANNA)
    assert (await ask(bench, "reset-password", email=ANNA, code=CODE, password=OTHER)).status == 200
    assert bench.identity.accounts.passwords[ANNA] == OTHER
    assert bench.identity.directory.signed_out == [USER_ID]
    assert (await bench.ask("GET", "/api/v1/auth/me", old)).status == 401


@pytest.mark.parametrize(
    "body",
    [
        {"email": ANNA, "password": "short-Horse5"[:11]},
        {"email": ANNA, "password": "no-capital-letter-5"},
        {"email": ANNA, "password": "NO-SMALL-LETTER-5"},
        {"email": ANNA, "password": "no-Digit-anywhere"},
        {"email": ANNA, "password": " correct-Horse-5"},
        {"email": ANNA, "password": "correct-Horse-5\n"},
        {"email": ANNA, "password": "aA1" * 100},
        {"email": "anna", "password": PASSWORD},
        {"email": "anna@example.com\r\nBcc: x", "password": PASSWORD},
        {"email": "<anna@example.com>", "password": PASSWORD},
        {"email": f"{'a' * 250}@example.com", "password": PASSWORD},
        {"email": ANNA},
        {"email": ANNA, "password": PASSWORD, "plan": "enterprise"},
    ],
)
async def test_what_cannot_be_an_account_is_told_before_anybody_is_asked(
    bench: GatewayBench, body: dict[str, str]
) -> None:
    answer = await ask(bench, "sign-up", **body)
    assert (answer.status, answer.json["code"]) == (422, "invalid_request")
    assert body.get("password", "never") not in str(answer.json), "a password is not repeated"
    assert bench.identity.accounts.passwords == {}


@pytest.mark.parametrize("name", STRANGERS)
async def test_one_address_may_ask_a_few_times_a_minute_whatever_it_asks(name: str) -> None:
    async with open_gateway(stranger_requests_per_min=12) as bench:
        body = {"email": ANNA, "code": CODE, "password": PASSWORD}
        answers = [await ask(bench, name, **body) for _ in range(6)]
        assert [answer.status == 429 for answer in answers] == [False] * 4 + [True] * 2
        assert (answers[-1].json["code"], answers[-1].json["details"]["limit"]) == ("rate_limited", 12)
        assert int(answers[-1].header("retry-after") or 0) > 0
        assert (await bench.ask("GET", "/api/v1/auth/me")).status == 200, "who has signed in goes on"


async def test_by_invitation_nobody_signs_up() -> None:
    async with open_gateway(sign_up_mode="invite") as bench:
        answer = await ask(bench, "sign-up", email=ANNA, password=PASSWORD)
        assert (answer.status, answer.json["code"]) == (403, "sign_up_closed")
        assert bench.identity.accounts.passwords == {}
        assert (await bench.ask("GET", "/api/v1/auth/me")).status == 200


async def test_an_account_at_another_domain_is_none_however_it_was_made() -> None:
    async with open_gateway(sign_up_mode="domains", sign_up_domains=["Example.com"]) as bench:
        assert (await ask(bench, "sign-up", email="anna@EXAMPLE.com", password=PASSWORD)).status == 202
        refused = await ask(bench, "sign-up", email="anna@example.org", password=PASSWORD)
        assert (refused.status, refused.json["code"]) == (403, "sign_up_closed")
        for email, status in (("anna@example.com", 200), ("anna@example.org", 403)):
            user = f"user-{status}"
            bench.identity.directory.users[user] = Standing(is_enabled=True, email=email)
            assert (await bench.ask("GET", "/api/v1/auth/me", bearer(sub=user))).status == status


@pytest.mark.parametrize("email", ["a@example.com.evil.org", "a@sub.example.com", "a@notexample.com", "example.com"])
def test_a_domain_is_all_that_stands_behind_the_at(email: str) -> None:
    with pytest.raises(SignUpClosedError):
        Registration(SignUpMode.DOMAINS, ["example.com"]).check(email)
