"""When log lines are written."""

import asyncio
import io
import time

import pytest

from omnigen_shared import logging
from omnigen_shared.logging import Lines


class CountingFile(io.StringIO):
    """How often it was flushed is how often something was written."""

    flushes = 0

    def flush(self) -> None:
        self.flushes += 1


@pytest.fixture
def file() -> CountingFile:
    return CountingFile()


async def test_what_happens_all_the_time_is_written_together(
    file: CountingFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(logging, "HOLD_S", 0.01)
    lines = Lines(file)
    for name in "ab":
        lines.info(name)
    assert not file.getvalue()
    await asyncio.sleep(0.05)
    assert (file.getvalue(), file.flushes) == ("a\nb\n", 1)
    lines.debug("c")
    await asyncio.sleep(0.05)
    assert (file.getvalue(), file.flushes) == ("a\nb\nc\n", 2)


async def test_a_warning_is_written_at_once_after_what_came_before(file: CountingFile) -> None:
    lines = Lines(file)
    lines.info("a")
    lines.warning("b")
    lines.error("c")
    assert file.getvalue() == "a\nb\nc\n"


def test_nothing_is_held_where_no_loop_runs(file: CountingFile) -> None:
    Lines(file).info("a")
    assert file.getvalue() == "a\n"


async def test_what_other_threads_add_is_not_lost(file: CountingFile) -> None:
    lines = Lines(file)

    def add(name: str) -> None:
        for number in range(500):
            lines.info(f"{name}{number}")

    here = asyncio.gather(*(asyncio.to_thread(add, name) for name in "abcd"))
    while not here.done():
        lines.info("here")
        await asyncio.sleep(0)
    lines.write()
    written = [line for line in file.getvalue().splitlines() if line != "here"]
    assert sorted(written) == sorted(f"{name}{number}" for name in "abcd" for number in range(500))


class SlowFile(CountingFile):
    """Others have their turn in the middle of a write; `most_at_once` tells how many were at it."""

    at_once = 0
    most_at_once = 0

    def write(self, text: str) -> int:
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        time.sleep(0.001)
        self.at_once -= 1
        return super().write(text)


async def test_threads_write_one_after_the_other() -> None:
    file = SlowFile()
    lines = Lines(file)
    await asyncio.gather(*(asyncio.to_thread(lines.warning, str(number)) for number in range(20)))
    assert file.most_at_once == 1
    assert sorted(file.getvalue().split(), key=int) == [str(number) for number in range(20)]


async def test_a_loop_that_ends_leaves_the_rest_to_the_end(file: CountingFile) -> None:
    lines = Lines(file)
    await asyncio.to_thread(asyncio.run, _say(lines, "a"))
    lines.write()
    assert file.getvalue() == "a\n"


async def _say(lines: Lines, line: str) -> None:
    lines.info(line)
