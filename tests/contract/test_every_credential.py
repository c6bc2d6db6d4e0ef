"""Every public route with every credential there is: whose time is over, who is disabled, what a key may not do."""

from collections.abc import Mapping
from typing import Any, Final

import pytest
from tests.contract.test_every_route import ALL, CASES, assert_refused, furnish
from tests.fakes.gateway import bearer
from tests.fakes.own_routes import OWN, Case, give_key, give_session
from tests.fakes.public_api import USER, PublicApi, open_public_api
from tests.fakes.visitors import Answer

from omnigen_gateway.domain.routing import find_route
from omnigen_gateway.domain.scopes import Scope
from omnigen_gateway.domain.standing import GONE, Standing

each_route = pytest.mark.parametrize("case", ALL, ids=str)
each_change = pytest.mark.parametrize("case", [case for case in ALL if case.method != "GET"], ids=str)
FRESH: Final = "fedcba9876543210"


async def ask(api: PublicApi, case: Case, headers: Mapping[str, str]) -> Answer:
    sent = {**headers, **({} if case.body is None else {"Content-Type": "application/json"})}
    return await api.ask(case.method, case.target, case.body, sent)


def scope_of(case: Case) -> str | None:
    route = find_route(case.target.encode())
    assert route is not None
    return route.scope_for(case.method)


@each_route
async def test_a_session_comes_in_where_a_token_does(case: Case) -> None:
    async with open_public_api() as api:
        furnish(api)
        assert (await ask(api, case, give_session(api))).status == case.status


@each_route
async def test_a_session_that_is_over_unknown_or_there_twice_is_none(case: Case) -> None:
    async with open_public_api() as api:
        furnish(api)
        good = give_session(api)
        cookie = good["Cookie"].partition("; ")[2]
        wrongs: dict[str, dict[str, str]] = {
            "over": give_session(api, expires_at=1),
            "unknown": {**good, "Cookie": "__Host-omnigen=" + "A" * 43},
            "empty": {**good, "Cookie": "__Host-omnigen="},
            "another name": {**good, "Cookie": cookie.replace("__Host-", "")},
            "twice": {**good, "Cookie": f"{cookie}; __Host-omnigen={'A' * 43}"},
            "beside a bad token": {**good, "Authorization": "Bearer nonsense"},
        }
        for name, headers in wrongs.items():
            assert_refused(await ask(api, case, headers), 401, "unauthenticated", name)


@each_change
async def test_a_session_changes_nothing_from_elsewhere(case: Case) -> None:
    async with open_public_api() as api:
        furnish(api)
        good = give_session(api)
        other = give_session(api)["X-CSRF-Token"]
        bare = {"Cookie": good["Cookie"]}
        wrongs: dict[str, dict[str, str]] = {
            "nothing": bare,
            "no token": {**bare, "Origin": good["Origin"]},
            "no origin": {**bare, "X-CSRF-Token": good["X-CSRF-Token"]},
            "another session's token": {**good, "X-CSRF-Token": other},
            "another site": {**good, "Origin": "https://evil.example"},
            "another port": {**good, "Origin": "http://localhost:9"},
            "no site": {**good, "Origin": "null"},
            "a neighbour": {**bare, "X-CSRF-Token": good["X-CSRF-Token"], "Sec-Fetch-Site": "same-site"},
            "a site that says it is ours": {**good, "Origin": "https://evil.example", "Sec-Fetch-Site": "same-origin"},
        }
        for name, headers in wrongs.items():
            assert_refused(await ask(api, case, headers), 403, "cross_site", name)
        by_fetch = {**bare, "X-CSRF-Token": good["X-CSRF-Token"], "Sec-Fetch-Site": "same-origin"}
        assert (await ask(api, case, by_fetch)).status == case.status


@each_route
async def test_a_key_may_do_what_its_scopes_say(case: Case) -> None:
    scope = scope_of(case)
    async with open_public_api() as api:
        furnish(api)
        others = [other for other in Scope if other != scope]
        refused = assert_refused(await ask(api, case, give_key(api, FRESH, others)), 403, "insufficient_scope")
        assert refused["details"] == {"scope": scope}
        if scope is not None:
            assert (await ask(api, case, give_key(api, "1" * 16, [scope]))).status == case.status


@pytest.mark.parametrize("case", OWN, ids=str)
def test_no_key_makes_keys_or_signs_anybody_out(case: Case) -> None:
    assert scope_of(case) is None


@each_route
async def test_a_key_that_is_revoked_expired_or_not_quite_it_is_none(case: Case) -> None:
    async with open_public_api() as api:
        furnish(api)
        revoked = give_key(api, FRESH)
        del api.identity.keys.keys[FRESH]
        good = give_key(api, "1" * 16)["Authorization"]
        wrongs: dict[str, dict[str, str]] = {
            "revoked": revoked,
            "expired": give_key(api, "2" * 16, lasts_s=0),
            "another secret": {"Authorization": good[:-43] + "A" * 43},
            "another id": {"Authorization": good.replace("1" * 16, "2" * 16)},
            "cut": {"Authorization": good[:-1]},
            "longer": {"Authorization": f"{good}A"},
            "another scheme": {"Authorization": good.replace("Bearer", "Basic")},
            "as a cookie": {"Cookie": f"__Host-omnigen={good[-43:]}"},
        }
        for name, headers in wrongs.items():
            assert_refused(await ask(api, case, headers), 401, "unauthenticated", name)


@each_route
@pytest.mark.parametrize("standing", [Standing(is_enabled=False), GONE], ids=["disabled", "deleted"])
async def test_a_disabled_user_comes_in_by_nothing(case: Case, standing: Standing) -> None:
    async with open_public_api() as api:
        furnish(api)
        api.identity.directory.users[USER] = standing
        for headers in (bearer(), give_session(api), give_key(api, FRESH)):
            assert_refused(await ask(api, case, headers), 403, "account_disabled")


@each_route
async def test_what_was_given_before_the_last_sign_out_everywhere_is_void(case: Case) -> None:
    async with open_public_api() as api:
        furnish(api)
        session = give_session(api)
        api.identity.sessions.cutoffs[USER] = 4_000_000_000
        for headers in (bearer(), session):
            assert_refused(await ask(api, case, headers), 401, "unauthenticated")


@each_route
async def test_nothing_is_ordered_before_the_address_is_verified(case: Case) -> None:
    async with open_public_api() as api:
        furnish(api)
        api.identity.directory.users[USER] = Standing(is_enabled=True)
        answers = [await ask(api, case, headers) for headers in (bearer(), give_session(api))]
        if scope_of(case) in {"jobs:write", "webhooks:write"}:
            for answer in answers:
                assert_refused(answer, 403, "email_not_verified")
        else:
            assert answers[0].status == case.status


def test_whatever_costs_needs_a_verified_address() -> None:
    paid: list[Any] = [case for case in CASES if case.is_paid]
    assert paid
    assert {scope_of(case) for case in paid} == {"jobs:write"}
