"""Several things at once."""

import asyncio

import pytest

from omnigen_shared.together import run_all


async def test_results_come_in_the_order_of_the_works() -> None:
    async def after(turns: int) -> int:
        for _ in range(turns):
            await asyncio.sleep(0)
        return turns

    assert await run_all(after(turns) for turns in (3, 1, 2)) == [3, 1, 2]


async def test_nothing_outlives_the_failure_of_another() -> None:
    ended: list[str] = []

    async def wait_for_ever() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.append("ended")

    async def fail() -> None:
        raise LookupError("nothing there")

    with pytest.raises(LookupError):
        await run_all([wait_for_ever(), fail()])
    assert ended == ["ended"]
