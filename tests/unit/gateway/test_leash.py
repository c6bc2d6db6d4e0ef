"""An exchange ends when its client leaves, or when its answer takes too long to begin."""

import asyncio

import pytest

from omnigen_gateway.routes import leash as leash_module
from omnigen_gateway.routes.leash import Leash, Leashes


@pytest.fixture(autouse=True)
def _no_delay(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(leash_module, "WATCH_AFTER_S", 0)


async def never() -> None:
    await asyncio.Event().wait()


async def at_once() -> None:
    return


async def hold(leash: Leash, ended: asyncio.Event, *, is_answered: bool = False) -> None:
    """An exchange that never ends by itself."""
    with leash:
        if is_answered:
            leash.lengthen()
        try:
            await never()
        finally:
            ended.set()


async def test_leaving_ends_the_exchange_from_inside() -> None:
    left, ended = asyncio.Event(), asyncio.Event()

    async def await_left() -> None:
        await left.wait()

    leash = Leashes().put_on(await_left, answer_within_s=60)
    asyncio.get_running_loop().call_soon(left.set)
    with pytest.raises(TimeoutError):
        await hold(leash, ended)
    assert leash.has_left
    assert ended.is_set()


async def test_an_answer_that_does_not_begin_ends_it() -> None:
    leash = Leashes().put_on(never, answer_within_s=0)
    with pytest.raises(TimeoutError):
        await hold(leash, asyncio.Event())
    assert not leash.has_left


@pytest.mark.parametrize("is_watched", [True, False])
async def test_an_answer_that_has_begun_may_take_long(*, is_watched: bool) -> None:
    leash = Leashes().put_on(never, answer_within_s=60)
    with leash:
        if is_watched:
            await asyncio.sleep(0.01)
            assert leash._timer is not None
        leash.lengthen()
        await asyncio.sleep(0.01)
        assert leash._timer is None or leash._timer.cancelled()


async def test_a_client_that_leaves_while_the_answer_comes_ends_it_too() -> None:
    leash = Leashes().put_on(at_once, answer_within_s=60)
    with pytest.raises(TimeoutError):
        await hold(leash, asyncio.Event(), is_answered=True)
    assert leash.has_left


async def test_a_cancellation_from_outside_passes_through() -> None:
    ended = asyncio.Event()
    task = asyncio.create_task(hold(Leashes().put_on(never, answer_within_s=60), ended))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert ended.is_set()


async def test_a_cancellation_from_outside_passes_through_beside_our_own() -> None:
    leash = Leashes().put_on(never, answer_within_s=60)
    task = asyncio.create_task(hold(leash, asyncio.Event()))
    await asyncio.sleep(0)
    leash.end()
    leash.end()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_the_end_of_an_exchange_that_is_over_ends_nothing_else() -> None:
    leash = Leashes().put_on(never, answer_within_s=60)
    with leash:
        pass
    leash.end()
    await asyncio.sleep(0)


async def test_nothing_is_left_running() -> None:
    before = asyncio.all_tasks()
    with Leashes().put_on(never, answer_within_s=60):
        await asyncio.sleep(0.01)
        assert len(asyncio.all_tasks() - before) == 1
    await asyncio.sleep(0)
    assert asyncio.all_tasks() == before


async def test_who_is_not_welcome_any_more_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(leash_module, "LOOK_AGAIN_S", 0)
    answers = [True, True, False]
    looks: list[bool] = []

    async def is_welcome() -> bool:
        looks.append(answers[len(looks)])
        return looks[-1]

    leash = Leashes().put_on(never, answer_within_s=60)
    leash.keep_looking(is_welcome)
    with pytest.raises(TimeoutError):
        await hold(leash, asyncio.Event(), is_answered=True)
    assert looks == answers
    assert not leash.has_left


async def test_nobody_is_looked_at_after_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(leash_module, "LOOK_AGAIN_S", 0)
    begun, ended = asyncio.Event(), asyncio.Event()

    async def look_for_long() -> bool:
        begun.set()
        try:
            await never()
        finally:
            ended.set()
        return True

    with Leashes().put_on(never, answer_within_s=60) as leash:
        leash.keep_looking(look_for_long)
        await begun.wait()
    await ended.wait()
