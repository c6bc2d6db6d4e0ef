"""A session's tokens are renewed: by one gateway at a time, ahead, and without keeping anybody waiting."""

import asyncio
import time
from unittest.mock import AsyncMock

import pytest
from tests.fakes.session_bench import SLOW_S, SessionBench
from tests.fakes.time_travel import run_virtually
from tests.fakes.tokens import USER_ID, stranger_key

from omnigen_gateway.domain.problems import InvalidTokenError
from omnigen_gateway.domain.sessions import (
    RENEWAL_LEASE_S,
    digest_of,
)
from omnigen_gateway.ports import GrantRefusedError, Tokens
from omnigen_gateway.service import sessions as sessions_module
from omnigen_gateway.service.sessions import MAX_AGE_S, PATIENCE_S
from omnigen_shared.errors import DependencyUnavailableError


@pytest.fixture
def bench(monkeypatch: pytest.MonkeyPatch) -> SessionBench:
    monkeypatch.setattr(sessions_module, "WAIT_S", 0.0)
    return SessionBench()


async def test_tokens_are_renewed_ahead_by_one_gateway_and_rotated(bench: SessionBench) -> None:
    session_id = await bench.begin()
    bench.make_due()
    asks = [gateway.get_caller(session_id) for gateway in (bench.here, bench.elsewhere) for _ in range(10)]
    assert {caller.user_id for caller in await asyncio.gather(*asks)} == {USER_ID}
    assert bench.provider.refreshes == ["refresh-1"]
    assert (bench.session(session_id).refresh_token, bench.session(session_id).version) == ("refresh-2", 2)


async def test_who_comes_back_after_hours_waits_for_the_gateway_that_renews(bench: SessionBench) -> None:
    session_id = await bench.begin()
    bench.make_stale()
    asks = [gateway.get_caller(session_id) for gateway in (bench.here, bench.elsewhere)]
    assert len(await asyncio.gather(*asks)) == 2
    assert bench.provider.refreshes == ["refresh-1"]


async def test_a_gateway_that_died_while_it_renewed_is_taken_over(bench: SessionBench) -> None:
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


async def test_what_the_provider_refuses_ends_the_session(bench: SessionBench) -> None:
    session_id = await bench.begin()
    bench.make_due()
    bench.provider.errors.append(GrantRefusedError())
    with pytest.raises(InvalidTokenError):
        await bench.here.get_caller(session_id)
    assert bench.table.sessions == {}


async def test_renewed_tokens_of_somebody_else_end_the_session(bench: SessionBench) -> None:
    session_id = await bench.begin()
    bench.make_due()
    bench.provider.user_id = "somebody-else"
    with pytest.raises(InvalidTokenError):
        await bench.here.get_caller(session_id)


async def test_new_tokens_that_cannot_be_judged_now_end_nothing(bench: SessionBench) -> None:
    session_id, known = await bench.begin(), bench.provider.signer
    bench.make_due()
    bench.provider.signer = stranger_key()
    assert (await bench.here.get_caller(session_id)).user_id == USER_ID
    assert bench.table.leases == {}
    bench.make_stale()
    bench.provider.signer = known
    assert (await bench.here.get_caller(session_id)).user_id == USER_ID


async def test_a_refresh_token_that_came_with_tokens_that_cannot_be_judged_is_kept(bench: SessionBench) -> None:
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


async def test_a_refusal_after_the_lease_is_over_ends_nothing(bench: SessionBench) -> None:
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


async def test_a_provider_that_is_away_costs_nobody_a_session(bench: SessionBench) -> None:
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


def test_new_tokens_that_keep_one_waiting_are_kept_when_they_come(bench: SessionBench) -> None:
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


def test_who_looks_again_while_new_tokens_keep_one_waiting_begins_no_second_renewal(bench: SessionBench) -> None:
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
def test_who_signs_out_while_new_tokens_keep_one_waiting_stays_signed_out(bench: SessionBench, at_s: float) -> None:
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


def test_a_refusal_that_nobody_has_waited_for_ends_the_session(bench: SessionBench) -> None:
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


def test_tokens_that_come_after_the_lease_is_over_do_not_replace_newer_ones(bench: SessionBench) -> None:
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


def test_who_leaves_while_they_renew_loses_no_token(bench: SessionBench) -> None:
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


async def test_good_tokens_do_while_no_lease_can_be_taken(bench: SessionBench, monkeypatch: pytest.MonkeyPatch) -> None:
    session_id = await bench.begin()
    bench.make_due()
    monkeypatch.setattr(bench.table, "lease", AsyncMock(side_effect=DependencyUnavailableError("no writes now")))
    assert (await bench.here.get_caller(session_id)).user_id == USER_ID
    assert bench.provider.refreshes == []


async def test_who_signs_out_while_tokens_are_renewed_stays_signed_out(bench: SessionBench) -> None:
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


async def test_tokens_are_renewed_on_demand(bench: SessionBench) -> None:
    session_id = await bench.begin()
    assert (await bench.here.renew(session_id)).refresh_token == "refresh-2"
    await bench.here.end(session_id)
    with pytest.raises(InvalidTokenError):
        await bench.here.renew(session_id)
