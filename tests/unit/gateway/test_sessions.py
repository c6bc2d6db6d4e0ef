"""A session through its life: begun, looked at, ended."""

import time

import pytest
from tests.fakes.session_bench import SessionBench
from tests.fakes.tokens import CLIENT_ID, USER_ID, stranger_key

from omnigen_gateway.domain.claims import Means
from omnigen_gateway.domain.problems import InvalidTokenError
from omnigen_gateway.domain.sessions import LIVES_S
from omnigen_gateway.domain.sign_in import OutdatedSignInError
from omnigen_gateway.ports import Tokens
from omnigen_gateway.service import sessions as sessions_module
from omnigen_gateway.service.sessions import MAX_AGE_S
from omnigen_shared.contracts.base import UserId


@pytest.fixture
def bench(monkeypatch: pytest.MonkeyPatch) -> SessionBench:
    monkeypatch.setattr(sessions_module, "WAIT_S", 0.0)
    return SessionBench()


async def test_a_sign_in_makes_a_session_that_the_table_cannot_name(bench: SessionBench) -> None:
    session_id = await bench.begin()
    caller = await bench.here.get_caller(session_id)
    assert (caller.user_id, caller.means, caller.scopes) == (USER_ID, Means.SESSION, None)
    assert caller.expires_at - caller.since >= LIVES_S
    assert session_id not in repr(bench.table)
    assert await bench.begin() != session_id


@pytest.mark.parametrize(
    ("id_changes", "access_changes"),
    [
        ({"aud": "another"}, {}),
        ({"aud": [CLIENT_ID]}, {}),
        ({"iss": "https://evil.example"}, {}),
        ({"token_use": "access"}, {}),
        ({"nonce": "another"}, {}),
        ({"nonce": None}, {}),
        ({"sub": "another"}, {}),
        ({"sub": None}, {}),
        ({}, {"client_id": "another"}),
        ({}, {"token_use": "id"}),
        ({}, {"sub": "another"}),
    ],
)
async def test_tokens_that_are_not_what_was_asked_for_make_none(
    bench: SessionBench, id_changes: dict[str, object], access_changes: dict[str, object]
) -> None:
    bench.provider.id_changes, bench.provider.access_changes = id_changes, access_changes
    bench.provider.nonce = "expected"
    tokens = await bench.provider.exchange("code", "verifier", "uri")
    with pytest.raises(InvalidTokenError):
        await bench.here.begin(tokens, "expected")
    assert bench.table.sessions == {}


async def test_tokens_of_another_signer_or_without_a_refresh_token_make_none(bench: SessionBench) -> None:
    tokens = await bench.provider.exchange("code", "verifier", "uri")
    with pytest.raises(InvalidTokenError):
        await bench.here.begin(Tokens(tokens.id_token, tokens.access_token, None), "")
    bench.provider.signer = stranger_key()
    with pytest.raises(InvalidTokenError):
        await bench.begin()


async def test_a_session_is_as_old_as_the_sign_in_at_the_page(bench: SessionBench) -> None:
    signed_in_at = int(time.time()) - 1_800
    bench.provider.access_changes = {"auth_time": signed_in_at}
    await bench.table.put_cutoff(UserId(USER_ID), signed_in_at)
    session_id = await bench.begin()
    assert (await bench.here.get_caller(session_id)).since == signed_in_at
    bench.make_due()
    bench.provider.access_changes = {"auth_time": signed_in_at + 1}
    await bench.here.get_caller(session_id)
    assert bench.session(session_id).version == 2
    assert (await bench.elsewhere.get_caller(session_id)).since == signed_in_at


@pytest.mark.parametrize("instant", ["auth_time", "iat"])
async def test_who_signed_in_before_the_last_sign_out_everywhere_gets_none(bench: SessionBench, instant: str) -> None:
    signed_in_at = int(time.time()) - 1_800
    bench.provider.access_changes = {instant: signed_in_at}
    await bench.table.put_cutoff(UserId(USER_ID), signed_in_at + 1)
    with pytest.raises(OutdatedSignInError):
        await bench.begin()
    assert bench.table.sessions == {}
    bench.provider.access_changes = {instant: signed_in_at + 1}
    assert await bench.begin()


async def test_the_table_is_asked_once_in_a_while(bench: SessionBench) -> None:
    session_id = await bench.begin()
    for _ in range(5):
        await bench.here.get_caller(session_id)
    assert bench.table.finds == 1
    bench.ahead_s = MAX_AGE_S
    await bench.here.get_caller(session_id)
    assert bench.table.finds == 2


async def test_an_ended_session_is_over_here_at_once_and_elsewhere_within_a_minute(bench: SessionBench) -> None:
    session_id = await bench.begin()
    for gateway in (bench.here, bench.elsewhere):
        await gateway.get_caller(session_id)
    await bench.here.end(session_id)
    with pytest.raises(InvalidTokenError):
        await bench.here.get_caller(session_id)
    bench.ahead_s = MAX_AGE_S
    assert MAX_AGE_S < 60
    with pytest.raises(InvalidTokenError):
        await bench.elsewhere.get_caller(session_id)
    assert bench.provider.revoked == ["refresh-1"]


async def test_a_session_ends_after_its_time_however_often_it_was_renewed(bench: SessionBench) -> None:
    session_id = await bench.begin()
    bench.provider.lasts_s = 2 * LIVES_S
    bench.make_due()
    bench.provider.lasts_s = 2 * LIVES_S
    await bench.here.get_caller(session_id)
    bench.ahead_s = LIVES_S + 1
    for gateway in (bench.here, bench.elsewhere):
        with pytest.raises(InvalidTokenError):
            await gateway.get_caller(session_id)
