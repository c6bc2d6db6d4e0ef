"""What an environment costs while nobody uses it, from the templates and manifests as they are."""

from collections.abc import Iterator
from typing import Any, Final

from tests.infra.copilot import ENVIRONMENTS, SERVICES, additions, environment_manifest, environment_table, manifest_in

from omnigen_local.addons import merge_addons

HOURS: Final = 730
"""In a month, as AWS counts."""
PRICES: Final = {
    "vcpu": 0.03238 * HOURS,  # Fargate, arm64
    "gib": 0.00356 * HOURS,
    "nat_gateway": 0.045 * HOURS,
    "load_balancer": 0.0225 * HOURS,
    "load_balancer_unit": 0.008 * HOURS,
    "public_address": 0.005 * HOURS,
    "secret": 0.40,
    "alarm": 0.10,
    "custom_metric": 0.30,
    "zone": 0.50,
    "firewall": 5.00,
    "firewall_rule": 1.00,
}
"""USD a month each, us-east-1, list prices of 2026-11."""
FREE: Final = {"alarm": 10, "custom_metric": 10}
ZONES: Final = 2
"""The environment's public one, and the one that services are found by."""
SUBNETS: Final = 2
"""The load balancer has an address in each public one."""
IDLE_UNITS: Final = 0.1
ALARMS_OF_A_SCALING_POLICY: Final = 2
INSIGHTS_METRICS: Final = 30
"""What Container Insights counts for a cluster and its services, roughly."""
TABLE_HEAD: Final = (
    "| USD a month, idle | " + " | ".join(ENVIRONMENTS) + " |\n| --- |" + " ---: |" * len(ENVIRONMENTS) + "\n"
)


def monthly(environment: str) -> dict[str, float]:
    """USD by what they are for."""
    row, resources = environment_table()[environment], merge_addons()["Resources"]
    gateways = int(row["NatGateways"])
    firewall = len(resources["Firewall"]["Properties"]["Rules"]) if row["HasWaf"] == "true" else None
    insights = environment_manifest(environment)["observability"]["container_insights"]
    metrics = _count(resources, "AWS::Logs::MetricFilter") + (INSIGHTS_METRICS if insights else 0)
    alarms = _alarm_metrics(resources) + ALARMS_OF_A_SCALING_POLICY * len(SERVICES)
    return {
        **{f"{service}: tasks": _tasks(service, environment) for service in SERVICES},
        "NAT gateways": gateways * PRICES["nat_gateway"],
        "load balancer": PRICES["load_balancer"] + IDLE_UNITS * PRICES["load_balancer_unit"],
        "public addresses": (gateways + SUBNETS) * PRICES["public_address"],
        "secrets": _count(resources, "AWS::SecretsManager::Secret") * PRICES["secret"],
        "alarms and metrics": _beyond_free("alarm", alarms) + _beyond_free("custom_metric", metrics),
        "firewall": 0 if firewall is None else PRICES["firewall"] + firewall * PRICES["firewall_rule"],
        "names": ZONES * PRICES["zone"],
    }


def table() -> str:
    """The whole as Markdown."""
    costs = {environment: monthly(environment) for environment in ENVIRONMENTS}
    rows = [(what, [costs[environment][what] for environment in ENVIRONMENTS]) for what in costs["dev"]]
    rows.append(("**together**", [sum(costs[environment].values()) for environment in ENVIRONMENTS]))
    return TABLE_HEAD + "".join(f"| {what} | {' | '.join(f'{usd:.2f}' for usd in usds)} |\n" for what, usds in rows)


def _tasks(service: str, environment: str) -> float:
    there = manifest_in(service, environment)
    least = int(there["count"]["range"].split("-")[0])
    cpus, gibibytes = float(there["cpu"]) / 1024, float(there["memory"]) / 1024
    return least * (cpus * PRICES["vcpu"] + gibibytes * PRICES["gib"])


def _entries(resources: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The addons' resources, and those that overrides add to services."""
    yield from resources.values()
    for service in SERVICES:
        yield from (patch["value"] for patch in additions(service))


def _count(resources: dict[str, Any], kind: str) -> int:
    return sum(entry["Type"] == kind for entry in _entries(resources))


def _alarm_metrics(resources: dict[str, Any]) -> int:
    """An alarm costs by the metrics that it looks at."""
    alarms = [entry["Properties"] for entry in _entries(resources) if entry["Type"] == "AWS::CloudWatch::Alarm"]
    return sum(sum("MetricStat" in query for query in alarm.get("Metrics", [])) or 1 for alarm in alarms)


def _beyond_free(what: str, count: int) -> float:
    return max(0, count - FREE[what]) * PRICES[what]
