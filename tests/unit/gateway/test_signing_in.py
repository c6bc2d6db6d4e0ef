"""The way to the sign-in page and back: only the browser that began it comes in, once, and stays on this host."""

import time
from collections.abc import AsyncIterator
from urllib.parse import parse_qs, urlsplit

import pytest
from tests.fakes.gateway import GatewayBench, open_gateway
from tests.fakes.sign_ins import CALLBACK, LOGIN, arrive, cookies_of, depart, depart_apart
from tests.fakes.tokens import USER_ID
from tests.fakes.visitors import Answer

from omnigen_gateway.domain.problems import ReturnRefusedError
from omnigen_gateway.domain.returns import MAX_CHARS, check_return
from omnigen_gateway.domain.sign_in import challenge_of
from omnigen_gateway.ports import GrantRefusedError
from omnigen_shared.errors import DependencyUnavailableError

ME = "/api/v1/auth/me"
RESET = "/api/v1/auth/reset-password"


@pytest.fixture
async def bench() -> AsyncIterator[GatewayBench]:
    async with open_gateway() as opened:
        yield opened


def assert_refused(answer: Answer) -> None:
    assert (answer.status, answer.json["code"]) == (400, "sign_in_failed")
    assert "__Host-omnigen" not in cookies_of(answer)


async def test_the_page_is_told_state_nonce_and_challenge(bench: GatewayBench) -> None:
    trip = await depart(bench)
    assert trip.url.geturl().startswith("http://localhost:9/oauth2/authorize?")
    assert trip.query["redirect_uri"] == "http://localhost:8080/api/v1/auth/callback"
    assert (trip.query["response_type"], trip.query["code_challenge_method"]) == ("code", "S256")
    secrets = [trip.query[name] for name in ("state", "nonce", "code_challenge")]
    assert len(set(secrets)) == 3
    assert all(len(secret) == 43 for secret in secrets)
    assert not set(secrets) & set((await depart(bench)).query.values())
    assert not any(secret in trip.cookie for secret in secrets), "what the browser holds is sealed"


async def test_who_has_signed_in_has_a_session_and_is_where_they_wanted_to_be(bench: GatewayBench) -> None:
    trip = await depart(bench, "/jobs/job_1%3Ftab%3Dscenes")
    answer = await arrive(bench, trip)
    assert (answer.status, answer.header("location")) == (303, "/jobs/job_1?tab=scenes")
    assert answer.header("cache-control") == "no-store"
    (code, verifier, redirect_uri) = bench.identity.provider.exchanges[0]
    assert (code, redirect_uri) == ("code-1", trip.query["redirect_uri"])
    assert challenge_of(verifier) == trip.query["code_challenge"]
    session = next(value for value in answer.headers_named("set-cookie") if value.startswith("__Host-omnigen="))
    flags = {flag.strip().lower() for flag in session.split(";")[1:]}
    assert flags == {"httponly", "secure", "samesite=lax", "path=/", "max-age=2592000"}
    assert cookies_of(answer)[next(iter(trip.cookies))] == "", "the sign-in's own cookie goes"
    me = await bench.ask("GET", ME, {"Cookie": f"__Host-omnigen={cookies_of(answer)['__Host-omnigen']}"})
    assert (me.json["user_id"], me.json["means"]) == (USER_ID, "session")


async def test_it_works_once(bench: GatewayBench) -> None:
    trip = await depart(bench)
    assert (await arrive(bench, trip)).status == 303
    assert_refused(await arrive(bench, trip, code="code-2"))
    assert len(bench.identity.provider.exchanges) == 1


async def test_two_tabs_do_not_spoil_each_others(bench: GatewayBench) -> None:
    first, second = await depart_apart(bench)
    both = f"{first.cookie}; {second.cookie}"
    bench.identity.provider.nonce = first.query["nonce"]
    assert (await arrive(bench, first, both)).status == 303
    bench.identity.provider.nonce = second.query["nonce"]
    assert (await arrive(bench, second, both)).status == 303


async def test_however_many_are_begun_the_browsers_cookies_stay_few(bench: GatewayBench) -> None:
    cookies: dict[str, str] = {}
    for _ in range(100):
        cookies |= (await depart(bench)).cookies
    assert len(cookies) <= 16
    assert sum(len(name) + len(value) + 3 for name, value in cookies.items()) < 16_384 / 2


async def test_a_sign_in_of_another_browser_never_reaches_the_provider(bench: GatewayBench) -> None:
    mine, theirs = await depart_apart(bench)
    assert_refused(await arrive(bench, mine, theirs.cookie))
    assert_refused(await arrive(bench, mine, state=theirs.query["state"]))
    assert bench.identity.provider.exchanges == []


