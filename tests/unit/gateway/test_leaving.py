"""A user leaves for good: records first, the account last, and whoever is cut off in between may ask again."""

import pytest
from tests.fakes.gateway import bearer, open_gateway
from tests.fakes.own_routes import give_key, give_session
from tests.fakes.tokens import USER_ID

from omnigen_gateway.domain.standing import GONE
from omnigen_shared.errors import DependencyUnavailableError

ME = "/api/v1/auth/me"


async def test_keys_sessions_and_the_account_go_with_the_records() -> None:
    async with open_gateway() as bench:
        key, session = give_key(bench, "0" * 16), give_session(bench)
        give_key(bench, "1" * 16, lasts_s=-1)
        answer = await bench.ask("DELETE", ME, session)
        assert (answer.status, answer.json) == (202, {"user_id": USER_ID})
        assert "Max-Age=0" in (answer.header("set-cookie") or "")
        assert bench.identity.records.erased == [USER_ID]
        assert bench.identity.keys.keys == {}
        assert bench.identity.sessions.sessions == {}
        assert bench.identity.directory.signed_out == [USER_ID]
        assert bench.identity.directory.users[USER_ID] is GONE
        for headers in (key, session, bearer()):
            assert (await bench.ask("GET", ME, headers)).status in {401, 403}


@pytest.mark.parametrize("is_session", [True, False])
async def test_while_the_records_cannot_be_seen_to_nothing_goes(is_session: bool) -> None:
    async with open_gateway() as bench:
        give_key(bench, "0" * 16)
        headers = give_session(bench) if is_session else bearer()
        bench.identity.records.error = DependencyUnavailableError("jobs is away")
        assert (await bench.ask("DELETE", ME, headers)).status == 503
        assert list(bench.identity.keys.keys) == ["0" * 16]
        assert (await bench.ask("GET", ME, headers)).status == 200
        bench.identity.records.error = None
        assert (await bench.ask("DELETE", ME, headers)).status == 202


async def test_no_key_erases_anybody() -> None:
    async with open_gateway() as bench:
        answer = await bench.ask("DELETE", ME, give_key(bench, "0" * 16))
        assert (answer.status, answer.json["code"]) == (403, "insufficient_scope")
        assert bench.identity.records.erased == []


async def test_others_stay() -> None:
    async with open_gateway() as bench:
        give_key(bench, "0" * 16)
        assert (await bench.ask("DELETE", ME, bearer(sub="somebody-else"))).status == 202
        assert list(bench.identity.keys.keys) == ["0" * 16]
        assert USER_ID not in bench.identity.directory.users
