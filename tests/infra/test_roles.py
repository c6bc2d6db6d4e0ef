"""No role may more than its unit's code asks for, and none may less."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.infra import copilot
from tests.infra.calls import actions_of

from omnigen_local.artefacts import ROOT

ON_EVERYTHING = {
    "AttachToVpc": "the Lambda service checks these on every resource",
    "NotFromTheCode": "it denies",
    "Logs of StateMachineRole": "a log delivery has no ARN",
    "Traces": "a segment has no ARN",
}
"""The statements that may name every resource, and why."""


FOR_AWS: dict[str, dict[str, set[str]]] = {
    "GeneratorRole": {
        "Logs": {"logs:CreateLogStream", "logs:PutLogEvents"},
        "Traces": {"xray:PutTelemetryRecords", "xray:PutTraceSegments"},
        "AttachToVpc": {
            *("ec2:CreateNetworkInterface", "ec2:DeleteNetworkInterface", "ec2:DescribeNetworkInterfaces"),
            *("ec2:DescribeSubnets", "ec2:AssignPrivateIpAddresses", "ec2:UnassignPrivateIpAddresses"),
        },
    },
    "StateMachineRole": {
        "Logs": {
            *("logs:CreateLogDelivery", "logs:DeleteLogDelivery", "logs:GetLogDelivery", "logs:ListLogDeliveries"),
            *("logs:UpdateLogDelivery", "logs:PutResourcePolicy", "logs:DescribeResourcePolicies"),
            "logs:DescribeLogGroups",
        },
        "Traces": {
            *("xray:PutTelemetryRecords", "xray:PutTraceSegments"),
            *("xray:GetSamplingRules", "xray:GetSamplingTargets"),
        },
    },
}
"""Statements by which AWS itself acts as a role, and what its guides ask for: Lambda's "Giving Lambda functions access
to resources in an Amazon VPC" and AWSLambdaBasicExecutionRole, Step Functions' "Logging using CloudWatch Logs" and
"X-Ray and Step Functions"."""
CALLED_BY_OPERATORS = frozenset({"dynamodb:Scan"})
"""Calls of `python -m omnigen_quota.operator`, which somebody makes with rights of their own."""


def package(unit: str) -> Path:
    return ROOT / "services" / unit / f"omnigen_{unit}"


@pytest.mark.parametrize("service", copilot.SERVICES)
def test_a_service_may_what_its_code_calls_and_nothing_else(service: str) -> None:
    allowed = [statement for statement in copilot.statements(service) if statement["Effect"] == "Allow"]
    granted = {action for statement in allowed for action in as_list(statement["Action"])}
    assert granted == actions_of(package(service), CALLED_BY_OPERATORS)


@pytest.mark.parametrize("service", copilot.SERVICES)
def test_a_service_may_it_on_what_is_its_own(service: str) -> None:
    for statement in copilot.statements(service):
        for resource in as_list(statement["Resource"]):
            assert resource != "*"
            # What its settings name as its own, too.
            taken = copilot.imports_of(resource)
            assert taken
            assert taken <= set(copilot.exports_of(service).values())


@pytest.mark.parametrize("service", ["jobs", "composer"])
def test_a_service_reaches_users_objects_only(service: str) -> None:
    objects = [
        statement["Resource"]["Fn::Sub"][0]
        for statement in copilot.statements(service)
        if set(as_list(statement["Action"])) & {"s3:GetObject", "s3:PutObject", "s3:DeleteObject"}
    ]
    assert objects
    assert all(resource.split("${Bucket}")[1].startswith("/u/") for resource in objects)


def test_the_generator_may_what_its_code_calls_and_nothing_else(resources: dict[str, Any]) -> None:
    granted = {
        action
        for role, statement in statements(resources)
        if role == "GeneratorRole" and statement["Effect"] == "Allow" and statement["Sid"] not in FOR_AWS[role]
        for action in as_list(statement["Action"])
    }
    assert granted == actions_of(package("generator"))


def test_aws_may_what_it_needs_to_run_them_and_nothing_else(resources: dict[str, Any]) -> None:
    found: dict[str, dict[str, set[str]]] = {role: {} for role in FOR_AWS}
    for role, statement in statements(resources):
        if statement["Sid"] in FOR_AWS.get(role, {}):
            found[role][statement["Sid"]] = set(as_list(statement["Action"]))
    assert found == FOR_AWS


def test_the_workflow_may_take_its_steps_and_nothing_else(resources: dict[str, Any]) -> None:
    called = set(re.findall(r'"Resource": "([^"]+)"', (ROOT / "workflow" / "omnigen.asl.json").read_text()))
    assert called == {"${GeneratorFunctionArn}"}
    given = resources["StateMachine"]["Properties"]["DefinitionSubstitutions"]
    (own,) = own_statements(resources, "StateMachineRole")
    assert own["Action"] == "lambda:InvokeFunction"
    assert own["Resource"] == given["GeneratorFunctionArn"]


def test_the_reminder_may_be_sent_and_nothing_else(resources: dict[str, Any]) -> None:
    (own,) = own_statements(resources, "RotationReminderRole")
    assert own["Action"] == "sns:Publish"
    assert own["Resource"] == resources["RotationReminder"]["Properties"]["Target"]["Arn"]


def own_statements(resources: dict[str, Any], role: str) -> list[dict[str, Any]]:
    """But for those that AWS's guides ask for."""
    return [
        found for name, found in statements(resources) if name == role and found["Sid"] not in FOR_AWS.get(role, {})
    ]


