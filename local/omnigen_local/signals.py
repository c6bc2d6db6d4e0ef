"""Ctrl-C and its kin: the first one cancels the work, whose `finally` blocks then end what was started."""

import asyncio
import signal
from collections.abc import Coroutine
from typing import Final

HANDLED: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
SIGNAL_EXIT: Final = 128


async def run_until_signal(work: Coroutine[object, object, int]) -> int:
    """The work's exit code, or 128 + the signal that ended it. Later signals wait for the clean end."""
    loop = asyncio.get_running_loop()
    before = {number: signal.getsignal(number) for number in HANDLED}
    task = asyncio.ensure_future(work)
    received: list[int] = []

    def on_signal(number: int) -> None:
        received.append(number)
        if len(received) == 1:
            task.cancel()

    for number in HANDLED:
        loop.add_signal_handler(number, on_signal, number)
    try:
        return await task
    except asyncio.CancelledError:
        if not received:
            raise
        return SIGNAL_EXIT + received[0]
    finally:
        for number in HANDLED:
            loop.remove_signal_handler(number)
            signal.signal(number, before[number])
