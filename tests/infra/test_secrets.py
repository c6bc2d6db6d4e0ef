"""Secrets: who can read them at all, and that each has somebody who changes it."""

import re
from typing import Any

from omnigen_local.artefacts import ROOT

RUNBOOK = (ROOT / "docs" / "operations" / "secrets.md").read_text()


def secrets(resources: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {
        name: entry["Properties"] for name, entry in resources.items() if entry["Type"] == "AWS::SecretsManager::Secret"
    }


def test_copilot_lets_tasks_read_what_bears_their_environments_tags(resources: dict[str, Any]) -> None:
    for name, secret in secrets(resources).items():
        tags = {tag["Key"]: tag["Value"] for tag in secret["Tags"]}
        assert tags == {"copilot-application": {"Ref": "App"}, "copilot-environment": {"Ref": "Env"}}, name


def test_no_template_holds_a_secrets_value(resources: dict[str, Any]) -> None:
    assert not [name for name, secret in secrets(resources).items() if "SecretString" in secret]


def test_every_secret_is_changed_by_a_runbook_that_is_there(resources: dict[str, Any]) -> None:
    rows = [line for line in RUNBOOK.splitlines() if line.startswith("| ")]
    assert [name for name in secrets(resources) if not any(name in row for row in rows)] == []
    sections = {line.removeprefix("## ").lower().replace(" ", "-").replace("'", "") for line in RUNBOOK.splitlines()}
    assert set(re.findall(r"\]\(#([a-z-]+)\)", RUNBOOK)) <= sections


def test_somebody_is_told_each_year_that_it_is_time(resources: dict[str, Any]) -> None:
    reminder = resources["RotationReminder"]["Properties"]
    assert re.fullmatch(r"cron\(\d+ \d+ \S+ \d+ \S+ \*\)", reminder["ScheduleExpression"])
    assert reminder["Target"]["Arn"] == {"Ref": "AlarmTopic"}
    assert "docs/operations/secrets.md" in reminder["Target"]["Input"]["Fn::Sub"]
