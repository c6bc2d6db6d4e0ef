"""The child process: what it may take, and that it never outlives its work."""

import asyncio
import errno
import os
import signal
import sys
from functools import partial
from pathlib import Path

import imageio_ffmpeg
import pytest
from tests.fakes.waiting import wait_until

from omnigen_composer.media.ffmpeg import (
    Ffmpeg,
    FfmpegError,
    FfmpegKilledError,
    FfmpegMemoryError,
    FfmpegRoomError,
    FfmpegTimeoutError,
)
from omnigen_shared.together import run_all

pytestmark = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="looks at processes through /proc")
ENDLESS = ("-re", "-f", "lavfi", "-i", "testsrc2=s=64x36", "-f", "null", "-")


def children() -> set[int]:
    """Living child processes of this one."""
    me = str(os.getpid())
    found = set()
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        if fields[1] == me and fields[0] != "Z":
            found.add(int(stat.parent.name))
    return found


def has_ended(pid: int) -> bool:
    return pid not in children()


def read_of(pid: int, name: str) -> bytes:
    return Path(f"/proc/{pid}/{name}").read_bytes()


@pytest.fixture
def ffmpeg() -> Ffmpeg:
    return Ffmpeg(imageio_ffmpeg.get_ffmpeg_exe(), time_limit_s=30)


async def test_the_build_is_told(ffmpeg: Ffmpeg) -> None:
    build = await ffmpeg.read_build()
    assert build.startswith("ffmpeg version")
    assert "--enable-libx264" in build
    assert build == await ffmpeg.read_build()


async def test_frames_are_reported_up_to_the_last(ffmpeg: Ffmpeg) -> None:
    seen: list[int] = []
    await ffmpeg.run(["-f", "lavfi", "-i", "testsrc2=s=64x36", "-frames:v", "20", "-f", "null", "-"], seen.append)
    assert seen[-1] == 20


async def test_an_error_tells_why_without_paths(ffmpeg: Ffmpeg, tmp_path: Path) -> None:
    with pytest.raises(FfmpegError, match="No such file") as error:
        await ffmpeg.run(["-i", str(tmp_path / "none.mp4"), "-f", "null", "-"])
    assert str(tmp_path) not in str(error.value)


async def test_a_cancelled_run_ends_its_process(ffmpeg: Ffmpeg) -> None:
    before = children()
    run = asyncio.create_task(ffmpeg.run(ENDLESS))
    await wait_until(lambda: len(children() - before) == 1)
    run.cancel()
    await asyncio.gather(run, return_exceptions=True)
    assert run.cancelled()
    assert children() == before


async def test_a_run_that_takes_too_long_is_killed() -> None:
    before = children()
    with pytest.raises(FfmpegTimeoutError, match=r"killed after 0\.2 s"):
        await Ffmpeg(imageio_ffmpeg.get_ffmpeg_exe(), time_limit_s=0.2).run(ENDLESS)
    assert children() == before


async def test_the_child_is_bounded_in_threads_memory_and_cpu(ffmpeg: Ffmpeg) -> None:
    before = children()
    run = asyncio.create_task(ffmpeg.run(ENDLESS))
    await wait_until(lambda: len(children() - before) == 1)
    [pid] = children() - before
    await wait_until(lambda: b"-filter_complex_threads\x002\x00" in read_of(pid, "cmdline"))

    def limits() -> dict[str, str]:
        return dict(line.rsplit(maxsplit=3)[:2] for line in read_of(pid, "limits").decode().splitlines()[1:])

    await wait_until(lambda: limits()["Max data size"] == str(2 << 30))  # set just after the start
    assert limits()["Max cpu time"] == "61"
    run.cancel()
    await asyncio.gather(run, return_exceptions=True)


@pytest.mark.skipif(sys.platform != "linux", reason="other kernels cannot limit a child from outside")
async def test_a_run_that_takes_too_much_memory_ends_by_itself() -> None:
    large = ["-f", "lavfi", "-i", "color=s=4096x4096:r=5", "-frames:v", "9", "-c:v", "libx264", "-f", "null", "-"]
    with pytest.raises(FfmpegMemoryError, match="more memory than 128 MiB"):
        await Ffmpeg(imageio_ffmpeg.get_ffmpeg_exe(), 60, memory_limit_bytes=128 << 20).run(large)


@pytest.mark.parametrize("deaths", [1, 2])
async def test_a_run_that_is_killed_from_outside_is_begun_once_more(ffmpeg: Ffmpeg, deaths: int) -> None:
    """By the kernel, say, when memory is short: that says nothing about the inputs, which may be paid clips."""
    before, frames = children(), ["-f", "lavfi", "-i", "testsrc2=s=64x36", "-frames:v", "100", "-f", "null", "-"]
    run = asyncio.create_task(ffmpeg.run(["-re", *frames]))
    for _ in range(deaths):
        await wait_until(lambda: len(children() - before) == 1)
        [pid] = children() - before
        os.kill(pid, signal.SIGKILL)
        await wait_until(partial(has_ended, pid))
    if deaths == 1:
        await run
    else:
        with pytest.raises(FfmpegKilledError):
            await run
    assert children() == before


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="other kernels have no device that is always full")
async def test_a_full_disk_is_told_from_what_is_wrong_with_the_inputs(ffmpeg: Ffmpeg) -> None:
    source = ["-f", "lavfi", "-i", "color=s=64x36:r=5", "-frames:v", "9", "-c:v", "rawvideo"]
    with pytest.raises(FfmpegRoomError) as full:
        await ffmpeg.run([*source, "-f", "rawvideo", "/dev/full"])
    assert isinstance(full.value.__cause__, OSError)
    assert full.value.__cause__.errno == errno.ENOSPC


async def test_the_child_knows_nothing_of_our_environment(ffmpeg: Ffmpeg, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "not-for-ffmpeg")
    before = children()
    run = asyncio.create_task(ffmpeg.run(ENDLESS))
    await wait_until(lambda: len(children() - before) == 1)
    [pid] = children() - before
    await wait_until(lambda: b"ffmpeg" in read_of(pid, "cmdline"))
    assert read_of(pid, "environ") == b""
    run.cancel()
    await asyncio.gather(run, return_exceptions=True)


async def test_when_one_fails_the_others_are_ended_first(ffmpeg: Ffmpeg) -> None:
    before = children()

    async def fail() -> str:
        await wait_until(lambda: len(children() - before) == 1)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await run_all([ffmpeg.run(ENDLESS), fail()])
    assert children() == before
