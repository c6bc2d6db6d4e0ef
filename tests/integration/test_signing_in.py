"""A stranger becomes a user, signs in with a browser, and gives a program a key: on the stack as it runs."""

from tests.fakes.hosted_page import fill_in
from tests.integration.test_refusals import assert_problem
from tests.integration.visitors import Visitor

from omnigen_local.demo.accounts import new_account
from omnigen_local.stack import LocalStack


def cookie_of(raw: str) -> str:
    """What a browser sends back; Python's own clients leave Secure cookies out over http."""
    return raw.partition(";")[0]


async def test_from_the_sign_up_to_the_sign_out(stack: LocalStack) -> None:
    url, account = stack.record().gateway_url, new_account()
    browser = Visitor(url)
    asked = await browser.call("POST", "/api/v1/auth/sign-up", {"email": account.email, "password": account.password})
    assert asked.status == 202, asked.raw
    confirmed = await browser.call("POST", "/api/v1/auth/confirm", {"email": account.email, "code": "123456"})
    assert confirmed.status == 200, confirmed.raw

    departure = await browser.call("GET", "/api/v1/auth/login?return_to=/jobs")
    back = await fill_in(departure.headers["Location"], account)
    arrival = await browser.call("GET", back, Cookie=cookie_of(departure.headers["Set-Cookie"]))
    assert (arrival.status, arrival.headers["Location"]) == (303, "/jobs")
    session = {"Cookie": cookie_of(arrival.headers["Set-Cookie"])}
    assert session["Cookie"].startswith("__Host-omnigen=")

    me = (await browser.call("GET", "/api/v1/auth/me", **session)).body
    assert (me["email"], me["email_verified"], me["plan"]) == (account.email, True, "free")
    assert (await browser.call("GET", "/api/v1/usage", **session)).status == 200
    assert_problem(await browser.call("POST", "/api/v1/jobs", {}, **session), 403, "cross_site")
    ours = {**session, "Origin": url, "X-CSRF-Token": me["csrf_token"]}
    assert_problem(await browser.call("POST", "/api/v1/jobs", {}, **ours), 422, "invalid_request")

    order = {"name": "a program", "scopes": ["usage:read"]}
    made = (await browser.call("POST", "/api/v1/keys", order, **ours)).body
    program = Visitor(url, made["key"])
    assert (await program.call("GET", "/api/v1/usage")).status == 200
    assert_problem(await program.order(prompt="a slow film about rain"), 403, "insufficient_scope")

    out = await browser.call("POST", "/api/v1/auth/logout", **ours)
    assert out.body["logout_url"].startswith("http://localhost:")
    assert_problem(await browser.call("GET", "/api/v1/usage", **session), 401, "unauthenticated")
    assert (await program.call("GET", "/api/v1/usage")).status == 200, "a key has an end of its own"
