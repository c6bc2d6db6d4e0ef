import asyncio

import pytest

from omnigen_local.racing import race


async def forever(ended: list[str]) -> str:
    try:
        await asyncio.Event().wait()
    finally:
        await asyncio.sleep(0)
        ended.append("cancelled")
    return "never"


async def test_the_first_result_wins_and_the_others_have_ended() -> None:
    ended: list[str] = []
    assert await race(forever(ended), asyncio.sleep(0, "first")) == "first"
    assert ended == ["cancelled"]


async def test_the_first_error_wins_too() -> None:
    async def fail() -> str:
        raise LookupError("gone")

    ended: list[str] = []
    with pytest.raises(LookupError, match="gone"):
        await race(forever(ended), fail())
    assert ended == ["cancelled"]


async def test_being_cancelled_cancels_all() -> None:
    ended: list[str] = []
    task = asyncio.ensure_future(race(forever(ended), forever(ended)))
    await asyncio.sleep(0.01)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert ended == ["cancelled", "cancelled"]
