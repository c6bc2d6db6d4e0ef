"""What bodies leave for the transitions behind them."""

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from omnigen_composer.domain.clips import ClipFacts
from omnigen_composer.domain.frames import Span
from omnigen_composer.media.tails import TailKey, Tails
from omnigen_shared.contracts.media import FrameSize

KEY = TailKey("u/ada/clips/1.mp4", Span(35, 50), FrameSize(64, 36))
FACTS = ClipFacts("h264", 64, 36, 2.0, has_audio=True, has_matrix=True, is_hdr=False, is_whole=True)
OTHERS = [
    replace(KEY, clip_key="u/ada/clips/2.mp4"),
    replace(KEY, span=Span(36, 50)),
    replace(KEY, size=FrameSize(36, 64)),
]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "tails"
    folder.mkdir()
    return folder


def keep(tails: Tails, key: TailKey, size: int, folder: Path) -> None:
    made = folder.parent / "made"
    made.write_bytes(bytes(size))
    tails.keep(key, made, FACTS)


def sizes(folder: Path) -> list[int]:
    return [path.stat().st_size for path in folder.iterdir()]


async def test_it_serves_once(folder: Path) -> None:
    tails, found = Tails(folder, 100), folder.parent / "found"
    keep(tails, KEY, 10, folder)
    assert [tails.take(other, found) for other in OTHERS] == [None] * 3
    assert tails.take(KEY, found) == FACTS
    assert found.stat().st_size == 10
    assert tails.take(KEY, found) is None
    assert sizes(folder) == []


async def test_the_oldest_go_when_it_gets_too_much(folder: Path) -> None:
    tails, found = Tails(folder, 100), folder.parent / "found"
    for key in (KEY, *OTHERS):
        keep(tails, key, 40, folder)
    assert sizes(folder) == [40, 40]
    assert [tails.take(key, found) is not None for key in (KEY, *OTHERS)] == [False, False, True, True]


async def test_the_newest_stands_for_its_key(folder: Path) -> None:
    tails, found = Tails(folder, 100), folder.parent / "found"
    for size in (40, 50):
        keep(tails, KEY, size, folder)
    tails.take(KEY, found)
    assert found.stat().st_size == 50
    assert sizes(folder) == []


async def pass_a_moment() -> None:
    """What was due has been done."""
    for _ in range(3):
        await asyncio.sleep(0)


async def test_what_nobody_asks_for_goes_after_a_while(folder: Path) -> None:
    tails, found = Tails(folder, 100, lifetime_s=0), folder.parent / "found"
    keep(tails, KEY, 10, folder)
    await pass_a_moment()
    assert tails.take(KEY, found) is None
    assert sizes(folder) == []


async def test_what_was_taken_or_renewed_does_not_go(folder: Path) -> None:
    tails, found = Tails(folder, 100, lifetime_s=0), folder.parent / "found"
    keep(tails, KEY, 10, folder)
    tails.take(KEY, found)
    lasting = Tails(folder, 100, lifetime_s=3600)
    keep(lasting, KEY, 20, folder)
    lasting._expire(KEY, folder / "0.nut")
    await pass_a_moment()
    assert found.exists()
    assert lasting.take(KEY, found) == FACTS


async def test_what_is_too_large_for_all_of_it_is_not_kept(folder: Path) -> None:
    tails = Tails(folder, 100)
    keep(tails, KEY, 101, folder)
    assert tails.take(KEY, folder.parent / "found") is None
    assert sizes(folder) == []


def test_frames_that_would_not_be_kept_are_not_made(folder: Path) -> None:
    tails, size = Tails(folder, limit_bytes=3 * 100 * 150), FrameSize(100, 100)
    assert [tails.has_room(frames, size) for frames in (0, 1, 2, 3)] == [False, True, True, False]
