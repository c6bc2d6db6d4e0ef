"""No role may more than its unit's code asks for, and none may less."""

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


FOR_THE_LAMBDA_SERVICE = {"Logs", "Traces", "AttachToVpc"}
"""Statements of the generator's role that AWS uses on its behalf."""
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
            assert copilot.imports_of(resource)


def test_the_generator_may_what_its_code_calls_and_nothing_else(resources: dict[str, Any]) -> None:
    granted = {
        action
        for role, statement in statements(resources)
        if role == "GeneratorRole" and statement["Effect"] == "Allow" and statement["Sid"] not in FOR_THE_LAMBDA_SERVICE
        for action in as_list(statement["Action"])
    }
    assert granted == actions_of(package("generator"))


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
