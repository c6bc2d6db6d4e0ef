"""Whoever asks for readiness again and again asks nobody behind us."""

import asyncio

import pytest

from omnigen_gateway.service.glancing import HOLDS_S, Glance


class Dependency:
    """Counts its checks; the clock is moved by hand."""

    def __init__(self) -> None:
        self.now_s = 0.0
        self.checks = 0
        self.error: Exception | None = None
        self.glance = Glance(self.check, lambda: self.now_s)

    async def check(self) -> None:
        self.checks += 1
        await asyncio.sleep(0)
        if self.error is not None:
            raise self.error


async def test_a_check_that_holds_is_made_once_in_a_second() -> None:
    dependency = Dependency()
    await asyncio.gather(*(dependency.glance() for _ in range(20)))
    await dependency.glance()
    assert dependency.checks == 1
    dependency.now_s += HOLDS_S
    await dependency.glance()
    assert dependency.checks == 2


async def test_a_check_in_vain_is_shared_and_made_again() -> None:
    dependency = Dependency()
    dependency.error = ConnectionRefusedError()
    outcomes = await asyncio.gather(*(dependency.glance() for _ in range(20)), return_exceptions=True)
    assert {type(outcome) for outcome in outcomes} == {ConnectionRefusedError}
    assert dependency.checks == 1
    dependency.error = None
    await dependency.glance()
    assert dependency.checks == 2


async def test_who_leaves_does_not_stop_it_for_others() -> None:
    dependency = Dependency()
    first, second = (asyncio.ensure_future(dependency.glance()) for _ in range(2))
    await asyncio.sleep(0)
    first.cancel()
    await second
    with pytest.raises(asyncio.CancelledError):
        await first
