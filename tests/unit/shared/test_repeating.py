import asyncio

import pytest

from omnigen_shared.repeating import repeating


async def test_it_goes_on_after_a_failure() -> None:
    passes, again = 0, asyncio.Event()

    async def work() -> None:
        nonlocal passes
        passes += 1
        if passes == 1:
            raise ValueError
        again.set()

    async with repeating(work, 0):
        await again.wait()


async def test_leaving_ends_what_is_under_way() -> None:
    begun = asyncio.Event()
    ended: list[bool] = []

    async def work() -> None:
        begun.set()
        try:
            await asyncio.sleep(3600)
        finally:
            ended.append(True)

    async with repeating(work, 0):
        await begun.wait()
    assert ended == [True]


async def test_a_cancellation_answered_with_another_error_ends_it_too() -> None:
    begun = asyncio.Event()

    async def work() -> None:
        begun.set()
        try:
            await asyncio.sleep(3600)
        except asyncio.CancelledError as error:
            raise ValueError from error

    async with repeating(work, 3600):
        await begun.wait()


async def test_the_blocks_own_error_comes_out() -> None:
    async def work() -> None:
        await asyncio.sleep(0)

    with pytest.raises(KeyError):
        async with repeating(work, 0):
            raise KeyError
