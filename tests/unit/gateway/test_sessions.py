"""A session through its life: begun, renewed by one gateway at a time, ended."""

import asyncio
import time
from collections.abc import Callable
from unittest.mock import AsyncMock

import pytest
from tests.fakes.identity import FakeProvider, FakeSessionTable
from tests.fakes.time_travel import run_virtually
from tests.fakes.tokens import CLIENT_ID, ISSUER, USER_ID, FakeKeys, stranger_key

from omnigen_gateway.domain.claims import Expected, Means
from omnigen_gateway.domain.problems import InvalidTokenError
from omnigen_gateway.domain.sessions import (
    LIVES_S,
    RENEW_AHEAD_S,
    RENEWAL_LEASE_S,
    Session,
    digest_of,
    find_cookie,
)
from omnigen_gateway.domain.sign_in import OutdatedSignInError
from omnigen_gateway.ports import GrantRefusedError, Tokens
from omnigen_gateway.service import sessions as sessions_module
from omnigen_gateway.service.callers import Signatures
from omnigen_gateway.service.sessions import MAX_AGE_S, PATIENCE_S, Sessions
from omnigen_shared.contracts.base import UserId
from omnigen_shared.errors import DependencyUnavailableError

HOUR_S = 3600
SLOW_S = 10.0


class Bench:
    """A provider, a table, and gateways over them; clocks are moved by hand."""

    def __init__(self) -> None:
        self.ahead_s = 0.0
        self.provider = FakeProvider()
        self.table = FakeSessionTable()
        self.here, self.elsewhere = self.open_gateway(), self.open_gateway()

    def open_gateway(self) -> Sessions:
        clock: Callable[[], float] = lambda: time.time() + self.ahead_s  # noqa: E731 - both clocks go together
        signatures = Signatures(FakeKeys())
        return Sessions(self.table, self.provider, signatures, Expected(ISSUER, CLIENT_ID), clock, clock)

    async def begin(self) -> str:
        return await self.here.begin(await self.provider.exchange("code", "verifier", "uri"), "")

    def slow_down(self, *, refuses: bool = False) -> None:
        """The next refresh happens at once, and its answer takes as long as one may."""
        refresh = self.provider.refresh

        async def refresh_slowly(refresh_token: str) -> Tokens:
            self.provider.refresh = refresh  # type: ignore[method-assign]
            tokens = await refresh(refresh_token)
            await asyncio.sleep(SLOW_S)
            if refuses:
                raise GrantRefusedError
            return tokens

        self.provider.refresh = refresh_slowly  # type: ignore[method-assign]

    def session(self, session_id: str) -> Session:
        return self.table.sessions[digest_of(session_id)]

    def make_due(self) -> None:
        """Some minutes before the access token's end; what the provider gives from now on lasts from then."""
        self.ahead_s = HOUR_S - RENEW_AHEAD_S + 1
        self.provider.lasts_s = 2 * HOUR_S

    def make_stale(self) -> None:
        self.ahead_s = HOUR_S + 1
        self.provider.lasts_s = 3 * HOUR_S


@pytest.fixture
def bench(monkeypatch: pytest.MonkeyPatch) -> Bench:
    monkeypatch.setattr(sessions_module, "WAIT_S", 0.0)
    return Bench()


async def test_a_sign_in_makes_a_session_that_the_table_cannot_name(bench: Bench) -> None:
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
    bench: Bench, id_changes: dict[str, object], access_changes: dict[str, object]
) -> None:
    bench.provider.id_changes, bench.provider.access_changes = id_changes, access_changes
    bench.provider.nonce = "expected"
    tokens = await bench.provider.exchange("code", "verifier", "uri")
    with pytest.raises(InvalidTokenError):
        await bench.here.begin(tokens, "expected")
    assert bench.table.sessions == {}


async def test_tokens_of_another_signer_or_without_a_refresh_token_make_none(bench: Bench) -> None:
    tokens = await bench.provider.exchange("code", "verifier", "uri")
    with pytest.raises(InvalidTokenError):
        await bench.here.begin(Tokens(tokens.id_token, tokens.access_token, None), "")
    bench.provider.signer = stranger_key()
    with pytest.raises(InvalidTokenError):
        await bench.begin()


