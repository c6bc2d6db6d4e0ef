import asyncio
import signal
import sys

import pytest

from omnigen_local import watchdog


@pytest.mark.parametrize(
    ("lines", "left"),
    [
        ([], []),
        (["+12\n", "+13\n"], [12, 13]),
        (["+12\n", "+13\n", "-12\n"], [13]),
        (["+12\n", "-12\n", "-12\n"], []),
    ],
)
def test_what_is_left_is_what_was_named_and_not_taken_back(lines: list[str], left: list[int]) -> None:
    assert watchdog.read_left_over(lines) == left


def test_ending_somebody_who_is_gone_is_no_error() -> None:
    watchdog.end_processes([2**22 - 1], grace_s=0)


async def test_the_script_outlives_signals_and_acts_at_the_end_of_its_input() -> None:
    victim = await asyncio.create_subprocess_exec("/bin/sleep", "600", start_new_session=True)
    script = await asyncio.create_subprocess_exec(
        *(sys.executable, "-I", "-S", watchdog.__file__, "5"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert script.stdin is not None
    assert script.stdout is not None
    assert await script.stdout.readline() == b"ready\n"
    script.stdin.write(f"+{victim.pid}\n".encode())
    await script.stdin.drain()
    script.send_signal(signal.SIGTERM)
    script.send_signal(signal.SIGINT)
    assert victim.returncode is None
    script.stdin.close()
    assert await victim.wait() == -signal.SIGTERM
    assert await script.wait() == 0
