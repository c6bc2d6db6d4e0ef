"""Whether a user may still come in, while the user pool, our table or both do not answer."""

import pytest
from tests.fakes.identity import FakeDirectory, FakeSessionTable

from omnigen_gateway.domain.registration import Registration, SignUpMode
from omnigen_gateway.domain.standing import Standing
from omnigen_gateway.service.standings import MAX_AGE_S, STALE_S, Standings
from omnigen_shared.contracts.base import UserId
from omnigen_shared.contracts.spending import PlanName
from omnigen_shared.errors import DependencyUnavailableError

USER, OTHER = UserId("user-1"), UserId("user-2")
AWAY = DependencyUnavailableError("away")


class Bench:
    """Two gateways over one pool and one table; the clock is moved by hand."""

    def __init__(self) -> None:
        self.now_s = 1_000_000.0
        self.directory, self.table = FakeDirectory(), FakeSessionTable()
        self.here, self.elsewhere = self.open_gateway(), self.open_gateway()

    def open_gateway(self) -> Standings:
        registration = Registration(SignUpMode.OPEN)
        clock = lambda: self.now_s  # noqa: E731 - both clocks go together
        return Standings(self.directory, self.table, registration, clock, clock, self.sleep)

    async def sleep(self, seconds: float) -> None:
        self.now_s += seconds


async def test_the_pool_is_asked_once_in_a_while() -> None:
    bench = Bench()
    for _ in range(3):
        assert (await bench.here.get(USER)).is_enabled
    assert bench.directory.asked == [USER]
    bench.directory.standing = Standing(is_enabled=False)
    bench.now_s += MAX_AGE_S
    assert not (await bench.here.get(USER)).is_enabled


async def test_a_sign_out_elsewhere_holds_within_a_minute_though_the_pool_keeps_silent() -> None:
    bench = Bench()
    await bench.here.get(USER)
    await bench.elsewhere.sign_out_everywhere(USER)
    bench.directory.error = AWAY
    bench.now_s += MAX_AGE_S
    assert MAX_AGE_S < 60
    standing = await bench.here.get(USER)
    assert (standing.is_enabled, standing.signed_out_at) == (True, 1_000_001)


async def test_whoever_signs_in_after_a_sign_out_everywhere_is_in() -> None:
    bench = Bench()
    for begun_s in (1_000_000.0, 1_000_002.9, 1_000_005.001):
        bench.now_s = begun_s
        await bench.here.sign_out_everywhere(USER)
        signed_out_at = (await bench.here.get(USER)).signed_out_at
        assert int(begun_s) < signed_out_at <= int(bench.now_s)


async def test_what_the_pool_said_last_holds_for_ten_minutes() -> None:
    bench = Bench()
    bench.directory.standing = Standing(is_enabled=True, plan=PlanName.PRO)
    await bench.here.get(USER)
    bench.directory.error = AWAY
    bench.now_s += STALE_S - 1
    assert (await bench.here.get(USER)).plan == "pro"
    bench.now_s += MAX_AGE_S + 1
    with pytest.raises(DependencyUnavailableError):
        await bench.here.get(USER)


async def test_whose_last_sign_out_nobody_knows_is_neither_let_in_nor_refused() -> None:
    bench = Bench()
    await bench.here.get(USER)
    bench.table.error = AWAY
    bench.now_s += MAX_AGE_S
    with pytest.raises(DependencyUnavailableError):
        await bench.here.get(USER)
    bench.table.error = None
    assert (await bench.here.get(USER)).is_enabled


async def test_one_user_whom_the_pool_does_not_tell_of_keeps_nobody_else_from_being_looked_at() -> None:
    bench = Bench()
    throttled = bench.directory.get_standing

    async def get_standing(user_id: UserId) -> Standing:
        if user_id == USER and bench.now_s > 1_000_000:
            raise AWAY
        return await throttled(user_id)

    bench.directory.get_standing = get_standing  # type: ignore[method-assign]
    for user_id in (USER, OTHER):
        await bench.here.get(user_id)
    bench.directory.standing = Standing(is_enabled=False)
    bench.now_s += MAX_AGE_S
    assert (await bench.here.get(USER)).is_enabled, "the pool has not said anything else"
    assert not (await bench.here.get(OTHER)).is_enabled


async def test_what_is_asked_for_anew_does_not_wait_for_an_older_look() -> None:
    bench = Bench()
    await bench.here.get(USER)
    bench.directory.standing = Standing(is_enabled=True, is_verified=False)
    bench.here.forget(USER)
    assert not (await bench.here.get(USER)).is_verified
