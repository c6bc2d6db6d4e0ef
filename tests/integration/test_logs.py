"""What all units have logged of one video: JSON, by request and by trace, and nothing that is nobody's business."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from tests.integration.conftest import PROMPT
from tests.integration.visitors import Visitor, Watched

from omnigen_local.stack import LocalStack

UNITS = ("gateway", "jobs", "quota", "composer", "generator")
WHO_LOGS = {"gateway": "request_done", "jobs": "attempt_started", "generator": "step_taken", "composer": "work_done"}
SHORTEST_SECRET = 16
RUNTIMES = re.compile(r"\[ERROR\] \w+: |Traceback |\s")
"""What the Lambda's runtime itself says of a step that has failed: not ours, and not JSON."""
TRACE_ID = re.compile(r"[0-9a-f]{32}")


@pytest.fixture(scope="module")
def logs(film: Watched, log_dir: Path) -> dict[str, str]:
    """By unit, once the video is there."""
    assert film.job["status"] == "completed"
    return {unit: (log_dir / f"{unit}.log").read_text() for unit in UNITS}


def lines_of(log: str) -> list[dict[str, Any]]:
    ours = [line for line in log.splitlines() if not RUNTIMES.match(line)]
    assert [line for line in ours if not line.startswith("{")] == []
    return [json.loads(line) for line in ours]


def strings_in(value: Any) -> list[str]:
    if isinstance(value, dict | list):
        parts = value.values() if isinstance(value, dict) else value
        return [text for part in parts for text in strings_in(part)]
    return [value] if isinstance(value, str) else []


def test_every_line_is_json_with_its_unit_and_time(logs: dict[str, str]) -> None:
    for unit, log in logs.items():
        assert {line["unit"] for line in lines_of(log)} <= {unit}
        assert all({"event", "level", "timestamp"} <= line.keys() for line in lines_of(log))


def test_a_videos_trace_is_named_by_all_who_work_for_it(logs: dict[str, str], film: Watched) -> None:
    traces = {}
    for unit, event in WHO_LOGS.items():
        found = [line for line in lines_of(logs[unit]) if line["event"] == event]
        assert all(TRACE_ID.fullmatch(line["trace_id"]) and line["request_id"] for line in found)
        traces[unit] = {line["trace_id"] for line in found}
    [attempt] = [
        line
        for line in lines_of(logs["jobs"])
        if line["event"] == "attempt_started" and line["job_id"] == film.job["job_id"]
    ]
    assert all(attempt["trace_id"] in named for named in traces.values())


def test_no_log_tells_a_prompt_or_a_secret(logs: dict[str, str], stack: LocalStack, owner: Visitor) -> None:
    identities = json.loads((stack.plan.state_dir / "identities.json").read_text())
    secrets = [text.strip() for text in strings_in(identities) if len(text) >= SHORTEST_SECRET]
    assert len(secrets) > len(UNITS)
    # A line of a key's body: in JSON its line breaks would look otherwise.
    secrets = [max(secret.splitlines(), key=len) for secret in secrets if "PUBLIC" not in secret]
    told = [*secrets, owner.token, "roasted `slowly`", PROMPT[:20]]
    for unit, log in logs.items():
        assert [text for text in told if text in log] == [], unit
