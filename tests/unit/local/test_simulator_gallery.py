"""Files that are made once, and the FFmpeg that makes them."""

import asyncio
from pathlib import Path

import pytest
from tests.fakes.waiting import wait_until

from omnigen_local.simulator.gallery import Gallery
from omnigen_local.simulator.rendering.ffmpeg import Ffmpeg, RenderError

NOTHING = ("-f", "lavfi", "-i", "color=s=16x16:r=24:d=0.1", "-f", "null", "-")
ENDLESS = ("-re", "-f", "lavfi", "-i", "color=s=16x16:r=24", "-f", "null", "-")


def write(path: Path, content: bytes) -> None:
    path.write_bytes(content)


async def test_a_file_is_made_once_and_found_again(tmp_path: Path) -> None:
    gallery, made = Gallery(tmp_path), []

    async def make(folder: Path, output: Path) -> None:
        made.append(folder)
        await asyncio.sleep(0.01)
        write(output, b"clip")

    names = await asyncio.gather(*(gallery.ensure("a.mp4", make) for _ in range(5)))
    assert set(names) == {"a.mp4"}
    assert await gallery.ensure("a.mp4", make) == "a.mp4"
    assert len(made) == 1
    assert not made[0].exists()
    assert gallery.path("a.mp4").read_bytes() == b"clip"


async def test_different_files_are_made_side_by_side(tmp_path: Path) -> None:
    gallery, both = Gallery(tmp_path), asyncio.Barrier(2)

    async def make(_: Path, output: Path) -> None:
        await both.wait()
        write(output, b"")

    async with asyncio.timeout(10):
        await asyncio.gather(gallery.ensure("a.mp4", make), gallery.ensure("b.mp4", make))


async def test_what_failed_is_not_kept_and_can_be_tried_again(tmp_path: Path) -> None:
    gallery, tries = Gallery(tmp_path), [RenderError("no")]

    async def make(_: Path, output: Path) -> None:
        write(output, b"half")
        if tries:
            raise tries.pop()

    with pytest.raises(RenderError):
        await gallery.ensure("a.mp4", make)
    assert not gallery.path("a.mp4").exists()
    await gallery.ensure("a.mp4", make)
    assert gallery.path("a.mp4").exists()


def test_scratch_of_a_killed_process_is_swept(tmp_path: Path) -> None:
    (tmp_path / "scratch" / "left").mkdir(parents=True)
    Gallery(tmp_path)
    assert list((tmp_path / "scratch").iterdir()) == []


async def test_ffmpeg_runs() -> None:
    await Ffmpeg(1).run(lambda: NOTHING)


async def test_ffmpeg_s_words_are_the_error() -> None:
    with pytest.raises(RenderError, match="no_such_filter"):
        await Ffmpeg(1).run(lambda: ("-f", "lavfi", "-i", "no_such_filter", "-f", "null", "-"))


async def test_a_cancelled_run_leaves_no_process(tmp_path: Path) -> None:
    ffmpeg, report = Ffmpeg(1), tmp_path / "progress"
    run = asyncio.create_task(ffmpeg.run(lambda: ("-progress", str(report), "-stats_period", "0.05", *ENDLESS)))
    await wait_until(lambda: report.exists() and report.stat().st_size > 0)
    run.cancel()
    with pytest.raises(asyncio.CancelledError):
        await run
    written = report.stat().st_size
    await asyncio.sleep(0.3)
    assert report.stat().st_size == written


async def test_only_so_many_run_at_once_and_a_turn_is_given_back() -> None:
    ffmpeg, planned = Ffmpeg(1), []

    def plan(name: str, arguments: tuple[str, ...]) -> tuple[str, ...]:
        planned.append(name)
        return arguments

    first = asyncio.create_task(ffmpeg.run(lambda: plan("first", ENDLESS)))
    await wait_until(lambda: planned == ["first"])
    second = asyncio.create_task(ffmpeg.run(lambda: plan("second", NOTHING)))
    await asyncio.sleep(0.05)
    assert planned == ["first"]
    first.cancel()
    await second
    assert planned == ["first", "second"]


async def test_a_plan_that_fails_gives_its_turn_back() -> None:
    ffmpeg = Ffmpeg(1)

    def plan() -> tuple[str, ...]:
        raise ValueError("no plan")

    with pytest.raises(ValueError, match="no plan"):
        await ffmpeg.run(plan)
    await ffmpeg.run(lambda: NOTHING)
