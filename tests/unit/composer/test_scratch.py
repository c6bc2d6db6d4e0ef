import fcntl
import os
from pathlib import Path

import pytest

from omnigen_composer.media.scratch import Scratch


def folders(root: Path) -> set[str]:
    return {path.name for path in root.iterdir()}


async def spoil_one_of(scratch: Scratch, seen: list[Path]) -> None:
    async with scratch.folder() as folder:
        seen.append(folder)
        (folder / "deep").mkdir()
        (folder / "deep" / "file").write_bytes(b"x")
        raise ZeroDivisionError


async def test_a_folder_is_gone_afterwards_also_after_an_error(tmp_path: Path) -> None:
    scratch = Scratch(tmp_path)
    seen: list[Path] = []
    with pytest.raises(ZeroDivisionError):
        await spoil_one_of(scratch, seen)
    assert not seen[0].exists()
    scratch.close()
    assert folders(tmp_path) == set()


def test_what_a_killed_process_left_is_swept(tmp_path: Path) -> None:
    left = tmp_path / "composer-left"
    left.mkdir()
    (left / "lock").touch()
    (left / "half.mp4").write_bytes(b"x")
    scratch = Scratch(tmp_path)
    assert scratch.sweep() == 1
    assert not left.exists()
    scratch.close()


def test_what_a_living_process_uses_is_not_swept(tmp_path: Path) -> None:
    living = Scratch(tmp_path)
    other = Scratch(tmp_path)
    assert other.sweep() == 0
    assert len(folders(tmp_path)) == 2
    living.close()
    other.close()


def test_what_is_only_being_made_is_not_swept(tmp_path: Path) -> None:
    unlocked = tmp_path / "composer-new"
    unlocked.mkdir()
    scratch = Scratch(tmp_path)
    assert scratch.sweep() == 0
    assert unlocked.exists()
    scratch.close()


def test_the_lock_is_held_and_not_inherited(tmp_path: Path) -> None:
    scratch = Scratch(tmp_path)
    [lock] = tmp_path.glob("*/lock")
    second = os.open(lock, os.O_RDWR)
    with pytest.raises(BlockingIOError):
        fcntl.flock(second, fcntl.LOCK_EX | fcntl.LOCK_NB)
    os.close(second)
    assert not os.get_inheritable(scratch._lock)
    scratch.close()
