import asyncio
import os
import signal
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.fakes import supervised
from tests.fakes.waiting import is_alive, wait_for_text, wait_until

from omnigen_local.background import StartError, start, stop
from omnigen_local.home import Ending, Home


def supervisor(home: Home, behaviour: str = "") -> list[str]:
    return [sys.executable, supervised.__file__, str(home.path), behaviour]


def sleeper_pid(home: Home) -> int:
    return int((home.path / "sleeper.pid").read_text())


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "home")


async def test_a_stack_stays_until_it_is_stopped(home: Home) -> None:
    record = await start(home, supervisor(home))
    try:
        assert record == home.find_record()
        assert is_alive(sleeper_pid(home))
    finally:
        assert await stop(home)
    assert not is_alive(sleeper_pid(home))
    assert home.find_record() is None
    assert (home.log_dir / "sleeper.log").read_text().endswith("saved\n")
    assert not await stop(home)


async def test_a_second_supervisor_gives_up_and_the_first_goes_on(home: Home) -> None:
    await start(home, supervisor(home))
    try:
        second = await asyncio.create_subprocess_exec(*supervisor(home), stderr=asyncio.subprocess.PIPE)
        _, told = await second.communicate()
        assert second.returncode == 1
        assert b"another stack of this folder runs" in told
        assert home.find_record() is not None
    finally:
        await stop(home)


async def test_a_stack_that_cannot_start_says_why(home: Home) -> None:
    with pytest.raises(StartError) as caught:
        await start(home, supervisor(home, "refuse"))
    assert str(caught.value) == "no emulator here"
    assert home.find_supervisor() is None


async def test_a_supervisor_that_cannot_even_begin_shows_its_log(home: Home) -> None:
    home.keep_ending(Ending(ended_at=datetime.now(UTC), reason="of long ago"))
    with pytest.raises(StartError, match="no such module"):
        await start(home, [sys.executable, "-c", "import sys; sys.exit('no such module')"])


async def test_a_killed_supervisor_leaves_no_process_and_no_claim(home: Home) -> None:
    await start(home, supervisor(home))
    pid = home.find_supervisor()
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    sleeper = sleeper_pid(home)
    await wait_until(lambda: not is_alive(pid) and not is_alive(sleeper))
    assert home.find_record() is None
    assert home.find_last_record() is not None
    assert not await stop(home)
    await start(home, supervisor(home))
    await stop(home)
    assert home.find_last_record() is None
    assert home.find_ending() is None


async def test_a_stack_whose_part_ends_is_taken_down(home: Home) -> None:
    await start(home, supervisor(home))
    (home.path / "crash").touch()
    await wait_until(lambda: home.find_supervisor() is None)
    ending = home.find_ending()
    assert ending is not None
    assert ending.reason.startswith("sleeper ended with exit code 9; its log is ")
    assert "\n  pid " in ending.reason
    await wait_for_text(home.log_dir / "supervisor.log", ending.reason)


async def test_giving_up_the_start_takes_the_supervisor_down(home: Home) -> None:
    starting = asyncio.ensure_future(start(home, [sys.executable, "-c", "import time; time.sleep(600)"]))
    await wait_until((home.log_dir / "supervisor.log").exists)
    await asyncio.sleep(0.2)
    starting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await starting