async def test_what_the_provider_says_is_checked(bench: GatewayBench) -> None:
    trip = await depart(bench)
    bench.identity.provider.errors.append(GrantRefusedError())
    assert_refused(await arrive(bench, trip))
    trip = await depart(bench)
    bench.identity.provider.nonce = "another sign-in's"
    assert_refused(await arrive(bench, trip))
    trip = await depart(bench)
    bench.identity.provider.errors.append(DependencyUnavailableError("away", retry_after_s=1))
    assert (await arrive(bench, trip)).status == 503
    assert bench.identity.sessions.sessions == {}


async def test_a_page_that_has_slept_through_a_new_password_signs_nobody_in_but_out(bench: GatewayBench) -> None:
    signed_in_at = int(time.time()) - 1_800
    bench.identity.provider.access_changes["auth_time"] = signed_in_at
    bench.identity.accounts.mails.append("a@example.com")
    body = b'{"email": "a@example.com", "code": "123456", "password": "another-Horse-6"}'
    headers = {"Content-Type": "application/json", "Content-Length": str(len(body))}
    reset = await bench.ask("POST", RESET, headers, [body])
    assert reset.status == 200
    trip = await depart(bench)
    answer = await arrive(bench, trip)
    left = urlsplit(answer.header("location") or "")
    assert (answer.status, left.path) == (303, "/logout")
    assert parse_qs(left.query)["logout_uri"] == ["http://localhost:8080/"]
    assert cookies_of(answer) == {next(iter(trip.cookies)): ""}
    assert bench.identity.sessions.sessions == {}
    # There they have to type a password now.
    bench.identity.provider.access_changes["auth_time"] = bench.identity.sessions.cutoffs[USER_ID]
    answer = await arrive(bench, await depart(bench))
    me = await bench.ask("GET", ME, {"Cookie": f"__Host-omnigen={cookies_of(answer)['__Host-omnigen']}"})
    assert (answer.status, me.status) == (303, 200)


async def test_a_new_sign_in_ends_the_browsers_old_session(bench: GatewayBench) -> None:
    old = cookies_of(await arrive(bench, await depart(bench)))["__Host-omnigen"]
    trip = await depart(bench)
    new = cookies_of(await arrive(bench, trip, f"{trip.cookie}; __Host-omnigen={old}"))["__Host-omnigen"]
    assert new != old
    assert (await bench.ask("GET", ME, {"Cookie": f"__Host-omnigen={old}"})).status == 401
    assert bench.identity.provider.revoked == ["refresh-1"]


async def test_behind_cloudfront_nobody_signs_in_past_it() -> None:
    old, new = "the old secret of 2026", "the new secret of 2026"
    async with open_gateway(origin_secrets=[new, old]) as bench:
        for path in (LOGIN, CALLBACK, ME, "/api/v1/keys"):
            for headers in ({}, {"X-Origin-Verify": "a guess"}):
                answer = await bench.ask("GET", path, headers)
                assert (answer.status, answer.json["code"]) == (403, "origin_not_verified")
        for secret in (old, new):
            assert (await bench.ask("GET", LOGIN, {"X-Origin-Verify": secret})).status == 303


@pytest.mark.parametrize("path", [LOGIN, ME, "/api/v1/keys", "/api/v1/auth/logout"])
async def test_another_spelling_leads_past_no_door(bench: GatewayBench, path: str) -> None:
    for spelling in (path.replace("v1", "%761"), path.replace("/v1/", "/v1/%2e/"), path + "%20", path + "/"):
        for method in ("GET", "POST"):
            answer = await bench.ask(method, spelling)
            refusals = {(400, "malformed_request"), (404, "not_found"), (405, "method_not_allowed")}
            assert (answer.status, answer.json["code"]) in refusals


@pytest.mark.parametrize("path", ["/", "/jobs", "/jobs/job_1?tab=scenes&x=a%20b", "/a/b/c#scene-2", "/.well-known/x"])
def test_a_path_of_ours_is_where_one_comes_back_to(path: str) -> None:
    assert check_return(path) == path


def test_nothing_leads_to_the_start_page_and_anything_else_nowhere() -> None:
    assert check_return("") == "/"
    for path in ("/" + "x" * MAX_CHARS, "jobs", "//evil.example", "/jobs?next=\\\\evil"):
        with pytest.raises(ReturnRefusedError):
            check_return(path)