async def test_a_session_is_as_old_as_the_sign_in_at_the_page(bench: Bench) -> None:
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
async def test_who_signed_in_before_the_last_sign_out_everywhere_gets_none(bench: Bench, instant: str) -> None:
    signed_in_at = int(time.time()) - 1_800
    bench.provider.access_changes = {instant: signed_in_at}
    await bench.table.put_cutoff(UserId(USER_ID), signed_in_at + 1)
    with pytest.raises(OutdatedSignInError):
        await bench.begin()
    assert bench.table.sessions == {}
    bench.provider.access_changes = {instant: signed_in_at + 1}
    assert await bench.begin()


async def test_the_table_is_asked_once_in_a_while(bench: Bench) -> None:
    session_id = await bench.begin()
    for _ in range(5):
        await bench.here.get_caller(session_id)
    assert bench.table.finds == 1
    bench.ahead_s = MAX_AGE_S
    await bench.here.get_caller(session_id)
    assert bench.table.finds == 2


async def test_tokens_are_renewed_ahead_by_one_gateway_and_rotated(bench: Bench) -> None:
    session_id = await bench.begin()
    bench.make_due()
    asks = [gateway.get_caller(session_id) for gateway in (bench.here, bench.elsewhere) for _ in range(10)]
    assert {caller.user_id for caller in await asyncio.gather(*asks)} == {USER_ID}
    assert bench.provider.refreshes == ["refresh-1"]
    assert (bench.session(session_id).refresh_token, bench.session(session_id).version) == ("refresh-2", 2)


async def test_who_comes_back_after_hours_waits_for_the_gateway_that_renews(bench: Bench) -> None:
    session_id = await bench.begin()
    bench.make_stale()
    asks = [gateway.get_caller(session_id) for gateway in (bench.here, bench.elsewhere)]
    assert len(await asyncio.gather(*asks)) == 2
    assert bench.provider.refreshes == ["refresh-1"]


async def test_a_gateway_that_died_while_it_renewed_is_taken_over(bench: Bench) -> None:
    session_id = await bench.begin()
    bench.make_stale()
    now_s = int(time.time() + bench.ahead_s)
    assert await bench.table.lease(digest_of(session_id), 1, "the dead", now_s, now_s + 15)
    await bench.provider.refresh("refresh-1")
    with pytest.raises(DependencyUnavailableError):
        await bench.here.get_caller(session_id)
    bench.ahead_s += 16
    assert (await bench.here.get_caller(session_id)).user_id == USER_ID
    assert bench.session(session_id).refresh_token == "refresh-3"


async def test_what_the_provider_refuses_ends_the_session(bench: Bench) -> None:
    session_id = await bench.begin()
    bench.make_due()
    bench.provider.errors.append(GrantRefusedError())
    with pytest.raises(InvalidTokenError):
        await bench.here.get_caller(session_id)
    assert bench.table.sessions == {}


async def test_renewed_tokens_of_somebody_else_end_the_session(bench: Bench) -> None:
    session_id = await bench.begin()
    bench.make_due()
    bench.provider.user_id = "somebody-else"
    with pytest.raises(InvalidTokenError):
        await bench.here.get_caller(session_id)


async def test_new_tokens_that_cannot_be_judged_now_end_nothing(bench: Bench) -> None:
    session_id, known = await bench.begin(), bench.provider.signer
    bench.make_due()
    bench.provider.signer = stranger_key()
    assert (await bench.here.get_caller(session_id)).user_id == USER_ID
    assert bench.table.leases == {}
    bench.make_stale()
    bench.provider.signer = known
    assert (await bench.here.get_caller(session_id)).user_id == USER_ID