def test_a_call_that_is_added_is_noticed(tmp_path: Path) -> None:
    (tmp_path / "store.py").write_text(
        "from types_aiobotocore_s3 import S3Client\nasync def f(c: S3Client): await c.delete_bucket(Bucket='b')\n"
    )
    assert actions_of(tmp_path) == {"s3:DeleteBucket"}


def statements(resources: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for role_name, entry in resources.items():
        if entry["Type"] == "AWS::IAM::Role":
            for policy in entry["Properties"]["Policies"]:
                for statement in policy["PolicyDocument"]["Statement"]:
                    yield role_name, statement


def as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def test_only_listed_statements_name_every_resource(resources: dict[str, Any]) -> None:
    found = {
        statement["Sid"] if statement["Sid"] != "Logs" else f"Logs of {role}"
        for role, statement in statements(resources)
        if "*" in as_list(statement["Resource"])
    }
    assert found == set(ON_EVERYTHING)


def test_nothing_is_allowed_by_wildcard(resources: dict[str, Any]) -> None:
    allowed = [
        action
        for _, statement in statements(resources)
        if statement["Effect"] == "Allow"
        for action in as_list(statement["Action"])
    ]
    assert allowed
    assert not [action for action in allowed if "*" in action]


def test_no_managed_policy_adds_to_them(resources: dict[str, Any]) -> None:
    roles = [entry["Properties"] for entry in resources.values() if entry["Type"] == "AWS::IAM::Role"]
    assert not [role for role in roles if "ManagedPolicyArns" in role]


@pytest.mark.parametrize(
    ("role", "service"),
    [("GeneratorRole", "lambda"), ("StateMachineRole", "states"), ("RotationReminderRole", "scheduler")],
)
def test_a_role_trusts_one_service(resources: dict[str, Any], role: str, service: str) -> None:
    (statement,) = resources[role]["Properties"]["AssumeRolePolicyDocument"]["Statement"]
    assert statement["Principal"] == {"Service": f"{service}.amazonaws.com"}


def test_the_generator_reads_and_writes_users_objects_and_deletes_none(resources: dict[str, Any]) -> None:
    granted = {
        action: statement["Resource"]
        for role, statement in statements(resources)
        if role == "GeneratorRole"
        for action in as_list(statement["Action"])
        if action.startswith("s3:")
    }
    assert granted["s3:PutObject"] == {"Fn::Sub": "${AssetsBucket.Arn}/u/*"}
    assert not [action for action in granted if "Delete" in action and "Multipart" not in action]


def test_the_functions_own_code_may_not_use_its_network_rights(resources: dict[str, Any]) -> None:
    (denial,) = [statement for _, statement in statements(resources) if statement["Effect"] == "Deny"]
    (arn,) = denial["Condition"]["ArnEquals"]["lambda:SourceFunctionArn"]
    name = resources["GeneratorFunction"]["Properties"]["FunctionName"]["Fn::Sub"]
    assert denial["Action"] == "ec2:*"
    assert arn["Fn::Sub"].endswith(f":function:{name}")
