import asyncio
import os
import signal

import pytest

from omnigen_local.signals import run_until_signal


async def test_work_that_ends_by_itself_gives_its_code() -> None:
    async def work() -> int:
        return 3

    assert await run_until_signal(work()) == 3


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)])
async def test_the_first_signal_cancels_and_later_ones_wait_for_the_clean_end(number: int, code: int) -> None:
    cleaned = []

    async def work() -> int:
        try:
            os.kill(os.getpid(), number)
            await asyncio.sleep(60)
        finally:
            os.kill(os.getpid(), number)
            await asyncio.sleep(0.05)
            cleaned.append("all")
        return 0

    assert await run_until_signal(work()) == code
    assert cleaned == ["all"]


async def test_afterwards_signals_do_what_they_did_before() -> None:
    def handle(_number: int, _frame: object) -> None: ...

    before = signal.signal(signal.SIGINT, handle)
    try:
        await run_until_signal(asyncio.sleep(0, result=0))
        assert signal.getsignal(signal.SIGINT) is handle
    finally:
        signal.signal(signal.SIGINT, before)


async def test_a_cancellation_from_elsewhere_is_no_signal() -> None:
    task = asyncio.ensure_future(run_until_signal(asyncio.sleep(60, result=0)))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