async def test_a_refresh_token_that_came_with_tokens_that_cannot_be_judged_is_kept(bench: Bench) -> None:
    session_id, known = await bench.begin(), bench.provider.signer
    bench.make_stale()
    bench.provider.signer = stranger_key()
    with pytest.raises(DependencyUnavailableError):
        await bench.here.get_caller(session_id)
    assert (bench.session(session_id).refresh_token, bench.session(session_id).version) == ("refresh-2", 2)
    assert bench.table.leases == {}
    # The provider takes the first one no more, once its time of grace is over.
    bench.provider.revoked.append("refresh-1")
    bench.provider.signer = known
    assert (await bench.here.get_caller(session_id)).user_id == USER_ID
    assert bench.session(session_id).refresh_token == "refresh-3"


async def test_a_refusal_after_the_lease_is_over_ends_nothing(bench: Bench) -> None:
    session_id = await bench.begin()
    digest = digest_of(session_id)
    bench.make_due()
    overtaken = asyncio.Event()

    async def refuse_late(refresh_token: str) -> Tokens:
        del refresh_token
        bench.table.leases[digest] = ("another gateway", 2**40)
        overtaken.set()
        raise GrantRefusedError

    bench.provider.refresh = refuse_late  # type: ignore[method-assign]
    assert (await bench.here.get_caller(session_id)).user_id == USER_ID
    assert overtaken.is_set()
    assert digest in bench.table.sessions


async def test_a_provider_that_is_away_costs_nobody_a_session(bench: Bench) -> None:
    session_id = await bench.begin()
    bench.make_due()
    bench.provider.errors.append(DependencyUnavailableError("away"))
    assert (await bench.here.get_caller(session_id)).user_id == USER_ID
    assert bench.table.leases == {}
    bench.make_stale()
    bench.provider.errors.append(DependencyUnavailableError("away"))
    with pytest.raises(DependencyUnavailableError):
        await bench.here.get_caller(session_id)
    assert (await bench.here.get_caller(session_id)).user_id == USER_ID


def test_new_tokens_that_keep_one_waiting_are_kept_when_they_come(bench: Bench) -> None:
    async def come_in() -> None:
        session_id = await bench.begin()
        bench.make_due()
        bench.slow_down()
        for gateway in (bench.here, bench.elsewhere, bench.here):
            assert (await gateway.get_caller(session_id)).user_id == USER_ID
        assert asyncio.get_running_loop().time() == pytest.approx(PATIENCE_S)
        assert bench.session(session_id).version == 1
        await bench.here.land()
        assert asyncio.get_running_loop().time() == pytest.approx(SLOW_S)
        assert (bench.session(session_id).refresh_token, bench.session(session_id).version) == ("refresh-2", 2)
        assert (bench.provider.refreshes, bench.table.leases) == (["refresh-1"], {})

    run_virtually(come_in())


def test_who_looks_again_while_new_tokens_keep_one_waiting_begins_no_second_renewal(bench: Bench) -> None:
    async def come_in_again() -> None:
        assert MAX_AGE_S > RENEWAL_LEASE_S, "no lease keeps it from that"
        session_id = await bench.begin()
        bench.make_due()
        bench.slow_down()
        for _ in range(3):
            await bench.here.get_caller(session_id)
            bench.ahead_s += MAX_AGE_S
        await bench.here.land()
        assert bench.provider.refreshes == ["refresh-1"]
        assert bench.session(session_id).version == 2

    run_virtually(come_in_again())


@pytest.mark.parametrize("at_s", [PATIENCE_S / 2, SLOW_S / 2])
def test_who_signs_out_while_new_tokens_keep_one_waiting_stays_signed_out(bench: Bench, at_s: float) -> None:
    async def sign_out() -> None:
        session_id = await bench.begin()
        bench.make_due()
        bench.slow_down()
        before = asyncio.create_task(bench.here.get_caller(session_id))
        await asyncio.sleep(at_s)
        assert before.done() is (at_s > PATIENCE_S)
        await bench.here.end(session_id)
        with pytest.raises(InvalidTokenError):
            await bench.here.get_caller(session_id)
        if at_s < PATIENCE_S:
            with pytest.raises(InvalidTokenError):
                await before
        await bench.here.land()
        assert bench.table.sessions == {}
        assert bench.provider.revoked == ["refresh-1", "refresh-2"]

    run_virtually(sign_out())


