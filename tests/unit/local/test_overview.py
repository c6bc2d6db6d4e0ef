from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from omnigen_local.home import Ending, Home, Part, StackRecord
from omnigen_local.overview import absence_lines, part_lines, since

STARTED = datetime(2026, 11, 24, 12, tzinfo=UTC)


def record(started_at: datetime = STARTED) -> StackRecord:
    return StackRecord(
        started_at=started_at,
        gateway_url="http://localhost:8080",
        emulator_url="http://127.0.0.1:18000",
        simulator_url="http://127.0.0.1:20002",
        user_pool_id="pool",
        user_pool_client_id="client",
        parts=(
            Part(name="quota", pid=11, ready_url="http://127.0.0.1:20001/ready"),
            Part(name="gateway", pid=12, ready_url="http://127.0.0.1:8080/ready"),
            Part(name="emulator", pid=13, ready_url="http://127.0.0.1:18000/_ministack/health"),
        ),
    )


def test_each_process_has_a_line_and_the_gateway_the_first() -> None:
    states = {"quota": "does not answer", "gateway": "not ready (HTTP 503)", "emulator": "ready"}
    assert part_lines(record(), states) == [
        "  gateway    http://localhost:8080    not ready (HTTP 503), pid 12  the public API is below /api/v1",
        "  quota      http://127.0.0.1:20001   does not answer, pid 11",
        "  emulator   http://127.0.0.1:18000   ready, pid 13  AWS: region us-east-1, any credentials",
    ]


@pytest.mark.parametrize(
    ("age", "told"),
    [
        (timedelta(seconds=5), "less than a minute"),
        (timedelta(minutes=5, seconds=5), "5 min"),
        (timedelta(hours=26, minutes=3, seconds=5), "26 h 3 min"),
    ],
)
def test_the_age_is_told(age: timedelta, told: str) -> None:
    assert since(record(datetime.now(UTC) - age)).endswith(f"({told})")


def test_a_stack_that_was_stopped_needs_no_explanation(tmp_path: Path) -> None:
    assert absence_lines(Home(tmp_path)) == ["no stack runs"]


def test_what_has_ended_a_stack_is_told(tmp_path: Path) -> None:
    home = Home(tmp_path)
    home.keep_ending(Ending(ended_at=STARTED, reason="quota was ended by SIGKILL; its log is …\n  the last line"))
    headline, reason = absence_lines(home)
    assert headline.startswith("no stack runs; the last one ended 2026-11-24 ")
    assert reason == "quota was ended by SIGKILL; its log is …\n  the last line"


def test_a_stack_whose_supervisor_was_killed_is_told_of(tmp_path: Path) -> None:
    home = Home(tmp_path)
    home.keep_record(record())
    headline, logs = absence_lines(home)
    assert headline.startswith("no stack runs; the last one, started 2026-11-24 ")
    assert headline.endswith(", was killed")
    assert logs.split()[0] == "logs"
