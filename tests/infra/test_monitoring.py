"""Every alarm says what users notice and where to read on; every log line that one waits for is written."""

import json
import re
from typing import Any

import pytest
from tests.infra.copilot import SERVICES, additions

from omnigen_local.artefacts import ROOT
from omnigen_shared.signals import Metric

RUNBOOK = ROOT / "docs" / "operations" / "alarms.md"
LOGGING_UNITS = {**{service: service for service in SERVICES}, "addons": "generator"}


def anchors() -> set[str]:
    """The sections of the runbook, as a link names them."""
    return {
        line.removeprefix("## ").strip().replace(" ", "-")
        for line in RUNBOOK.read_text().splitlines()
        if line.startswith("## ")
    }


@pytest.fixture(scope="module")
def watched(resources: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """By who has it: the resources of the addons and those that overrides add to services."""
    added = {service: {patch["path"]: patch["value"] for patch in additions(service)} for service in SERVICES}
    return {"addons": resources, **added}


def of_type(watched: dict[str, dict[str, Any]], kind: str) -> list[tuple[str, dict[str, Any]]]:
    return [
        (owner, entry["Properties"])
        for owner, entries in watched.items()
        for entry in entries.values()
        if entry["Type"] == kind
    ]


def test_every_alarm_has_a_runbook_and_every_runbook_an_alarm(watched: dict[str, dict[str, Any]]) -> None:
    found = set()
    for _, alarm in of_type(watched, "AWS::CloudWatch::Alarm"):
        link = re.search(r"docs/operations/alarms\.md#([a-z-]+)$", alarm["AlarmDescription"].strip())
        assert link, alarm["AlarmDescription"]
        assert alarm["AlarmName"]["Fn::Sub"].endswith(f"-{link[1]}")
        found.add(link[1])
    assert found == anchors()


def test_every_alarm_tells_somebody(watched: dict[str, dict[str, Any]]) -> None:
    for _, alarm in of_type(watched, "AWS::CloudWatch::Alarm"):
        assert len(alarm["AlarmActions"]) == 1
        assert alarm["TreatMissingData"] == "notBreaching"


def test_every_filtered_line_is_written_by_that_unit(watched: dict[str, dict[str, Any]]) -> None:
    filters = of_type(watched, "AWS::Logs::MetricFilter")
    assert filters
    for owner, entry in filters:
        unit = LOGGING_UNITS[owner]
        sources = [*(ROOT / "services" / unit).rglob("*.py"), *(ROOT / "shared" / "omnigen_shared").rglob("*.py")]
        text = "".join(path.read_text() for path in sources)
        events = re.findall(r'\$\.event = "([a-z_]+)"', entry["FilterPattern"])
        assert events
        assert [event for event in events if f'"{event}"' not in text] == []


def test_every_counted_line_has_its_alarm(watched: dict[str, dict[str, Any]]) -> None:
    counted = {
        (owner, change["MetricName"])
        for owner, entry in of_type(watched, "AWS::Logs::MetricFilter")
        for change in entry["MetricTransformations"]
    }
    alarms = [(owner, alarm) for owner, alarm in of_type(watched, "AWS::CloudWatch::Alarm") if "MetricName" in alarm]
    own = {(owner, alarm["MetricName"]) for owner, alarm in alarms if isinstance(alarm["Namespace"], dict)}
    assert counted == {(owner, name) for owner, name in own if name not in set(Metric)}


def names_in_templates(watched: dict[str, dict[str, Any]]) -> set[str]:
    """What dashboard and alarms call metrics that our own code counts."""
    alarms = {alarm["MetricName"] for _, alarm in of_type(watched, "AWS::CloudWatch::Alarm") if "MetricName" in alarm}
    [(_, dashboard)] = of_type(watched, "AWS::CloudWatch::Dashboard")
    shown = re.findall(r'\["\$\{App\}-\$\{Env\}", "([a-z_.]+)"', dashboard["DashboardBody"]["Fn::Sub"])
    return {name for name in (*alarms, *shown) if "." in name}


def test_dashboard_and_alarms_know_every_metric_and_no_other(watched: dict[str, dict[str, Any]]) -> None:
    assert names_in_templates(watched) == set(Metric)


def test_the_dashboard_is_json(watched: dict[str, dict[str, Any]]) -> None:
    [(_, dashboard)] = of_type(watched, "AWS::CloudWatch::Dashboard")
    titles = [widget["properties"]["title"] for widget in json.loads(dashboard["DashboardBody"]["Fn::Sub"])["widgets"]]
    assert len(set(titles)) == len(titles)


@pytest.mark.parametrize("metric", Metric)
def test_every_metric_is_counted_by_the_unit_that_it_names(metric: Metric) -> None:
    sources = "".join(path.read_text() for path in (ROOT / "services" / metric.partition(".")[0]).rglob("*.py"))
    assert len(re.findall(rf"create_\w+\(Metric\.{metric.name}\b", sources)) == 1


def test_no_metric_has_a_name_of_its_own() -> None:
    for path in (ROOT / "services").rglob("omnigen_*/**/*.py"):
        assert re.findall(r"meter\(\)\.create_\w+\((?!Metric\.)", path.read_text()) == [], path


def test_spend_is_told_of_before_it_is_too_much(resources: dict[str, Any]) -> None:
    budget = resources["Budget"]["Properties"]
    told = {
        entry["Notification"]["NotificationType"]: (entry["Notification"]["Threshold"], entry["Subscribers"])
        for entry in budget["NotificationsWithSubscribers"]
    }
    topic = [{"SubscriptionType": "SNS", "Address": {"Ref": "AlarmTopic"}}]
    assert told == {"ACTUAL": (80, topic), "FORECASTED": (100, topic)}
    assert budget["Budget"]["CostFilters"]["TagKeyValue"] == [{"Fn::Sub": "user:copilot-environment$${Env}"}]


def test_alarms_come_by_mail(resources: dict[str, Any]) -> None:
    (subscription,) = resources["AlarmTopic"]["Properties"]["Subscription"]
    assert subscription == {"Protocol": "email", "Endpoint": {"Ref": "AlertEmail"}}
    (statement,) = resources["AlarmTopicPolicy"]["Properties"]["PolicyDocument"]["Statement"]
    assert set(statement["Principal"]["Service"]) == {"cloudwatch.amazonaws.com", "budgets.amazonaws.com"}