def test_a_refusal_that_nobody_has_waited_for_ends_the_session(bench: Bench) -> None:
    async def come_in() -> None:
        session_id = await bench.begin()
        bench.make_due()
        bench.slow_down(refuses=True)
        await bench.here.get_caller(session_id)
        await bench.here.land()
        assert bench.table.sessions == {}
        with pytest.raises(InvalidTokenError):
            await bench.here.get_caller(session_id)

    run_virtually(come_in())


def test_tokens_that_come_after_the_lease_is_over_do_not_replace_newer_ones(bench: Bench) -> None:
    async def be_overtaken() -> None:
        session_id = await bench.begin()
        bench.make_due()
        bench.slow_down()
        await bench.here.get_caller(session_id)
        bench.ahead_s += RENEWAL_LEASE_S + 1
        await bench.elsewhere.get_caller(session_id)
        newer = bench.session(session_id)
        assert (newer.refresh_token, newer.version) == ("refresh-3", 2)
        await bench.here.land()
        assert bench.session(session_id) == newer
        assert (await bench.here.get_caller(session_id)).user_id == USER_ID

    run_virtually(be_overtaken())


def test_who_leaves_while_they_renew_loses_no_token(bench: Bench) -> None:
    async def leave() -> None:
        session_id = await bench.begin()
        bench.slow_down()
        renewing = asyncio.create_task(bench.here.renew(session_id))
        await asyncio.sleep(SLOW_S / 2)
        renewing.cancel()
        await bench.here.land()
        assert renewing.cancelled()
        assert (bench.session(session_id).refresh_token, bench.session(session_id).version) == ("refresh-2", 2)

    run_virtually(leave())


async def test_good_tokens_do_while_no_lease_can_be_taken(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    session_id = await bench.begin()
    bench.make_due()
    monkeypatch.setattr(bench.table, "lease", AsyncMock(side_effect=DependencyUnavailableError("no writes now")))
    assert (await bench.here.get_caller(session_id)).user_id == USER_ID
    assert bench.provider.refreshes == []


async def test_an_ended_session_is_over_here_at_once_and_elsewhere_within_a_minute(bench: Bench) -> None:
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


async def test_who_signs_out_while_tokens_are_renewed_stays_signed_out(bench: Bench) -> None:
    session_id = await bench.begin()
    bench.make_due()
    refresh = bench.provider.refresh

    async def refresh_late(refresh_token: str) -> Tokens:
        tokens = await refresh(refresh_token)
        await bench.elsewhere.end(session_id)
        return tokens

    bench.provider.refresh = refresh_late  # type: ignore[method-assign]
    with pytest.raises(InvalidTokenError):
        await bench.here.get_caller(session_id)
    assert bench.provider.revoked == ["refresh-1", "refresh-2"]


async def test_a_session_ends_after_its_time_however_often_it_was_renewed(bench: Bench) -> None:
    session_id = await bench.begin()
    bench.provider.lasts_s = 2 * LIVES_S
    bench.make_due()
    bench.provider.lasts_s = 2 * LIVES_S
    await bench.here.get_caller(session_id)
    bench.ahead_s = LIVES_S + 1
    for gateway in (bench.here, bench.elsewhere):
        with pytest.raises(InvalidTokenError):
            await gateway.get_caller(session_id)


async def test_tokens_are_renewed_on_demand(bench: Bench) -> None:
    session_id = await bench.begin()
    assert (await bench.here.renew(session_id)).refresh_token == "refresh-2"
    await bench.here.end(session_id)
    with pytest.raises(InvalidTokenError):
        await bench.here.renew(session_id)


@pytest.mark.parametrize("header", [f";{' ' * 3_000_000}x", f"{'a; ' * 1_000_000}", "\t" * 3_000_000, ";" * 3_000_000])
def test_no_cookie_takes_longer_to_read_than_its_length(header: str) -> None:
    # If its time grew with the square of that, this would not end.
    assert not find_cookie(header, "a")


def test_a_cookie_is_found_among_blanks() -> None:
    assert find_cookie("b=1 ;  \t a=2; a =3;=4", "a") == "2"
