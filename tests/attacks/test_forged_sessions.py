"""Cookies that somebody else has put there, and requests that another site makes with a good one."""

from collections.abc import Callable
from typing import Final
from urllib.parse import quote

import pytest
from tests.attacks.refusals import assert_refused
from tests.fakes.gateway import GatewayBench
from tests.fakes.own_routes import give_session

from omnigen_gateway.domain.sessions import COOKIE, digest_of

pytestmark = pytest.mark.asyncio(loop_scope="module")

Toss = Callable[[str, str], list[str]]
"""Cookie headers, made of the user's session id and the attacker's own."""
ORIGIN: Final = "http://localhost:8080"
COOKIES: Final[dict[str, Toss]] = {
    "the attacker's behind the user's": lambda user, evil: [f"{COOKIE}={user}; {COOKIE}={evil}"],
    "the attacker's before the user's": lambda user, evil: [f"{COOKIE}={evil}; {COOKIE}={user}"],
    "the same twice": lambda user, _: [f"{COOKIE}={user}; {COOKIE}={user}"],
    "an empty one before it": lambda user, _: [f"{COOKIE}=; {COOKIE}={user}"],
    "a second header": lambda user, evil: [f"{COOKIE}={user}", f"{COOKIE}={evil}"],
    "a second header before it": lambda user, evil: [f"{COOKIE}={evil}", f"{COOKIE}={user}"],
    "without the prefix": lambda _, evil: [f"omnigen={evil}"],
    "with a prefix that others may set": lambda _, evil: [f"__Secure-omnigen={evil}"],
    "with the prefix in small letters": lambda _, evil: [f"__host-omnigen={evil}"],
    "with the prefix in capitals": lambda _, evil: [f"__HOST-OMNIGEN={evil}"],
    "with a space behind the name": lambda _, evil: [f"{COOKIE} ={evil}"],
    "without a name": lambda _, evil: [f"={COOKIE}={evil}"],
    "in another cookie's value": lambda _, evil: [f"theme={COOKIE}={evil}"],
    "in another cookie's quotes": lambda _, evil: [f'theme="dark, {COOKIE}={evil}"'],
    "with a comma for a semicolon": lambda _, evil: [f"theme=dark, {COOKIE}={evil}"],
    "in quotes": lambda _, evil: [f'{COOKIE}="{evil}"'],
    "in an escape": lambda _, evil: [f"{COOKIE}={quote(evil[:1])}%{ord(evil[1]):02x}{evil[2:]}"],
    "as an array's": lambda _, evil: [f"{COOKIE}[]={evil}"],
    "with more behind it": lambda _, evil: [f"{COOKIE}={evil}A"],
    "cut": lambda _, evil: [f"{COOKIE}={evil[:-1]}"],
    "what the table calls it": lambda _, evil: [f"{COOKIE}={digest_of(evil)[:43]}"],
    "one that nobody was given": lambda _, _evil: [f"{COOKIE}={'A' * 43}"],
    "a version of RFC 2965": lambda _, evil: [f'$Version="1"; {COOKIE}="{evil}"; $Path="/"'],
}
CROSS_SITE: Final[dict[str, dict[str, str]]] = {
    "another site": {"Origin": "https://evil.example"},
    "another site that calls itself ours": {"Origin": "https://evil.example", "Sec-Fetch-Site": "same-origin"},
    "a site below ours": {"Origin": "http://evil.localhost:8080"},
    "a site that begins like ours": {"Origin": "http://localhost:8080.evil.example"},
    "another port": {"Origin": "http://localhost:8081"},
    "no port": {"Origin": "http://localhost"},
    "https": {"Origin": "https://localhost:8080"},
    "a sandbox": {"Origin": "null"},
    "nobody": {},
    "a neighbour": {"Sec-Fetch-Site": "same-site"},
    "a form": {"Sec-Fetch-Site": "cross-site", "Content-Type": "text/plain"},
    "a page without a token": {"Origin": ORIGIN, "X-CSRF-Token": ""},
    "a page with a guess": {"Origin": ORIGIN, "X-CSRF-Token": "A" * 43},
    "a token beside the header": {"Origin": ORIGIN, "X-CSRF-Token": "", "X-XSRF-TOKEN": "A" * 43},
}


def id_of(headers: dict[str, str]) -> str:
    return headers["Cookie"].rpartition("=")[2]


@pytest.mark.parametrize("name", COOKIES)
async def test_a_tossed_cookie_is_no_session(bench: GatewayBench, name: str) -> None:
    cookies = COOKIES[name](id_of(give_session(bench)), id_of(give_session(bench)))
    for path in ("/api/v1/jobs/job_1", "/api/v1/auth/me"):
        assert_refused(await bench.ask("GET", path, [("Cookie", cookie) for cookie in cookies]), bench)


@pytest.mark.parametrize("name", CROSS_SITE)
async def test_another_site_changes_nothing_with_a_good_session(bench: GatewayBench, name: str) -> None:
    good = give_session(bench)
    sent = {"Cookie": good["Cookie"], "X-CSRF-Token": good["X-CSRF-Token"], **CROSS_SITE[name]}
    for path in ("/api/v1/jobs", "/api/v1/keys", "/api/v1/auth/logout", "/api/v1/auth/refresh"):
        answer = await bench.ask("POST", path, sent)
        assert_refused(answer, bench)
        assert (answer.status, answer.json["code"]) == (403, "cross_site")
    assert (await bench.ask("GET", "/api/v1/auth/me", {"Cookie": good["Cookie"]})).status == 200, "nobody is signed out"


async def test_another_sessions_token_is_none(bench: GatewayBench) -> None:
    mine, others = give_session(bench), give_session(bench)
    answer = await bench.ask("POST", "/api/v1/keys", {**mine, "X-CSRF-Token": others["X-CSRF-Token"]})
    assert_refused(answer, bench)
