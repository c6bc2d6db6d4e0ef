import asyncio
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from omnigen_local.home import Ending, Home, StackRecord

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
RECORD = StackRecord(
    started_at=NOON,
    gateway_url="http://localhost:23456",
    emulator_url="http://127.0.0.1:1",
    simulator_url="http://127.0.0.1:2",
    user_pool_id="pool",
    user_pool_client_id="client",
)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "home")


def test_an_untouched_folder_knows_of_nothing(home: Home) -> None:
    assert home.find_supervisor() is None
    assert home.find_record() is home.find_last_record() is None
    assert home.find_ending() is None
    assert home.find_gateway_port() is None


def test_a_pid_in_a_lock_that_nobody_holds_means_nothing(home: Home) -> None:
    with home.hold_lock():
        assert home.find_supervisor() == os.getpid()
    assert home.find_supervisor() is None


def test_a_record_counts_only_while_its_stack_lives(home: Home) -> None:
    with home.hold_lock():
        assert home.find_record() is None
        home.keep_record(RECORD)
        assert home.find_record() == RECORD
    assert home.find_record() is None
    assert home.find_last_record() == RECORD
    home.drop_record()
    assert home.find_last_record() is None


def test_a_new_stack_forgets_what_became_of_the_last_but_not_its_port(home: Home) -> None:
    with home.hold_lock():
        home.keep_record(RECORD)
        home.keep_ending(Ending(ended_at=NOON, reason="quota ended"))
    assert home.find_ending() == Ending(ended_at=NOON, reason="quota ended")
    with home.hold_lock():
        assert home.find_last_record() is None
        assert home.find_ending() is None
        assert home.find_gateway_port() == 23456


def test_two_holders_are_one_too_many(home: Home) -> None:
    with home.hold_lock(), pytest.raises(BlockingIOError, match="another stack of this folder runs"), home.hold_lock():
        pass


async def test_many_who_look_see_no_stack_where_none_is(home: Home) -> None:
    with home.hold_lock():
        pass
    looks = [asyncio.to_thread(home.find_supervisor) for _ in range(200)]
    assert set(await asyncio.gather(*looks)) == {None}


def test_the_logs_of_the_run_before_are_kept(home: Home) -> None:
    for run in ("one", "two", "three"):
        home.renew_log_dir()
        (home.log_dir / "a.log").write_text(run)
    assert (home.log_dir / "a.log").read_text() == "three"
    assert (home.path / "logs.previous" / "a.log").read_text() == "two"
